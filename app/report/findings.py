"""All results of a comparison, and the two machine-readable files."""

from __future__ import annotations

import csv
import importlib
import io
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.core.results import LANES
from app.core.source import SourceInfo
from app.report.lane_facts import facts_json
from app.report.metric import ReportMetric
from app.report.metric_table import CHARTED, METRICS
from app.report.thumbnails import Slices, WorstFrames
from app.report.values import CompareOptions, FailedLane, FrameRow, LaneRow, LaneSummary
from app.system.environment import environment
from app.system.redaction import without_secrets
from models.frames import Unit
from models.metrics import Spread
from models.registry import GROUND_TRUTH, family

_LANE_COLUMNS = (
    "flicker",
    "scale",
    "shift",
    "compared",
    "compute_ms",
    "absrel",
    "boundary_f1",
    "tae",
    "truth_scale",
)


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Contents of the page.

    Attributes
    ----------
    info
        The source.
    options
        How it was compared.
    rows
        By frame.
    cuts
        Frames that begin a shot.
    lanes
        By lane; a lane that is off or failed is absent.
    failed
        By lane, those that were left out.
    pairs
        Number of neighbours compared, by lane.
    spreads
        Each lane's spread over the clip.
    truth_opw
        The score of the truth itself, NaN without truth.
    truth_frames
        Number of frames with truth.
    true_flow
        Motion came from the source, not from an estimate.
    still_share
        Fraction of pairs between which nothing in the picture moved.
    slices, worst
        Pictures for the page.
    """

    info: SourceInfo
    options: CompareOptions
    rows: list[FrameRow]
    cuts: list[int]
    lanes: dict[str, LaneSummary]
    failed: Mapping[str, FailedLane]
    pairs: dict[str, int]
    spreads: dict[str, Spread]
    truth_opw: float
    truth_frames: int
    true_flow: bool
    still_share: float
    slices: Slices
    worst: WorstFrames

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or changed on the way, in sentences, each once."""
        said = (
            self.info.note,
            *(f"Lane {lane.upper()} was left out: {one.reason}" for lane, one in self._left_out),
            *(lane.note for lane in self.lanes.values()),
        )
        return tuple(dict.fromkeys(filter(None, said)))

    @property
    def _left_out(self) -> list[tuple[str, FailedLane]]:
        return sorted(self.failed.items())

    @property
    def columns(self) -> tuple[str, ...]:
        """Lanes with columns in metrics.csv: the two of the window, and all that were asked for."""
        return tuple(sorted({*LANES, *self.lanes, *self.failed}))

    @property
    def models(self) -> tuple[str, ...]:
        """The lanes that estimate, in order; a lane that shows the ground truth is excluded."""
        return tuple(lane for lane in self.lanes if not self.is_truth(lane))

    def is_truth(self, lane: str) -> bool:
        """Whether this lane shows the source's truth: a reference, not a competitor."""
        return self.lanes[lane].model == GROUND_TRUTH

    def may_compare(self, metric: ReportMetric) -> bool:
        """Whether the lanes' values of a metric may be held against each other."""
        return self.has_common_zero or not metric.needs_common_zero

    @property
    def has_common_zero(self) -> bool:
        """Whether zero disparity means the same in all lanes: one network, or all in 1/m."""
        rated = [self.lanes[lane] for lane in self.models]
        units = {lane.unit for lane in rated}
        return units == {Unit.INVERSE_METRE} or len({family(lane.model) for lane in rated}) < 2

    @property
    def has_truth(self) -> bool:
        """Whether accuracy was measured in at least one lane."""
        return any(lane.accuracy is not None for lane in self.lanes.values())

    @property
    def cut_rows(self) -> list[int]:
        """Rows (from 0) at which a new shot begins."""
        return [at for at, row in enumerate(self.rows) if row.cut]

    def series(self, lane: str, column: str) -> list[float]:
        """One column of one lane, frame by frame; NaN where there is no value."""
        return [_of(row.lanes[lane], column) for row in self.rows]


def metrics_json(findings: Findings) -> dict[str, Any]:
    """The content of metrics.json; unknown values are None, a lane that is off is absent."""
    return {
        "frames": len(findings.rows),
        "cuts": findings.cuts,
        "lanes": {lane: _lane_json(summary) for lane, summary in findings.lanes.items()},
        "settings": _settings(findings),
        "environment": environment(),
    }


def metrics_csv(findings: Findings) -> str:
    """One row per frame; empty where there is no value."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = (*_LANE_COLUMNS, *(metric.key for metric in CHARTED))
    names = [f"{lane}_{column}" for lane in findings.columns for column in columns]
    nothing = LaneRow()
    writer.writerow(["frame", "time_s", "cut", "motion_px", *names])
    for row in findings.rows:
        numbers = [
            _cell(_of(row.lanes.get(lane, nothing), column))
            for lane in findings.columns
            for column in columns
        ]
        writer.writerow(
            [row.index, f"{row.time_s:.6f}", int(row.cut), _cell(row.motion_px), *numbers]
        )
    return text.getvalue()


def _of(row: LaneRow, column: str) -> float:
    """One lane's value at one frame: a field of LaneRow, or a metric's by its key."""
    return row.measured[column] if column in row.measured else getattr(row, column, math.nan)


def _lane_json(summary: LaneSummary) -> dict[str, Any]:
    entry: dict[str, Any] = {"model": summary.model}
    for metric in METRICS:
        if metric.json_place == "lane":
            entry[metric.key] = _number(metric.of(summary))
        elif metric.json_place == "accuracy" and summary.accuracy is None:
            entry["accuracy"] = None
        elif metric.json_place == "accuracy":
            entry.setdefault("accuracy", {})[metric.key] = _number(metric.of(summary))
    return entry


def _settings(findings: Findings) -> dict[str, Any]:
    options, info = findings.options, findings.info
    return {
        "input": without_secrets(info.spec),
        "source_size": list(info.size),
        "source_fps": info.fps,
        "mirror": options.mirror,
        "rotate": options.rotate,
        "device": _device(options.estimator.device),
        "input_size": options.estimator.input_size,
        "network_size": {
            lane: None if summary.network_size is None else list(summary.network_size)
            for lane, summary in findings.lanes.items()
        },
        "precision": options.estimator.precision,
        "ema_factor": options.estimator.ema_factor,
        "first_frame": options.first_frame,
        "max_frames": options.max_frames,
        "flow": "exact" if findings.true_flow else f"DIS {options.preset.name.lower()}",
        "flow_short_side": options.short_side,
        "scale_drift_against": "ground truth" if findings.has_truth else "previous frame",
        "opw_of_the_truth": _number(findings.truth_opw),
        "still_share": round(findings.still_share, 3),
        "alignment": {
            lane: None if summary.accuracy is None else list(summary.accuracy.alignment)
            for lane, summary in findings.lanes.items()
        },
        "accuracy_frames": {
            lane: 0 if summary.accuracy is None else summary.accuracy.frames
            for lane, summary in findings.lanes.items()
        },
        **_failed(findings),
        **{
            metric.key: {
                lane: _number(metric.of(summary)) for lane, summary in findings.lanes.items()
            }
            for metric in METRICS
            if metric.json_place == "settings"
        },
        "lanes": {
            lane: facts_json(
                summary.facts,
                unit=summary.unit,
                network_size=summary.network_size,
                is_measured=summary.accuracy is not None,
            )
            for lane, summary in findings.lanes.items()
        },
    }


def _failed(findings: Findings) -> dict[str, Any]:
    """Lanes that were left out, if any were."""
    if not findings.failed:
        return {}
    return {"failed": {lane: asdict(one) for lane, one in sorted(findings.failed.items())}}


def _device(asked: str) -> str:
    """The requested device and, if a network was loaded at all, the one that was used."""
    if "torch" not in sys.modules:
        return asked
    used = str(importlib.import_module("models.devices.device").in_force(asked))
    return used if used == asked else f"{asked} ({used})"


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _cell(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else ""

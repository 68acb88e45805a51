"""The first pass: all lanes over every frame, with all accumulators."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from app.analysis.flicker import FlickerMeter
from app.core.flicker_values import FlickerResult
from app.core.source import Source
from app.engine.orientation import oriented
from app.report.accumulators import LaneAccumulators
from app.report.accuracy import measure
from app.report.disk_buffer import TruthBuffer
from app.report.findings import Findings
from app.report.lane_facts import facts_of
from app.report.lanes import LaneRun, TimedMemo, why_failed
from app.report.metric_table import METRICS
from app.report.thumbnails import Slices, WorstFrames
from app.report.values import (
    Accuracy,
    Cancelled,
    CompareOptions,
    FailedLane,
    FrameRow,
    LaneSummary,
    Progress,
)
from app.sources.cuts import ShotCounter
from app.sources.reading import frames_of
from models.errors import SourceError, UserError
from models.estimator import Session
from models.flow import reduce_disparity, working_size
from models.frames import Float32, Frame
from models.progress import IsCancelled
from models.registry import GROUND_TRUTH

ENDLESS_FRAMES = 240
"""Number of frames of an endless scene that are compared."""
TRUTH = "truth"
_MOST_WORST = 12
"""Number of worst frames of all lanes that the page has at most, or one for each lane."""


@dataclass
class Comparison:
    """Accumulates the results of the first pass."""

    source: Source
    sessions: dict[str, tuple[str, Session]]
    options: CompareOptions
    buffer: TruthBuffer
    failed: dict[str, FailedLane] = field(default_factory=dict)
    rows: list[FrameRow] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    shot: int = 0
    truth_frames: int = 0
    still_pairs: int = 0
    pairs: int = 0
    true_flow_pairs: int = 0

    def __post_init__(self) -> None:
        self.runs = {lane: LaneRun(*named) for lane, named in self.sessions.items()}
        names = tuple(self.sessions)
        self.accumulators = {lane: LaneAccumulators() for lane in (*names, TRUTH)}
        self.meters = {
            lane: {one.key: one.meter() for one in METRICS if one.meter is not None}
            for lane in names
        }
        self.slices = Slices(names)
        self.worst = WorstFrames(names, self._worst_per_lane)
        self._meter = FlickerMeter(
            1,
            preset=self.options.preset,
            short_side=self.options.short_side,
            half_life_frames=None,
            true_flow=True,
        )
        self._shots = ShotCounter()
        self._shot_of_source: int | None = None
        self._segment: int | None = None

    @property
    def _worst_per_lane(self) -> int:
        """Number of worst frames of each lane, fewer of many: each shows all lanes."""
        return max(1, min(self.options.worst_frames, _MOST_WORST // max(1, len(self.sessions))))

    def run(self, progress: Progress, cancelled: IsCancelled) -> None:
        """Run the first pass."""
        for frame in self._frames(cancelled):
            self._step(frame)
            progress(len(self.rows), self.frame_limit, "Comparing")
        if not self.rows and self.options.is_stopped():
            raise UserError("Stopped before the first frame was compared; nothing was written.")
        if not self.rows:
            raise SourceError(f"{self.source.info.title} has no frames to compare.")

    @property
    def frame_limit(self) -> int | None:
        """Number of frames to compare, or None if it is not known."""
        known, wanted = self.source.info.frame_count, self.options.max_frames
        if known is not None:
            known = max(0, known - self.options.first_frame)
        if self.source.info.is_endless and wanted is None:
            return ENDLESS_FRAMES
        return min((n for n in (known, wanted) if n is not None), default=None)

    def _frames(self, cancelled: IsCancelled) -> Iterator[Frame]:
        """Frames until the source ends, the limit is reached or the user stops.

        A file's own count may be wrong, so it is no limit.
        """
        wanted = ENDLESS_FRAMES if self.source.info.is_endless else None
        if self.options.max_frames is not None:
            wanted = self.options.max_frames

        def is_over() -> bool:
            if cancelled():
                raise Cancelled
            return self.options.is_stopped() or (wanted is not None and len(self.rows) >= wanted)

        for frame in frames_of(self.source, is_over):
            yield oriented(frame, self.options.mirror, self.options.rotate)

    def _step(self, frame: Frame) -> None:
        cut = self._continuity(frame)
        disparities, times = self._estimate(frame, cut)
        measured = dict(disparities)
        if frame.truth is not None:
            measured[TRUTH] = frame.truth.disparity
        flicker = self._meter.update(frame, measured, cut=cut)
        row = FrameRow(frame.index, frame.time_s, cut, flicker.motion_px, {})
        for lane, disparity in measured.items():
            size = working_size(*frame.size, self.options.short_side)
            numbers = self.accumulators[lane].add(
                reduce_disparity(disparity, size), flicker.lanes[lane]
            )
            if lane == TRUTH:
                row.truth_flicker = numbers.error
            else:
                numbers.compute_ms = times[lane]
                numbers.measured = {
                    key: meter.add(frame, disparity, cut)
                    for key, meter in self.meters[lane].items()
                }
                row.lanes[lane] = numbers
        self.pairs += flicker.paired
        self.still_pairs += flicker.scene_still
        self.true_flow_pairs += flicker.true_flow
        self._keep(frame, disparities, flicker)
        self.rows.append(row)

    def _continuity(self, frame: Frame) -> bool:
        """True if this frame does not continue the last one."""
        first, broke = self._segment is None, frame.segment != self._segment
        self._segment = frame.segment
        shot, self._shot_of_source = self._shot_of_source, self._shots.mark(frame).shot
        cut = (shot != self._shot_of_source or broke) and not first
        if cut:
            self.shot += 1
            self.cuts.append(frame.index)
        return cut

    def _estimate(self, frame: Frame, cut: bool) -> tuple[dict[str, Float32], dict[str, float]]:
        memo = TimedMemo()
        disparities, times = {}, {}
        for lane, run in tuple(self.runs.items()):
            try:
                if cut:
                    run.session.reset()
                depth, times[lane] = run.step(frame, memo)
            except Exception as error:
                if not self.options.drops_failed_lanes:
                    raise
                self._drop(lane, error, frame.index)
            else:
                disparities[lane] = depth.disparity
        return disparities, times

    def _drop(self, lane: str, error: Exception, index: int) -> None:
        """Leave a lane out as if it had never been there; raises if it is the last one."""
        model = self.runs[lane].model
        reason = why_failed(model, error, f"on frame {index}")
        if len(self.runs) == 1:
            raise UserError(reason) from error
        self.failed[lane] = FailedLane(model, reason)
        del self.runs[lane], self.accumulators[lane], self.meters[lane]
        for row in self.rows:
            del row.lanes[lane]
        self.slices.drop(lane)
        self.worst.drop(lane)

    def _keep(self, frame: Frame, disparities: dict[str, Float32], flicker: FlickerResult) -> None:
        row = len(self.rows)
        self.slices.add(frame, disparities)
        self.worst.add(row, frame, disparities, flicker)
        if frame.truth is None or not np.isfinite(frame.truth.disparity).any():
            return
        self.truth_frames += 1
        for lane in self.runs:
            self.accumulators[lane].add_truth(row, disparities[lane], frame.truth.disparity)
        self.buffer.add(row, self.shot, frame, frame.truth, disparities)

    def findings(self, progress: Progress, cancelled: IsCancelled) -> Findings:
        """Run the second pass and return all results."""
        accuracy = self._accuracy(progress, cancelled)
        for lane in self.runs:
            self._finish_rows(lane)
        self._finish_truth()
        lanes = {lane: self._summary(lane, accuracy.get(lane)) for lane in self.runs}
        truth = self.accumulators[TRUTH]
        return Findings(
            info=self.source.info,
            options=self.options,
            rows=self.rows,
            cuts=self.cuts,
            lanes=lanes,
            failed=self.failed,
            pairs={lane: self.accumulators[lane].pairs for lane in self.runs},
            spreads={lane: self.accumulators[lane].spread for lane in self.runs},
            truth_opw=truth.flicker_opw if self.truth_frames == len(self.rows) else math.nan,
            truth_frames=self.truth_frames,
            true_flow=0 < self.pairs == self.true_flow_pairs,
            still_share=self.still_pairs / max(1, self.pairs),
            slices=self.slices,
            worst=self.worst,
        )

    def _accuracy(self, progress: Progress, cancelled: IsCancelled) -> dict[str, Accuracy]:
        alignments = {
            lane: found
            for lane in self.runs
            if (found := self.accumulators[lane].alignment) is not None
        }
        return measure(self.buffer, alignments, self.rows, progress, cancelled)

    def _finish_rows(self, lane: str) -> None:
        """Fill in flicker by the clip's spread and scales by its alignment, known only now."""
        accumulators = self.accumulators[lane]
        unit = accumulators.spread.deviation
        for row in self.rows:
            numbers = row.lanes[lane]
            numbers.flicker = numbers.error / unit if unit > 0.0 else math.nan
        for at, scale in accumulators.truth_scales.items():
            self.rows[at].lanes[lane].truth_scale = scale

    def _finish_truth(self) -> None:
        unit = self.accumulators[TRUTH].spread.deviation
        for row in self.rows:
            row.truth_flicker = row.truth_flicker / unit if unit > 0.0 else math.nan

    def _summary(self, lane: str, accuracy: Accuracy | None) -> LaneSummary:
        accumulators, run = self.accumulators[lane], self.runs[lane]
        return LaneSummary(
            model=run.model,
            flicker_opw=accumulators.flicker_opw,
            scale_drift=accumulators.scale_drift,
            accuracy=accuracy,
            fps=math.nan if run.model == GROUND_TRUTH else run.fps,
            network_size=run.network_size,
            measured={key: meter.value for key, meter in self.meters[lane].items()},
            unit=run.unit,
            facts=facts_of(run.model, run.session, self.options.estimator),
            note=run.note,
        )

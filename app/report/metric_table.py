"""The table of metrics: the page, metrics.json and metrics.csv read it in this order."""

from __future__ import annotations

import math
from functools import partial
from operator import attrgetter

from app.report.metric import ReportMetric
from app.report.static_noise import STATIC_NOISE
from app.report.static_spread import STATIC_SPREAD
from app.report.values import LaneSummary


def _accuracy(field: str, lane: LaneSummary) -> float:
    return math.nan if lane.accuracy is None else float(getattr(lane.accuracy, field))


FLICKER = ReportMetric("flicker_opw", "Flicker, OPW", "lower", read=attrgetter("flicker_opw"))

METRICS: tuple[ReportMetric, ...] = (
    FLICKER,
    STATIC_NOISE,
    STATIC_SPREAD,
    ReportMetric("scale_drift", "Scale drift", "lower", read=attrgetter("scale_drift")),
    ReportMetric(
        "absrel", "AbsRel", "lower",
        read=partial(_accuracy, "absrel"), json_place="accuracy", of_truth=0.0,
    ),
    ReportMetric(
        "delta1", "delta1", "higher",
        read=partial(_accuracy, "delta1"), json_place="accuracy", of_truth=1.0,
    ),
    ReportMetric(
        "delta2", "delta2", "higher",
        read=partial(_accuracy, "delta2"), json_place="none", of_truth=1.0,
    ),
    ReportMetric(
        "delta3", "delta3", "higher",
        read=partial(_accuracy, "delta3"), json_place="none", of_truth=1.0,
    ),
    ReportMetric(
        "boundary_f1", "Boundary F1", "higher",
        read=partial(_accuracy, "boundary_f1"), json_place="accuracy", of_truth=1.0,
    ),
    ReportMetric("tae", "TAE, %", "lower", read=partial(_accuracy, "tae"), json_place="settings"),
    ReportMetric("fps", "Frames per second", "higher", read=attrgetter("fps")),
)  # fmt: skip

CHARTED: tuple[ReportMetric, ...] = tuple(metric for metric in METRICS if metric.chart)
"""Those that have a value for each frame, beyond the columns that all reports have."""

"""Static-scene noise that can be compared between networks whose disparities have other zeros."""

from __future__ import annotations

import math

from app.report.metric import ReportMetric
from models.frames import Float32, Frame
from models.metrics import StaticSpread


class _Meter:
    """See app.report.metric.LaneMeter."""

    def __init__(self) -> None:
        self._noise = StaticSpread()

    def add(self, frame: Frame, disparity: Float32, cut: bool) -> float:
        """Take one frame; single frames have no noise."""
        del frame
        if cut:
            self._noise.end_shot()
        self._noise.add(disparity)
        return math.nan

    @property
    def value(self) -> float:
        """Percent of the clip's spread."""
        return self._noise.value


STATIC_SPREAD = ReportMetric(
    "flicker_static_spread",
    "Static-scene noise, % of spread",
    "lower",
    _Meter,
    json_place="settings",
)

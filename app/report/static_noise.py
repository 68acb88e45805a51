"""Static-scene noise: how much a lane's disparity moves where nothing in the picture does."""

from __future__ import annotations

import math

from app.report.metric import ReportMetric
from models.frames import Float32, Frame
from models.metrics import StaticNoise


class _Meter:
    """See app.report.metric.LaneMeter."""

    def __init__(self) -> None:
        self._noise = StaticNoise()

    def add(self, frame: Frame, disparity: Float32, cut: bool) -> float:
        """Take one frame; single frames have no noise."""
        del frame
        if cut:
            self._noise.end_shot()
        self._noise.add(disparity)
        return math.nan

    @property
    def value(self) -> float:
        """Percent of the median disparity."""
        return self._noise.value


STATIC_NOISE = ReportMetric(
    "flicker_static", "Static-scene noise, %", "lower", _Meter, needs_common_zero=True
)

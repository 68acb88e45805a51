"""Static-scene noise: how much a lane's disparity moves where nothing in the picture does."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from app.report.metric import ReportMetric
from models.frames import Float32, Frame
from models.metrics import StaticNoise, StaticSpread


class NoiseMeter:
    """See app.report.metric.LaneMeter; `make` makes what measures a lane."""

    def __init__(self, make: Callable[[], StaticNoise | StaticSpread]) -> None:
        self._noise = make()

    def add(self, frame: Frame, disparity: Float32, cut: bool) -> float:
        """Take one frame; single frames have no noise."""
        del frame
        if cut:
            self._noise.end_shot()
        self._noise.add(disparity)
        return math.nan

    @property
    def value(self) -> float:
        """Percent, of the median disparity or of the spread."""
        return self._noise.value


STATIC_NOISE = ReportMetric(
    "flicker_static",
    "Static-scene noise, %",
    "lower",
    partial(NoiseMeter, StaticNoise),
    needs_common_zero=True,
)

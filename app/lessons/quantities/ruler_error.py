"""By how much the ruler in lane B's cloud is off, in percent of the true length."""

from __future__ import annotations

import math

from app.lessons.quantities.cloud_depth import cloud_calibration
from app.lessons.quantities.quantity import Quantity, Reading, Screen
from models.frames import Float32
from models.geometry import Calibration, Intrinsics
from renderers.cloud_ruler import Pixel, point_at

_IN_CHECK = ((200, 400), (500, 400))
"""Two pixels on the floor before the table."""


class _Meter:
    def __init__(self) -> None:
        self._lengths: tuple[float, float] | None = None

    def add(self, screen: Screen) -> None:
        lane, frame = screen.lane("b"), screen.result.frame
        if screen.ruler is None or lane is None or frame.truth is None or frame.intrinsics is None:
            return
        camera = frame.intrinsics
        calibration = cloud_calibration(screen.settings, lane)
        found = _length(screen.ruler, lane.depth.disparity, calibration, camera)
        true = _length(screen.ruler, frame.truth.disparity, Calibration(), camera)
        if found is not None and true is not None and true > 0.0:
            self._lengths = found, true

    def reading(self) -> Reading | None:
        if self._lengths is None:
            return None
        found, true = self._lengths
        percent = 100.0 * abs(found / true - 1.0)
        return Reading(
            percent,
            f"In B's cloud it is {found:.2f} long, and in truth {true:.2f} m: {percent:.0f} % off.",
        )


def _length(
    ends: tuple[Pixel, Pixel], disparity: Float32, calibration: Calibration, camera: Intrinsics
) -> float | None:
    one, other = (point_at(end, disparity, calibration, camera) for end in ends)
    return None if one is None or other is None else math.dist(one, other)


QUANTITY = Quantity(
    "ruler-error",
    "by how much the ruler in B's cloud is off, in percent of the true length",
    _Meter,
    ruler=_IN_CHECK,
    needs="Press U, and click on two points of the cloud.",
)

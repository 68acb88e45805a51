"""How far away the middle of lane A's picture is, in metres."""

from __future__ import annotations

import numpy as np

from app.lessons.quantities.quantity import Quantity, Reading, Screen

_HALF = 2  # pixels around the middle


class _Meter:
    def __init__(self) -> None:
        self._disparity = self._depth_m = float("nan")

    def add(self, screen: Screen) -> None:
        lane = screen.lane("a")
        if lane is None or lane.to_metres is None:
            return
        height, width = lane.depth.disparity.shape
        y, x = height // 2, width // 2
        middle = lane.depth.disparity[y - _HALF : y + _HALF + 1, x - _HALF : x + _HALF + 1]
        self._disparity = float(np.median(middle))
        inverse = np.full((1, 1), self._disparity, np.float32)
        self._depth_m = float(lane.to_metres.depth_m(inverse)[0, 0])

    def reading(self) -> Reading | None:
        if not np.isfinite(self._depth_m):
            return None
        return Reading(
            self._depth_m,
            f"The disparity in the middle is {self._disparity:.3f} 1/m: "
            f"{self._depth_m:.1f} m away.",
        )


QUANTITY = Quantity(
    "distance-in-the-middle", "distance of the middle of the picture in metres, from lane A", _Meter
)

"""How much larger the depth error is at twice the distance, for lane B's own error in disparity."""

from __future__ import annotations

import numpy as np

from app.lessons.quantities.quantity import Quantity, Reading, Screen
from app.lessons.quantities.sample import sampled, sampled_truth
from models.metrics import align_robust

NEAR_M, FAR_M = 2.0, 4.0


def depth_error_m(disparity_error: float, depth_m: float) -> float:
    """Error of a depth in metres if its disparity is too small by `disparity_error` in 1/m."""
    return 1.0 / (1.0 / depth_m - disparity_error) - depth_m


class _Meter:
    def __init__(self) -> None:
        self._error: float | None = None

    def add(self, screen: Screen) -> None:
        found, truth = sampled(screen, "b"), sampled_truth(screen)
        if found is None or truth is None or found.shape != truth.shape:
            return
        aligned = align_robust(found, truth).apply(found)
        self._error = float(np.nanmedian(np.abs(aligned - truth)))

    def reading(self) -> Reading | None:
        if self._error is None or not 0.0 < self._error < 1.0 / FAR_M:
            return None
        near, far = (depth_error_m(self._error, z) for z in (NEAR_M, FAR_M))
        return Reading(
            far / near,
            f"B is wrong by {self._error:.3f} 1/m. That is {near:.2f} m at {NEAR_M:g} m and "
            f"{far:.2f} m at {FAR_M:g} m: {far / near:.1f} times as much.",
        )


QUANTITY = Quantity(
    "depth-error-ratio",
    "depth error at 4 m over depth error at 2 m, from the median error of B's disparity on screen",
    _Meter,
)

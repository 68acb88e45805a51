"""How many times as large the numbers of lane B are as those of lane A."""

from __future__ import annotations

import numpy as np

from app.lessons.quantities.quantity import Quantity, Reading, Screen
from app.lessons.quantities.sample import sampled


class _Meter:
    def __init__(self) -> None:
        self._medians: tuple[float, float] | None = None

    def add(self, screen: Screen) -> None:
        a, b = sampled(screen, "a"), sampled(screen, "b")
        if a is not None and b is not None:
            self._medians = float(np.nanmedian(a)), float(np.nanmedian(b))

    def reading(self) -> Reading | None:
        if self._medians is None or not self._medians[0] > 0.0:
            return None
        a, b = self._medians
        return Reading(b / a, f"The median is {a:.3f} in A and {b:.3f} in B: {b / a:.1f} times.")


QUANTITY = Quantity(
    "scale-between-lanes", "median of B's numbers over median of A's numbers", _Meter
)

"""How much of the difference between the lanes is left after one scale and one shift are fitted."""

from __future__ import annotations

import numpy as np

from app.lessons.quantities.quantity import Quantity, Reading, Screen
from app.lessons.quantities.sample import sampled
from models.metrics import align_robust


class _Meter:
    def __init__(self) -> None:
        self._differences: tuple[float, float] | None = None

    def add(self, screen: Screen) -> None:
        a, b = sampled(screen, "a"), sampled(screen, "b")
        if a is None or b is None or a.shape != b.shape:
            return
        aligned = align_robust(b, a).apply(b)
        self._differences = float(np.nanmean(np.abs(a - b))), float(np.nanmean(np.abs(a - aligned)))

    def reading(self) -> Reading | None:
        if self._differences is None or not self._differences[0] > 0.0:
            return None
        before, after = self._differences
        percent = 100.0 * after / before
        return Reading(
            percent,
            f"The mean difference is {before:.3f} before and {after:.3f} after: {percent:.1f} % "
            "is left.",
        )


QUANTITY = Quantity(
    "difference-left",
    "mean |A − B| after one scale and one shift were fitted, in percent of the same before",
    _Meter,
)

"""How many times as much lane B flickers as lane A (OPW)."""

from __future__ import annotations

import math

from app.lessons.quantities.quantity import Quantity, Reading, Screen

_LEAST = 8  # frames that both averages span


class _Meter:
    def __init__(self) -> None:
        self._recent: tuple[float, float] | None = None

    def add(self, screen: Screen) -> None:
        analysis = screen.result.analysis
        flicker = analysis.flicker if analysis is not None else None
        if flicker is None or screen.lane("a") is None or screen.lane("b") is None:
            return
        values = tuple(flicker.lanes[name].recent for name in ("a", "b") if name in flicker.lanes)
        if len(values) == 2 and all(map(math.isfinite, values)) and flicker.frames >= _LEAST:
            self._recent = values[0], values[1]

    def reading(self) -> Reading | None:
        if self._recent is None or not self._recent[0] > 0.0:
            return None
        a, b = self._recent
        return Reading(b / a, f"OPW is {a:.3f} in A and {b:.3f} in B: {b / a:.1f} times.")


QUANTITY = Quantity(
    "flicker-ratio",
    "OPW of B over OPW of A, over the frames of the flicker view",
    _Meter,
    frames=16,
    needs="Measuring flicker for a few frames.",
)

"""Which lane's scale drifts more against the truth."""

from __future__ import annotations

from app.lessons.quantities.accuracy import Shot
from app.lessons.quantities.quantity import Quantity, Reading, Screen

_LEAST, FRAMES = 25, 50
ALIKE = 0.05  # drifts that differ by less than this share are called alike


class _Meter:
    def __init__(self) -> None:
        self._shot = Shot(FRAMES)

    def add(self, screen: Screen) -> None:
        self._shot.add(screen)

    def reading(self) -> Reading | None:
        if len(self._shot) < _LEAST:
            return None
        a, b = self._shot.scale_drift("a"), self._shot.scale_drift("b")
        word = "alike" if abs(a - b) < ALIKE * min(a, b) else "a" if a > b else "b"
        return Reading(word, f"The scale of A varies by {100 * a:.1f} %, of B by {100 * b:.1f} %.")


QUANTITY = Quantity(
    "more-drift",
    "lane with the larger scale drift against the truth; alike within 5 %",
    _Meter,
    frames=FRAMES,
    words=("a", "b", "alike"),
    needs="Comparing with the truth for a few frames.",
)

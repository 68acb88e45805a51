"""Which lane is nearer to the truth, by AbsRel with one scale and one shift for all frames."""

from __future__ import annotations

from app.lessons.quantities.accuracy import Shot
from app.lessons.quantities.quantity import Quantity, Reading, Screen

_LEAST, FRAMES = 12, 50
_ALIKE = 0.01  # errors that differ by less than this share are called alike


class _Meter:
    def __init__(self) -> None:
        self._shot = Shot(FRAMES)

    def add(self, screen: Screen) -> None:
        self._shot.add(screen)

    def reading(self) -> Reading | None:
        if len(self._shot) < _LEAST:
            return None
        a, b = self._shot.abs_rel("a"), self._shot.abs_rel("b")
        word = "alike" if abs(a - b) < _ALIKE * min(a, b) else "a" if a < b else "b"
        return Reading(word, f"AbsRel is {100 * a:.1f} % in A and {100 * b:.1f} % in B.")


QUANTITY = Quantity(
    "nearer-the-truth",
    "lane with the smaller AbsRel, one alignment for the shot; alike within 1 %",
    _Meter,
    frames=FRAMES,
    words=("a", "b", "alike"),
    needs="Comparing with the truth for a few frames.",
)

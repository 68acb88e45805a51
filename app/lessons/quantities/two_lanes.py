"""Which of the lanes has more of something, over the frames of a shot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.lessons.quantities.accuracy import Shot
from app.lessons.quantities.quantity import Reading, Screen


@dataclass(slots=True)
class TwoLanes:
    """A meter whose answer is "a", "b" or "alike".

    Attributes
    ----------
    frames, least
        Frames that are kept, and those that are needed for an answer.
    alike
        Numbers that differ by less than this share of the smaller are called alike.
    number
        Of a lane of the shot, by its letter.
    takes_larger
        Whether the answer is the lane with the larger number, else with the smaller.
    words
        Says both numbers, with `{a}` and `{b}` in their places, in percent.
    """

    frames: int
    least: int
    alike: float
    number: Callable[[Shot, str], float]
    takes_larger: bool
    words: str
    _shot: Shot = field(init=False)

    def __post_init__(self) -> None:
        self._shot = Shot(self.frames)

    def add(self, screen: Screen) -> None:
        self._shot.add(screen)

    def reading(self) -> Reading | None:
        if len(self._shot) < self.least:
            return None
        a, b = self.number(self._shot, "a"), self.number(self._shot, "b")
        is_a = a > b if self.takes_larger else a < b
        word = "alike" if abs(a - b) < self.alike * min(a, b) else "a" if is_a else "b"
        return Reading(word, self.words.format(a=100 * a, b=100 * b))

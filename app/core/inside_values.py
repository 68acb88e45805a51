"""A picture of what goes on inside a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.frames import UInt8


@dataclass(frozen=True, slots=True, eq=False)
class InsidePicture:
    """One quantity of one frame.

    Attributes
    ----------
    levels
        (H, W) uint8 at the frame's size: 0 is unknown, 1 to 255 span `low` to `high`.
    low, high
        Values at the ends of the scale.
    unit, low_word, high_word
        Words of the scale.
    note
        What else there is to say in a few words.
    gamma
        Exponent from the value's fraction of the scale to the level.
    overlay
        (h, w, 4) uint8 shown in place of the levels, which have no scale then.
    row_marks
        Words at the left edge, by share of the height.
    """

    levels: UInt8
    low: float
    high: float
    unit: str = ""
    low_word: str = ""
    high_word: str = ""
    note: str = ""
    gamma: float = 1.0
    overlay: UInt8 | None = None
    row_marks: Sequence[tuple[float, str]] = ()

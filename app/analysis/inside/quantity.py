"""What a quantity is: what it needs of the network, and how it becomes a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from app.core.inside_values import InsidePicture
from app.core.results import LaneResult
from models.frames import Float32, Frame, UInt8
from models.inside.probe import Inside, Part
from models.opencv import cv2

Point = tuple[float, float]
CENTRE: Point = (0.5, 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What a picture is made from.

    Attributes
    ----------
    inside
        Of the lane; it has the parts that the quantity needs.
    point
        (x, y) of the query as shares of the picture.
    is_again
        This frame was given before.
    is_first
        It does not continue the last one: another segment, a cut, or an empty memory.
    """

    frame: Frame
    lane: LaneResult
    inside: Inside
    point: Point = CENTRE
    is_again: bool = False
    is_first: bool = False


class Painter(Protocol):
    """Makes the pictures of one quantity of one lane, frame after frame."""

    def paint(self, given: Given) -> InsidePicture:
        """The picture of a frame."""
        ...


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity, and how it is looked at.

    Attributes
    ----------
    parts
        What the network must give for it.
    caveat
        What it does not say, in a few words.
    make
        A new painter.
    is_live
        Cheap enough for every frame; else it is made when playback stops.
    has_query
        It depends on the query point.
    """

    parts: frozenset[Part]
    caveat: str
    make: Callable[[], Painter]
    is_live: bool = True
    has_query: bool = False


@dataclass(slots=True)
class Limit:
    """The largest value of a scale: it rises at once and falls slowly, so colours stay steady."""

    value: float = 0.0

    def follow(self, values: Float32, given: Given) -> float:
        """The limit after these values; the 99.5th percentile counts."""
        found = float(np.quantile(values, 0.995))
        fell = found if given.is_first else max(found, 0.98 * self.value)
        self.value = max(self.value, found) if given.is_again else fell
        return max(self.value, 1e-12)


def to_levels(share: Float32) -> UInt8:
    """0 to 1 as levels 1 to 255."""
    return (1.5 + 254.0 * np.clip(share, 0.0, 1.0)).astype(np.uint8)


def at_frame_size(cells: UInt8, size: tuple[int, int]) -> UInt8:
    """(h, w) levels or (h, w, 4) colours at a frame's (width, height); cells stay squares."""
    enlarged: UInt8 = cv2.resize(cells, size, interpolation=cv2.INTER_NEAREST)
    return enlarged


@dataclass(slots=True)
class MapPainter:
    """A map of values from 0 to a limit.

    Attributes
    ----------
    read
        The (h, w) map in what the network gave.
    unit, low_word, high_word
        Words of the scale.
    fixed
        The upper end of the scale; None follows the largest values.
    """

    read: Callable[[Given], Float32]
    unit: str
    low_word: str
    high_word: str
    fixed: float | None = None
    limit: Limit = field(default_factory=Limit)

    def paint(self, given: Given) -> InsidePicture:
        """The map as levels at the frame's size."""
        values = self.read(given)
        high = self.fixed if self.fixed is not None else self.limit.follow(values, given)
        levels = at_frame_size(to_levels(values / np.float32(high)), given.frame.size)
        return InsidePicture(levels, 0.0, high, self.unit, self.low_word, self.high_word)


def mosaic(maps: list[UInt8], size: tuple[int, int], columns: int) -> UInt8:
    """Pictures side by side and below each other at a frame's (width, height), as levels.

    The rest stays unknown (0).
    """
    width, height = size
    rows = -(-len(maps) // columns)
    picture = np.zeros((height, width), np.uint8)
    for at, levels in enumerate(maps):
        row, column = divmod(at, columns)
        top, bottom = height * row // rows, height * (row + 1) // rows - 1
        left, right = width * column // columns, width * (column + 1) // columns - 1
        tile = at_frame_size(levels, (max(1, right - left), max(1, bottom - top)))
        picture[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return picture

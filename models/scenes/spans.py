"""The rows of flat surfaces in a picture: where each begins and ends, for the raster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.scenes.projection import FlatSet

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int = NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)
_NONE = 32000


@dataclass(frozen=True, slots=True, eq=False)
class FlatSpans:
    """The rows of each flat surface, rows of all surfaces one after another; R of them.

    Attributes
    ----------
    which
        (R,) index of the surface in the set.
    y
        (R,) row of the picture.
    left, right
        (R,) first and last column; the first is behind the last where there are none.
    base
        (R,) float32 inverse depth at column 0.
    steps
        (R, 3) columns of the surface's box before, in and behind each row.
    boxes
        (n, 6) per visible surface: index in the set, start, stop (rows in here), x0, x1, y0 (in
        the picture).
    """

    which: Int
    y: Int
    left: Int
    right: Int
    base: Float32
    steps: Int
    boxes: Int

    @staticmethod
    def of(flats: FlatSet, top: int, bottom: int) -> FlatSpans:
        """The spans of all flat surfaces in rows [top, bottom), computed together."""
        first = np.maximum(flats.box[:, 1], top)
        count = np.maximum(np.minimum(flats.box[:, 3], bottom - 1) - first + 1, 0)
        shown = np.flatnonzero(count)
        first, count = first[shown], count[shown]
        starts = np.cumsum(count) - count

        def spread(table: NDArray[Number]) -> NDArray[Number]:
            """(..., R) the column of (..., n) `table` for each row."""
            return table.take(shown, -1).repeat(count, -1)

        which = shown.repeat(count)
        y = np.arange(len(which)) + (first - starts).repeat(count)
        row = y.astype(np.float64)
        left = np.ceil((spread(flats.left[0]) * row + spread(flats.left[1])).max(axis=0))
        right = np.floor((spread(flats.right[0]) * row + spread(flats.right[1])).min(axis=0))
        left = np.maximum(left, spread(flats.box[:, 0]))
        right = np.minimum(right, spread(flats.box[:, 2]))
        _narrow_to_discs(flats, which, y, left, right)
        empty = left > right
        left[empty], right[empty] = _NONE, -1
        base = (spread(flats.plane[:, 1]) * row + spread(flats.plane[:, 2])).astype(np.float32)
        left, right = left.astype(np.int64), right.astype(np.int64)
        if len(shown) == 0:
            nothing = np.zeros((0, 6), np.int64)
            return FlatSpans(which, y, left, right, base, nothing[:, :3], nothing)
        x0 = np.minimum.reduceat(left, starts)
        x1 = np.maximum.reduceat(right, starts) + 1
        y0 = np.minimum.reduceat(np.where(empty, _NONE, y), starts)
        y1 = np.maximum.reduceat(np.where(empty, -1, y), starts) + 1
        start = starts + y0 - first
        boxes = np.stack([shown, start, start + y1 - y0, x0, x1, y0], axis=1)[x0 < x1]
        width = (x1 - x0).repeat(count)
        before = np.minimum(left - x0.repeat(count), width)
        inside = np.maximum(right - left + 1, 0)
        steps = np.stack([before, inside, width - before - inside], axis=1)
        return FlatSpans(which, y, left, right, base, steps, boxes)


def _narrow_to_discs(flats: FlatSet, which: Int, y: Int, left: Float64, right: Float64) -> None:
    """Narrow the spans of discs to the insides of their ellipses, in place."""
    here = np.flatnonzero((flats.disc & (flats.conic[:, 0, 0] < 0)).take(which))
    if len(here) == 0:
        return
    y, conic = y[here], flats.conic[which[here]]
    a = conic[:, 0, 0]
    b = conic[:, 0, 1] * y + conic[:, 0, 2]
    c = (conic[:, 1, 1] * y + 2 * conic[:, 1, 2]) * y + conic[:, 2, 2]
    square = b * b - a * c
    reach = np.sqrt(np.maximum(square, 0)) / -a
    left[here] = np.maximum(left[here], np.ceil(b / -a - reach))
    right[here] = np.where(square < 0, -1, np.minimum(right[here], np.floor(b / -a + reach)))

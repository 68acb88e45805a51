"""Terms of curved surfaces over their boxes, by row and by column, for the raster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scenes.projection import CurvedSet

Float32 = NDArray[np.float32]
Int = NDArray[np.int64]
_BOUNDLESS = 1e30


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Terms of curved surfaces by row, rows of all surfaces one after another; (R,) float32.

    `y` are rows of the picture, (R,) int64; `low` and `high` bound the height. The square of half
    the distance of both intersections is mixed * u + down + across.
    """

    y: Int
    mixed: Float32
    down: Float32
    base: Float32
    height: Float32
    low: Float32
    high: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Terms by column, likewise; (C,)."""

    x: Int
    u: Float32
    across: Float32
    base: Float32
    height: Float32


@dataclass(frozen=True, slots=True, eq=False)
class CurvedTerms:
    """Terms of some curved surfaces, n of them.

    Attributes
    ----------
    width, height
        (n,) of their boxes.
    numbers, bounded, both
        Per surface: its number in the scene, whether its height is, whether both sides are visible.
    """

    rows: Rows
    columns: Columns
    width: Int
    height: Int
    numbers: list[int]
    bounded: list[bool]
    both: list[bool]

    @staticmethod
    def of(curves: CurvedSet, box: Int, chosen: NDArray[np.intp]) -> CurvedTerms:
        """Surfaces `chosen` within their `box`es, (n, 4) x0, y0, x1, y1 inclusive."""
        middle = np.array(curves.box)[chosen]
        x0, y0, x1, y1 = box[chosen].T
        width, height = x1 - x0 + 1, y1 - y0 + 1
        of_row, y = _counted(y0, height)
        of_column, x = _counted(x0, width)
        v = y - ((middle[:, 1] + middle[:, 3]) // 2)[of_row]
        u = x - ((middle[:, 0] + middle[:, 2]) // 2)[of_column]
        root, slope = curves.root[chosen], curves.slope[chosen]
        tall = curves.height[chosen]
        bounded = np.array(curves.bounded)[chosen]
        low = np.where(bounded, tall[:, 3] - np.array(curves.low)[chosen], _BOUNDLESS)
        high = np.where(bounded, tall[:, 3] - np.array(curves.high)[chosen], -_BOUNDLESS)
        tall = tall * bounded[:, None]
        rows = Rows(
            y,
            (2 * root[of_row, 0, 1] * v).astype(np.float32),
            ((root[of_row, 1, 1] * v + 2 * root[of_row, 1, 2]) * v + root[of_row, 2, 2]).astype(
                np.float32
            ),
            (slope[of_row, 1] * v + slope[of_row, 2]).astype(np.float32),
            (tall[of_row, 1] * v + tall[of_row, 2]).astype(np.float32),
            low[of_row].astype(np.float32),
            high[of_row].astype(np.float32),
        )
        columns = Columns(
            x,
            u.astype(np.float32),
            ((root[of_column, 0, 0] * u + 2 * root[of_column, 0, 2]) * u).astype(np.float32),
            (slope[of_column, 0] * u).astype(np.float32),
            (tall[of_column, 0] * u).astype(np.float32),
        )
        numbers, both = np.array(curves.surface)[chosen], np.array(curves.both)[chosen]
        return CurvedTerms(
            rows, columns, width, height, numbers.tolist(), bounded.tolist(), both.tolist()
        )


@dataclass(frozen=True, slots=True, eq=False)
class MetPixels:
    """The pixels that rays of some curved surfaces meet, surface by surface; n of them.

    Attributes
    ----------
    row, column
        (n,) index into `rows` and `columns`.
    half
        (n,) float32 half the distance of both intersections in inverse depth.
    items
        Per surface: start, stop, its number in the scene, whether both sides are visible.
    """

    rows: Rows
    columns: Columns
    row: Int
    column: Int
    half: Float32
    items: list[tuple[int, int, int, bool]]

    @staticmethod
    def of(terms: CurvedTerms) -> MetPixels:
        """Find the pixels."""
        rows, columns, width = terms.rows, terms.columns, terms.width
        of_row = np.repeat(np.arange(len(width)), terms.height)
        length = width[of_row]
        row, column = _counted((np.cumsum(width) - width)[of_row], length)
        square = np.repeat(rows.mixed, length) * columns.u[column]
        square += np.repeat(rows.down, length)
        square += columns.across[column]
        met = np.flatnonzero(square >= 0)
        row, column = row[met], column[met]
        stops = np.searchsorted(row, np.cumsum(terms.height)).tolist()
        items = list(zip([0, *stops[:-1]], stops, terms.numbers, terms.both, strict=True))
        return MetPixels(rows, columns, row, column, np.sqrt(square[met]), items)


def _counted(first: Int, count: Int) -> tuple[Int, Int]:
    """Counting up from each of `first`: the index of the counter, and the value; `count` each."""
    which = np.repeat(np.arange(len(count)), count)
    return which, np.arange(len(which)) + np.repeat(first - (np.cumsum(count) - count), count)

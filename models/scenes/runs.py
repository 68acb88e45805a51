"""The surfaces of a band of rows as runs of equal pixels.

Spreading one value per run takes a fraction of the time of a gather per pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Int = NDArray[np.intp]
Number = TypeVar("Number", bound=np.generic)


def counted(first: Int, count: Int) -> tuple[Int, Int]:
    """Counting up from each of `first`: the index of the counter, and the value; `count` each."""
    which = np.arange(len(count)).repeat(count)
    return which, np.arange(len(which)) + (first - (np.cumsum(count) - count)).repeat(count)


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceRuns:
    """Runs of pixels of one surface within a row, in reading order; n of them.

    Attributes
    ----------
    surface, start, length, row
        (n,) the surface of each run, its first pixel, counted through the rows, its pixels, and its
        row in the band.
    shape
        (rows, W).
    """

    surface: Int
    start: Int
    length: Int
    row: Int
    shape: tuple[int, ...]

    @staticmethod
    def of(surface: NDArray[np.uint16]) -> SurfaceRuns:
        """The runs of (rows, W) surfaces."""
        begins = np.ones(surface.shape, np.bool_)
        np.not_equal(surface[:, 1:], surface[:, :-1], out=begins[:, 1:])
        start = np.flatnonzero(begins)
        return SurfaceRuns(
            surface.ravel().take(start).astype(np.intp),
            start,
            np.diff(start, append=surface.size),
            start // surface.shape[1],
            surface.shape,
        )

    def have(self, table: Float32) -> bool:
        """Whether the entry of (S,) `table` is other than 0 for any of the surfaces."""
        return bool(table.take(self.surface).any())

    def spread(self, table: Float32) -> Float32:
        """(rows, W) the entry of (S,) `table` for each pixel's surface."""
        return self.filled(table.take(self.surface))

    def filled(self, values: Float32) -> Float32:
        """(rows, W) the value of each pixel's run, of (n,) `values`."""
        return values.repeat(self.length).reshape(self.shape)

    def some(self, chosen: NDArray[np.bool_]) -> SomeRuns:
        """The runs for which (n,) `chosen` is set."""
        which = np.flatnonzero(chosen)
        return SomeRuns(
            self.surface.take(which),
            self.start.take(which),
            self.length.take(which),
            self.row.take(which),
            self.shape[1],
        )


@dataclass(frozen=True, slots=True, eq=False)
class SomeRuns:
    """Some of the runs of a band, m of them with n pixels.

    Attributes
    ----------
    surface, start, length, row
        (m,) as in SurfaceRuns.
    width
        Of the band.
    """

    surface: Int
    start: Int
    length: Int
    row: Int
    width: int

    def __len__(self) -> int:
        return len(self.surface)

    def pixels(self) -> tuple[Int, Int]:
        """(n,) the pixels' indices, counted through the rows, and their columns."""
        places = np.arange(self.length.sum())
        shift = self.start - (np.cumsum(self.length) - self.length)
        return places + self.filled(shift), places + self.filled(shift - self.row * self.width)

    def filled(self, values: NDArray[Number]) -> NDArray[Number]:
        """(n,) the value of each pixel's run, of (m,) `values`."""
        return values.repeat(self.length)

"""Median and mean absolute deviation of any number of frames in constant memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frames import Float32

_PER_OCTAVE = 1 << 7
_OCTAVES = 40


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and spread of disparities: the normaliser of OPW.

    Attributes
    ----------
    median
        In the unit of the disparity.
    deviation
        Mean |d - median|, same unit, >= 0.
    """

    median: float
    deviation: float

    def normalised(self, disparity: Float32) -> Float32:
        """(d - median) / deviation, float32 of the same shape; zero where there is no spread."""
        if not self.deviation > 0.0:
            return np.zeros_like(disparity)
        return ((disparity - np.float32(self.median)) / np.float32(self.deviation)).astype(
            np.float32
        )


class SpreadSums:
    """Streams frames into a histogram over all float32 numbers; no range need be known.

    The distance to the first frame's median is binned, and a bin is a bfloat16 number: sign,
    exponent and seven bits of mantissa. Bins are therefore finest near the median, and below 1 % of
    the distance everywhere, at any scale and level; only what is `_OCTAVES` below the largest
    distance shares a bin. Each bin holds a count and a sum, so the mean absolute deviation is exact
    except for the bin that contains the median. At most 1 MB, whatever the length of the clip.
    """

    __slots__ = ("_centre", "_counts", "_reach", "_shared", "_sums")

    def __init__(self) -> None:
        self._centre: np.float32 | None = None
        self._shared = 0
        self._reach = 0
        # The bin in the middle is shared by bfloat16 magnitudes up to `_shared`; `_reach` follow on
        # either side, one for each magnitude.
        self._counts: NDArray[np.float64] = np.zeros(1)
        self._sums: NDArray[np.float64] = np.zeros(1)

    def add(self, disparity: Float32) -> None:
        """Add one frame of any shape; NaN and infinity are ignored."""
        known = np.isfinite(disparity)
        values = disparity.ravel() if known.all() else disparity[known]
        if values.size == 0:
            return
        values = values.astype(np.float32, copy=False)
        if self._centre is None:
            self._centre = np.float32(np.median(values))
        values = values - self._centre
        places = ((values.view(np.uint32) >> 16) & 0x7FFF).view(np.int32)
        self._make_room(int(places.max()))
        places -= self._shared
        np.maximum(places, 0, out=places)
        np.negative(places, out=places, where=values < 0.0)
        places += self._reach
        bins = len(self._counts)
        self._counts += np.bincount(places, minlength=bins)
        self._sums += np.bincount(places, weights=values, minlength=bins)

    def _make_room(self, magnitude: int) -> None:
        """Add bins for distances up to a bfloat16 magnitude."""
        if self._reach == 0:
            self._shared = max(0, magnitude - _OCTAVES * _PER_OCTAVE)
        more = magnitude - self._shared - self._reach
        if more > 0:
            self._counts, self._sums = np.pad(self._counts, more), np.pad(self._sums, more)
            self._reach += more

    def fade(self, factor: float) -> None:
        """Multiply the weight of all frames so far by `factor`, for endless streams."""
        self._counts *= factor
        self._sums *= factor

    @property
    def is_empty(self) -> bool:
        """Whether no known value was added yet."""
        return self._centre is None

    @property
    def spread(self) -> Spread:
        """Median and mean absolute deviation so far; NaN without values."""
        below = np.cumsum(self._counts)
        total = float(below[-1])
        if self._centre is None or total <= 0.0:
            return Spread(math.nan, math.nan)
        middle = int(np.searchsorted(below, total / 2))
        median = self._inside(middle, total / 2 - float(below[middle] - self._counts[middle]))
        lower, upper = np.s_[:middle], np.s_[middle + 1 :]
        apart = float(self._sums[upper].sum() - self._sums[lower].sum())
        apart -= median * float(self._counts[upper].sum() - self._counts[lower].sum())
        mean = self._sums[middle] / self._counts[middle]
        apart += abs(mean - median) * float(self._counts[middle])
        return Spread(median + float(self._centre), max(float(apart), 0.0) / total)

    def _inside(self, index: int, rank: float) -> float:
        """The value of that rank in a bin, as if the bin were filled evenly about its mean."""
        count = float(self._counts[index])
        mean = float(self._sums[index]) / count
        low, high = self._edges(index - self._reach)
        half = max(0.0, min(mean - low, high - mean))
        return mean + half * (2.0 * min(max(rank / count, 0.0), 1.0) - 1.0)

    def _edges(self, place: int) -> tuple[float, float]:
        """Both ends of a bin; `place` counts from the one in the middle."""
        if place < 0:
            low, high = self._edges(-place)
            return -high, -low
        high = _magnitude(self._shared + place + 1)
        return (-high if place == 0 else _magnitude(self._shared + place)), high


def _magnitude(bits: int) -> float:
    """The bfloat16 number of these 15 bits."""
    number = float(np.array([min(bits, 0x7FFF) << 16], np.uint32).view(np.float32)[0])
    return number if math.isfinite(number) else 3.4e38

"""Median and mean absolute deviation of any number of frames in constant memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frames import Float32

_BINS = 1 << 16


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
    the distance everywhere, at any scale and level. Each bin holds a count and a sum, so the mean
    absolute deviation is exact except for the bin that contains the median. 1 MB, whatever the
    length of the clip.
    """

    __slots__ = ("_centre", "_counts", "_sums")

    def __init__(self) -> None:
        self._centre: np.float32 | None = None
        self._counts: NDArray[np.float64] = np.zeros(_BINS)
        self._sums: NDArray[np.float64] = np.zeros(_BINS)

    def add(self, disparity: Float32) -> None:
        """Add one frame of any shape; NaN and infinity are ignored."""
        values = disparity[np.isfinite(disparity)].astype(np.float32, copy=False)
        if values.size == 0:
            return
        if self._centre is None:
            self._centre = np.float32(np.median(values))
        values = values - self._centre
        bits = (values.view(np.uint32) >> 16).astype(np.intp)
        # Gives the bins the order of the numbers.
        bins = np.where(bits & 0x8000, 0xFFFF - bits, bits | 0x8000)
        self._counts += np.bincount(bins, minlength=_BINS)
        self._sums += np.bincount(bins, weights=values, minlength=_BINS)

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
        low, high = sorted((_edge(index), _edge(index + 1)))
        half = min(mean - low, high - mean)
        return mean + half * (2.0 * min(max(rank / count, 0.0), 1.0) - 1.0)


def _edge(index: int) -> float:
    """The end of a bin towards minus infinity."""
    bits = index & 0x7FFF if index & 0x8000 else 0x10000 - index
    edge = np.array([min(bits, 0xFFFF) << 16], np.uint32).view(np.float32)[0]
    return float(edge) if math.isfinite(edge) else math.copysign(3.4e38, index - 0x8000)

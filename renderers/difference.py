"""The signed difference between two aligned lanes, A minus B.

Positive, in the colour of lane A, means that A sees the place nearer; negative, in that of lane B,
that B does. Both lanes must already have the same unit: `models.metrics` aligns them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.levels import quantise_difference

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

_PERCENTILE = 98
_SMALLEST = 0.01
"""Least limit as a fraction of the display range: equal lanes do not show amplified rounding."""
_ROUND = np.array([1.0, 2.0, 5.0])
_SHRINK_AFTER = 30
"""Frames for which a smaller limit must do before it is used."""


class DifferenceRange:
    """The difference at the ends of the colours: a robust, round and steady number.

    It holds the 98th percentile of the absolute difference, rounded up to 1, 2 or 5 times a power
    of ten, so that the colour bar does not move from frame to frame: it grows at once, and shrinks
    when a smaller one has been enough for 30 frames.
    """

    def __init__(self) -> None:
        self._limit = 0.0
        self._needless = 0

    def reset(self) -> None:
        """Begin again: other lanes, or another shot."""
        self._limit, self._needless = 0.0, 0

    def update(self, differences: Float32, display_range: tuple[float, float]) -> float:
        """Return the limit with this frame, above 0.

        Parameters
        ----------
        differences
            Float32 of any shape, A minus B of a sample of pixels; NaN where unknown.
        display_range
            (far, near) of lane A.
        """
        far, near = display_range
        known = np.abs(differences[np.isfinite(differences)])
        wanted = float(np.percentile(known, _PERCENTILE)) if known.size else 0.0
        wanted = _rounded_up(max(wanted, _SMALLEST * (near - far), 1e-9))
        self._needless = self._needless + 1 if wanted < self._limit else 0
        if wanted > self._limit or self._needless > _SHRINK_AFTER:
            self._limit, self._needless = wanted, 0
        return self._limit


def _rounded_up(value: float) -> float:
    """The next of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    steps = np.append(_ROUND, 10.0) * power
    return float(steps[np.searchsorted(steps, value * (1 - 1e-9))])


def difference_levels(disparity_a: Float32, disparity_b: Float32, limit: float) -> UInt8:
    """(H, W) uint8 for `colormap.diverging_table`: 0 unknown, 1 B nearer, 128 equal, 255 A nearer.

    Parameters
    ----------
    disparity_a, disparity_b
        (H, W) float32 in one unit, NaN where unknown.
    limit
        The difference at the ends of the table, in that unit; larger ones are clamped.
    """
    return quantise_difference(disparity_a, disparity_b, limit)

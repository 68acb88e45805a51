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

DEFAULT_SHARE = 0.25


def difference_limit(display_range: tuple[float, float], share: float = DEFAULT_SHARE) -> float:
    """The difference shown in full colour: a fraction of the display range (far, near)."""
    far, near = display_range
    return share * (near - far)


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

"""Where two lanes disagree, after one was aligned to the other: A minus B, signed.

Positive, in the colour of lane A, is where A sees things nearer; negative, in that of lane B,
where B does. Both lanes must be in the same unit already: aligning is a measurement
(`models.metrics`), not a drawing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.depth_image import quantise_difference

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

DEFAULT_SHARE = 0.25


def difference_limit(display_range: tuple[float, float], share: float = DEFAULT_SHARE) -> float:
    """The difference that gets the full colour: a share of the display range (far, near)."""
    far, near = display_range
    return share * (near - far)


def difference_levels(
    disparity_a: Float32, disparity_b: Float32, limit: float, out: UInt8 | None = None
) -> UInt8:
    """(H, W) uint8 for `colormap.diverging_table`: 0 unknown, 1 B nearer, 128 equal, 255 A nearer.

    disparity_a, disparity_b : (H, W) float32 in one unit, NaN where unknown.
    limit : the difference at the ends of the table, in that unit; what is beyond is clamped.
    """
    return quantise_difference(disparity_a, disparity_b, limit, out)

"""Transparent pictures over neutral grey: what lies under full transparency is often noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEUTRAL = 128


def over_grey(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) uint8 with straight alpha to (H, W, 3) uint8 over grey."""
    rgb, alpha = rgba[..., :3], rgba[..., 3:]
    if alpha.min(initial=255) == 255:
        return np.ascontiguousarray(rgb)
    weight = alpha.astype(np.uint16)
    mixed = rgb * weight + NEUTRAL * (255 - weight)
    return ((mixed + 127) // 255).astype(np.uint8)

"""The planes of the built-in room: which pixels show them, from the scene's own geometry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics

PLANES = (("floor", 2, 0.0), ("back wall", 1, 5.4))
"""Name, world axis and its value in metres."""


def on_planes(
    depth_m: NDArray[np.float32],
    intrinsics: Intrinsics,
    camera_to_world: NDArray[np.float64],
) -> dict[str, NDArray[np.bool_]]:
    """By plane, (H, W) bool: the true depth is where the pixel's ray meets the plane."""
    height, width = depth_m.shape
    x = (np.arange(width) - intrinsics.cx) / intrinsics.fx
    y = ((np.arange(height) - intrinsics.cy) / intrinsics.fy)[:, None]
    rays = np.stack([x + 0 * y, y + 0 * x, np.ones((height, width))], axis=-1)
    world = rays @ camera_to_world[:3, :3].T
    found = {}
    for name, axis, value in PLANES:
        with np.errstate(divide="ignore", invalid="ignore"):
            depth = (value - camera_to_world[axis, 3]) / world[..., axis]
            found[name] = np.abs(depth / depth_m - 1) < 1e-4
    return found

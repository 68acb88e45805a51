"""The planes of the built-in room: which pixels show them, from the scene's own geometry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.frames import Float32
from models.geometry import Intrinsics
from renderers.cloud_options import CloudOptions
from renderers.point_cloud import cloud_points

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


def points_and_pixels(
    disparity: Float32, intrinsics: Intrinsics, options: CloudOptions
) -> tuple[Float32, NDArray[np.uint32]]:
    """The points of the cloud (N, 3), culled as it is, and the flat index of each one's pixel."""
    height, width = disparity.shape
    index = np.arange(width * height, dtype=np.uint32).reshape(height, width)
    as_colours = index.view(np.uint8).reshape(height, width, 4)[..., :3]
    points, colours = cloud_points(as_colours, disparity, options, intrinsics)
    return points, colours.astype(np.uint32) @ np.array([1, 256, 65536], np.uint32)

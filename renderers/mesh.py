"""A textured triangle mesh of one frame, without a GUI toolkit.

World axes are those of `renderers.point_cloud`: x right, y up, z towards the viewer, right-handed;
the camera that took the picture is at the origin and looks along -z. That is also how glTF has it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics
from renderers.point_cloud import CloudOptions, depth_grid, edge_step, intrinsics_in_force

Float32 = NDArray[np.float32]
UInt32 = NDArray[np.uint32]
Bool = NDArray[np.bool_]

MOST_VERTICES = 640 * 480
"""From larger pictures every second, third, … pixel becomes a vertex; the texture stays whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles that face the camera.

    Attributes
    ----------
    points
        (N, 3) float32, world axes.
    normals
        (N, 3) float32, unit length, towards the camera.
    texture
        (N, 2) float32, place in the picture as shares of its width and height, from the top left.
    faces
        (M, 3) uint32, counter-clockwise as the camera sees them.
    """

    points: Float32
    normals: Float32
    texture: Float32
    faces: UInt32


def frame_mesh(
    disparity: Float32,
    options: CloudOptions,
    intrinsics: Intrinsics | None = None,
    most_vertices: int = MOST_VERTICES,
) -> Mesh:
    """The surfaces of a frame, cut where depth jumps.

    Parameters
    ----------
    disparity
        (H, W) float32, NaN where unknown.
    options
        As for `cloud_points`; a stride of None takes the least one that keeps to `most_vertices`.
    intrinsics
        The camera that took the picture, if known.
    most_vertices
        Bound of the number of vertices.
    """
    height, width = disparity.shape
    stride = options.stride or max(1, math.ceil(math.sqrt(height * width / most_vertices)))
    rows, columns, depth = depth_grid(disparity, replace(options, stride=stride))
    camera = intrinsics_in_force(options, intrinsics, width, height)
    grid = np.empty((*depth.shape, 3), np.float32)
    grid[..., 0] = (columns - camera.cx) / camera.fx * depth
    grid[..., 1] = ((camera.cy - rows) / camera.fy)[:, None] * depth
    grid[..., 2] = -depth
    ratio = options.edge_ratio ** max(1.0, stride / edge_step(width))
    lower, upper = _connected(depth, ratio)
    corners = _corners(depth.shape)
    faces = np.concatenate([corners[0][lower.ravel()], corners[1][upper.ravel()]])
    normals = _normals(grid, lower, upper)
    used = np.zeros(depth.size, np.bool_)
    used[faces] = True
    number = np.cumsum(used, dtype=np.int64) - 1
    texture = np.empty((*depth.shape, 2), np.float32)
    texture[..., 0] = (columns + 0.5) / width
    texture[..., 1] = ((rows + 0.5) / height)[:, None]
    return Mesh(
        grid.reshape(-1, 3)[used],
        normals.reshape(-1, 3)[used],
        texture.reshape(-1, 2)[used],
        number[faces].astype(np.uint32),
    )


def _connected(depth: Float32, ratio: float) -> tuple[Bool, Bool]:
    """By square of four neighbours, (R-1, C-1): which of its two triangles span no depth edge.

    The first is top left, bottom left, bottom right; the second top left, bottom right, top right.
    """
    a, d = depth[:-1, :-1], depth[:-1, 1:]
    b, c = depth[1:, :-1], depth[1:, 1:]

    def is_whole(*three: Float32) -> Bool:
        stacked = np.stack(three)
        # A comparison with NaN is false, so a triangle without one of its corners is left out.
        whole: Bool = stacked.max(axis=0) <= ratio * stacked.min(axis=0)
        return whole

    with np.errstate(invalid="ignore"):
        return is_whole(a, b, c), is_whole(a, c, d)


def _corners(shape: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Flat indices of the corners of both triangles of each square, (squares, 3) each."""
    index = np.arange(shape[0] * shape[1], dtype=np.int64).reshape(shape)
    a, d = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    b, c = index[1:, :-1].ravel(), index[1:, 1:].ravel()
    return np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)


def _normals(grid: Float32, lower: Bool, upper: Bool) -> Float32:
    """(R, C, 3) unit normals: the mean of the adjoining triangles' by their areas."""
    a, d = grid[:-1, :-1], grid[:-1, 1:]
    b, c = grid[1:, :-1], grid[1:, 1:]
    first = np.where(lower[..., None], np.cross(b - a, c - a), 0.0)
    second = np.where(upper[..., None], np.cross(c - a, d - a), 0.0)
    total = np.zeros(grid.shape, np.float64)
    total[:-1, :-1] += first + second
    total[1:, :-1] += first
    total[1:, 1:] += first + second
    total[:-1, 1:] += second
    length = np.linalg.norm(total, axis=-1, keepdims=True)
    # A triangle may be too thin for an area; it then counts as facing the camera.
    total = np.where(length > 0.0, total / np.where(length > 0.0, length, 1.0), (0.0, 0.0, 1.0))
    return total.astype(np.float32)

"""Geometry of the point cloud with NumPy, without a GUI toolkit, and the points for files.

The OpenGL visual (`renderers.cloud_visual`) places its points where `cloud_points` does; tests
check that. At depth edges files lose what lies between two surfaces, while on screen it is moved to
one of them (`renderers.cloud_edges`).

World axes are x right, y up, z towards the viewer, in metres (or in the arbitrary unit of relative
disparity). The camera that took the picture is at the origin and looks along -z.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.frames import Unit
from models.geometry import Calibration, Intrinsics
from renderers.cloud_edges import flying
from renderers.cloud_grid import edge_step as edge_step
from renderers.cloud_grid import grid_axis
from renderers.cloud_options import CloudOptions as CloudOptions

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

DEFAULT_FOV_DEG = 60.0
DEFAULT_NEAR_M = 1.0
DEFAULT_FAR_M = 8.0


def default_calibration(far: float, near: float) -> Calibration:
    """Calibration for relative disparity: `near` at 1 m, `far` at 8 m, limit 3 times as far.

    The zero of affine-invariant disparity is unknown, so this is a guess, and the window says so.

    Raises
    ------
    ValueError
        Unless far < near.
    """
    if not far < near:
        raise ValueError(f"a display range runs from far to a larger near, not {far} to {near}")
    gain = (1.0 / DEFAULT_NEAR_M - 1.0 / DEFAULT_FAR_M) / (near - far)
    return Calibration(
        offset=1.0 / DEFAULT_FAR_M - gain * far,
        gain=gain,
        near_m=DEFAULT_NEAR_M / 3,
        far_m=DEFAULT_FAR_M * 3,
    )


def calibration_in_force(
    options: CloudOptions, display_range: tuple[float, float], unit: Unit
) -> Calibration:
    """The calibration that results from `options` for a display range (far, near) and a unit."""
    if options.calibration is not None:
        return options.calibration
    if unit is Unit.INVERSE_METRE:
        return Calibration()
    return default_calibration(*display_range)


def intrinsics_in_force(
    options: CloudOptions, intrinsics: Intrinsics | None, width: int, height: int
) -> Intrinsics:
    """The camera that results from `options` for a picture of `width` x `height`."""
    if options.fov_deg is not None:
        return Intrinsics.from_fov(options.fov_deg, width, height)
    if intrinsics is not None:
        return intrinsics.scaled(width, height)
    return Intrinsics.from_fov(DEFAULT_FOV_DEG, width, height)


def cloud_points(
    rgb: UInt8,
    disparity: Float32,
    options: CloudOptions,
    intrinsics: Intrinsics | None = None,
) -> tuple[Float32, UInt8]:
    """The points of a file: (N, 3) float32 in world axes and (N, 3) uint8 colours.

    Parameters
    ----------
    rgb
        (H, W, 3) uint8; pass a coloured disparity picture for points coloured by disparity.
    disparity
        (H, W) float32, NaN where unknown.
    options
        `stride` None means 1; `calibration` None means disparity in 1/m.
    intrinsics
        The camera that took the picture, if known.
    """
    height, width = disparity.shape
    rows, columns, grid = depth_grid(disparity, options)
    camera = intrinsics_in_force(options, intrinsics, width, height)
    row, column = np.nonzero(np.isfinite(grid))
    depth = grid[row, column]
    points = np.empty((len(depth), 3), np.float32)
    points[:, 0] = (columns[column] - camera.cx) / camera.fx * depth
    points[:, 1] = (camera.cy - rows[row]) / camera.fy * depth
    points[:, 2] = -depth
    if options.mirror:
        points[:, 0] *= -1.0
    return points, rgb[rows[row], columns[column]]


def depth_grid(
    disparity: Float32, options: CloudOptions
) -> tuple[NDArray[np.intp], NDArray[np.intp], Float32]:
    """Rows (R,), columns (C,) and the depth (R, C) float32 of the pixels that `options` draws.

    Depth is NaN where it is unknown, out of the calibration's limits or between two surfaces.
    """
    height, width = disparity.shape
    calibration = options.calibration or Calibration()
    stride = options.stride or 1
    rows, columns = grid_axis(height, stride), grid_axis(width, stride)
    inverse = _inverse_depth(disparity, calibration)
    q = inverse[np.ix_(rows, columns)]
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = (q > 1.0 / calibration.far_m) & (q <= 1.0 / calibration.near_m)
        kept &= ~flying(inverse, rows, columns, options.edge_ratio, 1.0 / calibration.far_m)
        return rows, columns, np.where(kept, 1.0 / q, np.float32(np.nan))


def _inverse_depth(disparity: Float32, calibration: Calibration) -> Float32:
    inverse = disparity * np.float32(calibration.gain)
    inverse += np.float32(calibration.offset)
    return inverse

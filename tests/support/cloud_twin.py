"""What the shaders snap.frag, surface.frag and cloud.vert do, with NumPy: where each point is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.geometry import Calibration, Intrinsics
from renderers.cloud_edges import sample_step
from renderers.cloud_grid import grid_axis, grid_pixels
from renderers.cloud_options import CloudOptions
from renderers.point_cloud import intrinsics_in_force

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

REACH = 4
_CONCENTRATED = 3.0
_COLOUR_WEIGHT = 0.6
_SAME = np.float32(1.1)


def twin_points(
    rgb: UInt8, disparity: Float32, options: CloudOptions, intrinsics: Intrinsics
) -> tuple[Float32, UInt8]:
    """Points (N, 3) in world axes and their (N, 3) colours."""
    calibration, stride = options.calibration or Calibration(), options.stride or 1
    height, width = disparity.shape
    rows, columns = grid_axis(height, stride), grid_axis(width, stride)
    colours = grid_pixels(rgb, stride)
    least, step = 1.0 / calibration.far_m, sample_step(width, stride)
    q = (calibration.offset + calibration.gain * grid_pixels(disparity, stride)).astype(np.float32)
    for axis in (1, 0):
        q = snapped(q, colours, axis, step, options.edge_ratio, least)
    q = joined(q)
    camera = intrinsics_in_force(options, intrinsics, width, height)
    row, column = np.nonzero((q > 0) & (q <= 1.0 / calibration.near_m))
    z = 1.0 / q[row, column]
    x = (columns[column] - camera.cx) / camera.fx * z * (-1 if options.mirror else 1)
    y = (camera.cy - rows[row]) / camera.fy * z
    return np.stack([x, y, -z], axis=1).astype(np.float32), colours[row, column]


def joined(q: Float32) -> Float32:
    """What is on no surface joins the larger group of its neighbours; 0 is unknown."""
    padded = np.pad(q, 1, mode="edge")
    height, width = q.shape
    around = np.stack(
        [
            padded[1 + down : 1 + down + height, 1 + across : 1 + across + width]
            for down in (-1, 0, 1)
            for across in (-1, 0, 1)
            if (down, across) != (0, 0)
        ]
    )
    nearer, farther = around > _SAME * q, (around > 0) & (_SAME * around < q)
    alike = ((around > 0) & ~nearer & ~farther).sum(axis=0)
    near, far = nearer.sum(axis=0), farther.sum(axis=0)
    nearest = around.max(axis=0)
    farthest = np.where(around > 0, around, np.float32(1e6)).min(axis=0)
    lone = (alike < 3) & (near + far > 0) & (q > 0)
    return np.where(lone, np.where(near > far, nearest, farthest), q)


def snapped(
    inverse: Float32, colours: UInt8, axis: int, step: int, ratio: float, least: float
) -> Float32:
    """Inverse depth, pixels at an edge moved to one of its two surfaces, along one axis.

    A pixel goes to the surface whose depth and colour are more like its own. There is an edge where
    depths of two samples differ by more than `ratio` and the change is concentrated; on a slanted
    plane it is the same everywhere.

    Parameters
    ----------
    inverse
        (H, W) float32 inverse depth of the points, NaN where unknown.
    colours
        (H, W, 3) uint8 of the same points.
    axis, step
        Along which axis, and how many points apart, the samples are.
    ratio
        Of depths from which there is an edge.
    least
        Inverse depth of the far limit.

    Returns
    -------
    (H, W) float32, 0 where unknown
    """
    with np.errstate(invalid="ignore"):
        centre = np.where(inverse > least, inverse, np.float32(0))

        def side(way: int) -> list[Float32]:
            found = [centre]
            for place in range(1, REACH + 1):
                sample = _shifted(centre, axis, way * place * step)
                found.append(np.where(sample > least, sample, found[-1]))
            return found[1:]

    before, after = side(-1), side(1)
    samples = np.stack([*before[::-1], centre, *after])
    changes = np.abs(np.diff(samples, axis=0))
    lowest, highest = samples.min(axis=0), samples.max(axis=0)
    outer = np.minimum(changes[0], changes[-1])
    steepest = changes.max(axis=0)
    ratio = min(ratio, 1e6)
    is_edge = (steepest > (ratio - 1.0) * lowest) & (steepest > _CONCENTRATED * outer)
    own = colours.astype(np.float32) / 255.0
    unlike_before, unlike_after = (
        np.abs(own - _shifted(own, axis, way * REACH * step)).sum(axis=2) for way in (-1, 1)
    )
    towards_far = unlike_before - unlike_after
    towards_far[before[-1] >= after[-1]] *= -1.0
    nearness = (centre - lowest) / np.maximum(highest - lowest, 1e-6) - 0.5
    is_near = nearness + _COLOUR_WEIGHT * towards_far > 0.0
    moved = np.where(is_near, highest, lowest)
    return np.where(is_edge & (centre > 0), moved, centre).astype(np.float32)


def _shifted(values: np.ndarray, axis: int, by: int) -> np.ndarray:
    """The values `by` places further along an axis; the border goes on beyond it."""
    length = values.shape[axis]
    return values.take(np.clip(np.arange(length) + by, 0, length - 1), axis=axis)

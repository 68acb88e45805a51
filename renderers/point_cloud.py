"""Options, geometry and culling of the point cloud, without a GUI toolkit.

The OpenGL visual (`renderers.cloud_visual`) does on the GPU what `cloud_points` does here with
NumPy; tests check that both agree. PLY export uses this implementation.

World axes are x right, y up, z towards the viewer, in metres (or in the arbitrary unit of relative
disparity). The camera that took the picture is at the origin and looks along -z.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.frames import Unit
from models.geometry import Calibration, Intrinsics

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]
T = TypeVar("T", bound=np.generic)

DEFAULT_FOV_DEG = 60.0
DEFAULT_NEAR_M = 1.0
DEFAULT_FAR_M = 8.0
_GENTLE_SHARE = 1 / 3


class CloudColour(Enum):
    """Source of the points' colours."""

    RGB = "rgb"
    DISPARITY = "disparity"


@dataclass(frozen=True, slots=True)
class CloudOptions:
    """How the cloud is drawn.

    Attributes
    ----------
    stride
        Every `stride`-th pixel in both directions becomes a point; None picks the stride from the
        measured draw time.
    point_size
        Width of a point in units of the gap between points, 0.1–10.
    edge_ratio
        Ratio of depths across `edge_step` pixels from which a pixel counts as flying between two
        surfaces and is dropped; above 1, infinity keeps all.
    calibration
        From disparity to depth; None takes `default_calibration` of the display range for relative
        disparity and the exact one for disparity in 1/m.
    fov_deg
        Horizontal field of view set by hand; None takes the source's intrinsics, or DEFAULT_FOV_DEG
        if it has none.
    colour
        Source of the points' colours.
    background
        RGB, 0–255.
    show_grid, show_axes
        Draw the ground grid and the axes.
    mirror
        Exchange left and right, as in the mirrored pictures.
    """

    stride: int | None = None
    point_size: float = 1.0
    edge_ratio: float = 1.06
    calibration: Calibration | None = None
    fov_deg: float | None = None
    colour: CloudColour = CloudColour.RGB
    background: tuple[int, int, int] = (13, 14, 16)
    show_grid: bool = False
    show_axes: bool = False
    mirror: bool = False

    def __post_init__(self) -> None:
        if self.stride is not None and self.stride < 1:
            raise ValueError("a stride is at least 1")
        if not 0.1 <= self.point_size <= 10.0:
            raise ValueError("a point is 0.1 to 10 gaps wide")
        if not self.edge_ratio > 1.0:
            raise ValueError("an edge ratio is greater than 1")
        if self.fov_deg is not None and not 0.0 < self.fov_deg < 180.0:
            raise ValueError("a field of view lies between 0 and 180 degrees")


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


def edge_step(width: int) -> int:
    """The distance in pixels over which depth edges are measured: two at 640, six at 2044.

    It is a fixed angle and not a fixed number of pixels, because networks work at a lower
    resolution than the picture and blur an edge over several of its pixels. It does not depend on
    the stride, so that a coarse cloud is a subset of a fine one and has no additional holes.
    """
    return max(1, round(width / 320))


def grid_axis(length: int, stride: int) -> NDArray[np.intp]:
    """(N,) positions of the pixels along one axis that become points."""
    return np.arange(min(stride // 2, length - 1), length, stride)


@dataclass(frozen=True, slots=True)
class Lattice:
    """The pixels that a cloud reads: every `step`-th from `first` on, along both axes."""

    first: int
    step: int

    def count(self, length: int) -> int:
        """Number of these pixels along an axis of `length` pixels."""
        return len(range(self.first, length, self.step))

    def within(self, width: int, height: int) -> tuple[int, int, int, int]:
        """First, step, columns and rows in a picture of that size, for the shader."""
        return self.first, self.step, self.count(width), self.count(height)

    def of(self, picture: NDArray[T]) -> NDArray[T]:
        """These pixels of an (H, W) or (H, W, C) picture, C-contiguous; the picture itself if all.

        A cloud of every sixth pixel needs a 36th of a picture.
        """
        if self.step == 1:
            return picture
        return np.ascontiguousarray(picture[self.first :: self.step, self.first :: self.step])


def lattice(width: int, height: int, stride: int) -> Lattice:
    """The pixels whose disparity a cloud of that stride reads: points and edge neighbours."""
    if _is_within_a_stride(width, height, stride):
        return Lattice(0, 1)
    step = math.gcd(stride, edge_step(width))
    return Lattice(stride // 2 % step, step)


def coloured(width: int, height: int, stride: int) -> Lattice:
    """The pixels whose colours a cloud of that stride reads: its points alone."""
    if _is_within_a_stride(width, height, stride):
        return Lattice(0, 1)
    return Lattice(stride // 2, stride)


def _is_within_a_stride(width: int, height: int, stride: int) -> bool:
    return min(width, height) <= stride // 2


def cloud_points(
    rgb: UInt8,
    disparity: Float32,
    options: CloudOptions,
    intrinsics: Intrinsics | None = None,
) -> tuple[Float32, UInt8]:
    """The points that the visual draws: (N, 3) float32 in world axes and (N, 3) uint8 colours.

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
        kept = (q >= 1.0 / calibration.far_m) & (q <= 1.0 / calibration.near_m)
        kept &= ~_flying(inverse, rows, columns, options.edge_ratio, 1.0 / calibration.far_m)
        return rows, columns, np.where(kept, 1.0 / q, np.float32(np.nan))


def _inverse_depth(disparity: Float32, calibration: Calibration) -> Float32:
    inverse = disparity * np.float32(calibration.gain)
    inverse += np.float32(calibration.offset)
    return inverse


def _flying(
    inverse: Float32,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    ratio: float,
    least: float,
) -> NDArray[np.bool_]:
    """True for grid pixels that lie between two surfaces.

    Along the row or the column, depth changes by more than `ratio` to one neighbour and by more
    than a third of that to the other. The rim of a surface has a jump on one side only and is kept;
    so is a plane seen at a grazing angle. Neighbours that are unknown or beyond the far limit count
    as lying at that limit; beyond the picture nothing changes.
    """
    height, width = inverse.shape
    step = edge_step(width)
    centre = inverse[np.ix_(rows, columns)]
    left = np.where(columns < step, columns, columns - step)
    right = np.where(columns + step < width, columns + step, columns)
    above = np.where(rows < step, rows, rows - step)
    below = np.where(rows + step < height, rows + step, rows)

    def change(to_rows: NDArray[np.intp], to_columns: NDArray[np.intp]) -> Float32:
        other = inverse[np.ix_(to_rows, to_columns)]
        other = np.where(other > least, other, np.float32(least))
        factor: Float32 = np.maximum(other / centre, centre / other)
        return factor

    def between(one: Float32, two: Float32) -> NDArray[np.bool_]:
        gentle = 1.0 + _GENTLE_SHARE * (ratio - 1.0)
        flying: NDArray[np.bool_] = np.minimum(one, two) > gentle
        return flying & (np.maximum(one, two) > ratio)

    with np.errstate(invalid="ignore", divide="ignore"):
        return between(change(rows, left), change(rows, right)) | between(
            change(above, columns), change(below, columns)
        )

"""Lengths between two pixels of a cloud, and which pixel is under the mouse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.geometry import Calibration, Intrinsics
from renderers.cloud_grid import grid_axis

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Pixel = tuple[int, int]
Point = tuple[float, float, float]

REACH_PX = 8.0
"""How far from the mouse a point may be on screen."""
_POINTS = 150_000
_SURFACE = 1.05


@dataclass(frozen=True, slots=True)
class CloudLength:
    """A length in a cloud.

    Attributes
    ----------
    pixels
        (column, row) of both ends in the picture.
    points
        Both ends in world axes.
    length
        Distance of the two, in metres or in the arbitrary unit of relative disparity.
    is_metric
        Whether that is metres: of a metric model, of ground truth or by two known distances.
    calibration
        a and b by which depth followed from disparity.
    """

    pixels: tuple[Pixel, Pixel]
    points: tuple[Point, Point]
    length: float
    is_metric: bool
    calibration: Calibration

    @property
    def words(self) -> str:
        """The length for the screen, with its unit; a relative one with the numbers behind it."""
        if self.is_metric:
            return f"{self.length:.2f} m"
        a, b = self.calibration.offset, self.calibration.gain
        numbers = f"shift a {a:.3g}, scale b {b:.3g}".replace("-", "\u2212")
        return f"{self.length:.2f} units, relative ({numbers})"


def point_at(
    pixel: Pixel,
    disparity: Float32,
    calibration: Calibration,
    camera: Intrinsics,
    mirror: bool = False,
) -> Point | None:
    """Where a pixel (column, row) of (H, W) disparity is in world axes; None where unknown.

    `camera` took the picture and has its size.
    """
    column, row = pixel
    height, width = disparity.shape
    if not (0 <= column < width and 0 <= row < height):
        return None
    inverse = calibration.offset + calibration.gain * float(disparity[row, column])
    if not 1.0 / calibration.far_m < inverse <= 1.0 / calibration.near_m:
        return None
    z = 1.0 / inverse
    x = (column - camera.cx) / camera.fx * z * (-1.0 if mirror else 1.0)
    return x, (camera.cy - row) / camera.fy * z, -z


def pixel_under(
    mouse_px: tuple[float, float],
    canvas_px: tuple[int, int],
    transform: Float64,
    disparity: Float32,
    calibration: Calibration,
    camera: Intrinsics,
    mirror: bool = False,
) -> Pixel | None:
    """The pixel (column, row) whose point is seen under the mouse; None where there is none.

    Among points within `REACH_PX` it is the closest to the mouse on the nearest surface.

    Parameters
    ----------
    mouse_px, canvas_px
        Position (x, y) and size (width, height) in the same pixels, from the top left.
    transform
        (4, 4), world to clip space.
    """
    height, width = disparity.shape
    stride = max(1, round((width * height / _POINTS) ** 0.5))
    rows, columns = grid_axis(height, stride), grid_axis(width, stride)
    inverse = calibration.offset + calibration.gain * disparity[np.ix_(rows, columns)]
    with np.errstate(invalid="ignore"):
        known = (inverse > 1.0 / calibration.far_m) & (inverse <= 1.0 / calibration.near_m)
    row, column = np.nonzero(known)
    z = 1.0 / inverse[row, column].astype(np.float64)
    x = (columns[column] - camera.cx) / camera.fx * z * (-1.0 if mirror else 1.0)
    points = np.stack([x, (camera.cy - rows[row]) / camera.fy * z, -z, np.ones_like(z)])
    seen = transform @ points
    in_front = seen[3] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        across = (seen[0] / seen[3] + 1) / 2 * canvas_px[0] - mouse_px[0]
        down = (1 - seen[1] / seen[3]) / 2 * canvas_px[1] - mouse_px[1]
    away = np.where(in_front, np.hypot(across, down), np.inf)
    close = np.flatnonzero(away < REACH_PX)
    if not len(close):
        return None
    surface = close[seen[3][close] < _SURFACE * seen[3][close].min()]
    best = surface[away[surface].argmin()]
    return int(columns[column[best]]), int(rows[row[best]])


def on_screen(
    point: Point, transform: Float64, canvas_px: tuple[int, int]
) -> tuple[float, float] | None:
    """Where a point is on a canvas (width, height), from the top left; None behind the viewer."""
    x, y, _, w = transform @ np.array([*point, 1.0])
    if w <= 0:
        return None
    return float(x / w + 1) / 2 * canvas_px[0], float(1 - y / w) / 2 * canvas_px[1]

"""Pinhole geometry: intrinsics, and from disparity to depth to points.

Camera axes are x right, y down, z forward. Pixel centres lie at whole numbers: the centre of the
top left pixel is (0, 0). Depth is along z, in metres, never along the ray.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """A pinhole camera; all values in pixels of a picture of `width` x `height`."""

    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int

    @staticmethod
    def from_fov(fov_deg: float, width: int, height: int) -> Intrinsics:
        """Square pixels, centred; `fov_deg` is the horizontal field of view.

        Raises
        ------
        ValueError
            Unless 0 < fov_deg < 180.
        """
        if not 0.0 < fov_deg < 180.0:
            raise ValueError(f"a field of view lies between 0 and 180 degrees, not {fov_deg}")
        focal = 0.5 * width / math.tan(math.radians(fov_deg) / 2)
        return Intrinsics(focal, focal, (width - 1) / 2, (height - 1) / 2, width, height)

    @property
    def fov_deg(self) -> float:
        """Horizontal field of view in degrees."""
        return math.degrees(2 * math.atan(0.5 * self.width / self.fx))

    def scaled(self, width: int, height: int) -> Intrinsics:
        """The same camera for a picture resized to `width` x `height`."""
        sx, sy = width / self.width, height / self.height
        return Intrinsics(
            self.fx * sx,
            self.fy * sy,
            (self.cx + 0.5) * sx - 0.5,
            (self.cy + 0.5) * sy - 0.5,
            width,
            height,
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """From relative disparity to depth: z = 1 / (offset + gain * disparity).

    Two known distances determine both numbers; without them the shape of a cloud is only a guess,
    and the app says so. Depth outside `near_m` to `far_m` is dropped.
    """

    offset: float = 0.0
    gain: float = 1.0
    near_m: float = 0.05
    far_m: float = 80.0

    def depth_m(self, disparity: Float32) -> Float32:
        """(H, W) disparity to (H, W) depth in metres; NaN outside [near_m, far_m]."""
        inverse = self.offset + self.gain * disparity
        with np.errstate(divide="ignore", invalid="ignore"):
            depth = (1.0 / inverse).astype(np.float32)
            depth[~((depth >= self.near_m) & (depth <= self.far_m))] = np.nan
        return depth

    def at(self, disparity: float) -> float:
        """Depth in metres of one disparity; infinity where that is farther than 10 km."""
        inverse = self.offset + self.gain * disparity
        return 1.0 / inverse if inverse > 1e-4 else math.inf

    def disparity_at(self, depth_m: float) -> float:
        """The disparity of a depth in metres, above 0."""
        return (1.0 / depth_m - self.offset) / self.gain

    @staticmethod
    def from_two_points(
        disparity: tuple[float, float], distance_m: tuple[float, float]
    ) -> Calibration:
        """Solve for offset and gain.

        Raises
        ------
        ValueError
            If the two points do not determine them.
        """
        (d0, d1), (z0, z1) = disparity, distance_m
        if z0 <= 0 or z1 <= 0:
            raise ValueError("distances must be greater than zero")
        if abs(d0 - d1) < 1e-9 or z0 == z1:
            raise ValueError("pick two points at different distances")
        gain = (1 / z0 - 1 / z1) / (d0 - d1)
        if gain <= 0:
            raise ValueError("the nearer point must have the larger disparity")
        return Calibration(offset=1 / z0 - gain * d0, gain=gain)


def unproject(depth_m: Float32, intrinsics: Intrinsics) -> Float32:
    """(H, W) depth in metres to (H, W, 3) points in camera axes, metres; NaN stays NaN."""
    height, width = depth_m.shape
    k = intrinsics.scaled(width, height)
    points = np.empty((height, width, 3), np.float32)
    points[..., 0] = (np.arange(width, dtype=np.float32) - k.cx) / k.fx * depth_m
    points[..., 1] = ((np.arange(height, dtype=np.float32) - k.cy) / k.fy)[:, None] * depth_m
    points[..., 2] = depth_m
    return points

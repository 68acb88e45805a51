"""TAE: agreement in space of the depths of two frames, given the true camera motion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frames import Bool, Float32
from models.geometry import Intrinsics
from models.opencv import cv2

Float64 = NDArray[np.float64]

_OCCLUDED = 0.05  # true depths that differ by more than this share belong to two surfaces


@dataclass(frozen=True, slots=True, eq=False)
class PosedDepth:
    """One frame for TAE.

    Attributes
    ----------
    depth_m
        (H, W) float32, estimated depth, metres (aligned, inverted, clipped); NaN unknown.
    truth_m
        (H, W) float32, true depth, metres; NaN unknown. Decides what is visible in both frames.
    camera_to_world
        (4, 4) float64, true pose.
    intrinsics
        The camera.
    """

    depth_m: Float32
    truth_m: Float32
    camera_to_world: Float64
    intrinsics: Intrinsics


def reprojection_abs_rel(source: PosedDepth, target: PosedDepth) -> float:
    """AbsRel between `source` depth reprojected into `target`'s camera and `target`'s own depth.

    mean |z - d(u, v)| / d(u, v), with z and (u, v) the source's points seen by the target's camera.
    Pixels that leave the picture, or that are hidden or have moved by themselves according to the
    ground truth (true depths differ by over 5 % after reprojection), are left out. No unit, >= 0;
    NaN if none is left.
    """
    motion = np.linalg.inv(target.camera_to_world) @ source.camera_to_world
    carried, there = _carry(source.depth_m, source.intrinsics, target, motion, target.depth_m)
    true_carried, true_there = _carry(
        source.truth_m, source.intrinsics, target, motion, target.truth_m
    )
    with np.errstate(invalid="ignore"):
        seen: Bool = np.abs(true_carried - true_there) <= _OCCLUDED * true_there
        known = seen & np.isfinite(carried) & (there > 0.0)
    if not known.any():
        return math.nan
    return float(np.mean(np.abs(carried[known] - there[known]) / there[known]))


class TemporalAlignmentError:
    """TAE = 100 / (2 (N - 1)) * sum over neighbours of AbsRel(there) + AbsRel(back), percent.

    >= 0; 0 is perfect depth of a static scene. Needs true poses. Source: Video Depth Anything (Chen
    et al. 2025). N - 1 is the number of pairs within shots.
    """

    def __init__(self) -> None:
        self._sum, self.pairs = 0.0, 0

    def add(self, previous: PosedDepth, view: PosedDepth) -> float:
        """Add one pair of neighbours. Returns its TAE in percent, NaN if no pixel is comparable."""
        both = reprojection_abs_rel(previous, view) + reprojection_abs_rel(view, previous)
        if math.isfinite(both):
            self._sum += both
            self.pairs += 1
        return 50.0 * both

    @property
    def value(self) -> float:
        """Percent; NaN without a pair."""
        return 50.0 * self._sum / self.pairs if self.pairs else math.nan


def _carry(
    depth_m: Float32,
    intrinsics: Intrinsics,
    target: PosedDepth,
    motion: Float64,
    looked_up: Float32,
) -> tuple[Float32, Float32]:
    """(H, W) depth as the target's camera measures it, and `looked_up` where the points fall.

    A point at depth z on the ray r = R K^-1 (u, v, 1) moves to z r + t; r is a sum of a row and a
    column, so no array of size (H, W, 3) is made.
    """
    height, width = depth_m.shape
    k = intrinsics.scaled(width, height)
    to_ray = np.array([[1 / k.fx, 0, -k.cx / k.fx], [0, 1 / k.fy, -k.cy / k.fy], [0, 0, 1]])
    ray = (motion[:3, :3] @ to_ray).astype(np.float32)
    u, v = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    x, y, z = (
        depth_m * (ray[axis, 0] * u + (ray[axis, 1] * v + ray[axis, 2]))
        + np.float32(motion[axis, 3])
        for axis in range(3)
    )
    z[~(z > 1e-6)] = np.nan
    height, width = looked_up.shape
    k = target.intrinsics.scaled(width, height)
    at_u, at_v = (
        # OpenCV accepts positions far outside, but not NaN.
        np.nan_to_num(along / z * np.float32(focal) + np.float32(centre), nan=-2.0).clip(-2, 3e4)
        for along, focal, centre in ((x, k.fx, k.cx), (y, k.fy, k.cy))
    )
    found = cv2.remap(
        looked_up, at_u, at_v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=np.nan
    )
    return z, found

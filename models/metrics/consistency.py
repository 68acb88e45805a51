"""TAE: do the depths of two frames agree in space, once the true camera motion is known?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frames import Bool, Float32
from models.geometry import Intrinsics, unproject
from models.opencv import cv2

Float64 = NDArray[np.float64]

_OCCLUDED = 0.05  # true depths that differ by more than this share see two surfaces


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One frame for TAE.

    depth_m : (H, W) float32, estimated depth, metres (aligned, inverted, clipped); NaN unknown.
    truth_m : (H, W) float32, true depth, metres; NaN unknown. Says what is visible in both frames.
    camera_to_world : (4, 4) float64, true pose.
    """

    depth_m: Float32
    truth_m: Float32
    camera_to_world: Float64
    intrinsics: Intrinsics


def reprojection_abs_rel(source: View, target: View) -> float:
    """AbsRel between `source` depth carried into `target`'s camera and `target`'s own depth.

    mean |z - d(u, v)| / d(u, v), with z and (u, v) the source's points seen by the target's
    camera. Pixels that leave the picture, or that ground truth says are hidden or have moved by
    themselves (true depths differ by over 5 % after reprojection), are left out. No unit, >= 0;
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

    >= 0; 0 is perfect depth of a still world. Needs true poses. Source: Video Depth Anything (Chen
    et al. 2025). N - 1 is the number of pairs within shots.
    """

    def __init__(self) -> None:
        self._sum, self.pairs = 0.0, 0

    def add(self, previous: View, view: View) -> float:
        """Take in one pair of neighbours. Returns its share in percent, NaN if none compares."""
        both = reprojection_abs_rel(previous, view) + reprojection_abs_rel(view, previous)
        if math.isfinite(both):
            self._sum += both
            self.pairs += 1
        return 50.0 * both

    @property
    def value(self) -> float:
        """Percent; NaN before any pair."""
        return 50.0 * self._sum / self.pairs if self.pairs else math.nan


def _carry(
    depth_m: Float32, intrinsics: Intrinsics, target: View, motion: Float64, looked_up: Float32
) -> tuple[Float32, Float32]:
    """(H, W) depth as the target's camera measures it, and `looked_up` where the points fall."""
    points = unproject(depth_m, intrinsics).astype(np.float64)
    moved = points @ motion[:3, :3].T + motion[:3, 3]
    z = moved[..., 2]
    height, width = looked_up.shape
    k = target.intrinsics.scaled(width, height)
    with np.errstate(invalid="ignore", divide="ignore"):
        ahead = z > 1e-6
        u = np.where(ahead, moved[..., 0] / z * k.fx + k.cx, -2.0)
        v = np.where(ahead, moved[..., 1] / z * k.fy + k.cy, -2.0)
    u, v = (np.nan_to_num(x, nan=-2.0).clip(-2.0, 32000.0).astype(np.float32) for x in (u, v))
    found = cv2.remap(
        looked_up, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=math.nan
    )
    return np.where(ahead, z, np.nan).astype(np.float32), found

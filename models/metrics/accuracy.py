"""Accuracy against ground truth: AbsRel and delta, after one alignment per clip in disparity.

The protocol of FlashDepth and Video Depth Anything: align disparity by one (scale, shift) for the
whole sequence, invert, clip at 70 m, compare depth where the truth is known and within 70 m.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from models.frames import Bool, Float32

FAR_M = 70.0
"""Depth is clipped here, and truth farther away is left out of AbsRel and delta."""


def depth_from_disparity(disparity: Float32, far_m: float = FAR_M) -> Float32:
    """(H, W) disparity in 1/m to (H, W) depth in metres in (0, far_m]; NaN stays NaN.

    depth = 1 / max(disparity, 1 / far_m). Disparity at or below zero, which an affine alignment may
    give, lies behind everything and becomes `far_m`.
    """
    return cast(Float32, np.float32(1.0) / np.maximum(disparity, np.float32(1.0 / far_m)))


def known_pixels(depth_m: Float32, truth_m: Float32, far_m: float = FAR_M) -> Bool:
    """(H, W) bool, True where both depths are known and the truth lies in (0, far_m]."""
    with np.errstate(invalid="ignore"):
        return np.isfinite(depth_m) & (truth_m > 0.0) & (truth_m <= far_m)


def abs_rel(depth_m: Float32, truth_m: Float32, far_m: float = FAR_M) -> float:
    """Absolute relative error: mean |d - g| / g. No unit, >= 0, 0 is perfect; NaN if unknown.

    Source: Eigen et al. 2014, section 4.2. Both (H, W), metres.
    """
    known = known_pixels(depth_m, truth_m, far_m)
    if not known.any():
        return math.nan
    depth, truth = depth_m[known].astype(np.float64), truth_m[known].astype(np.float64)
    return float(np.mean(np.abs(depth - truth) / truth))


def delta(
    depth_m: Float32, truth_m: Float32, threshold: float = 1.25, far_m: float = FAR_M
) -> float:
    """Share of pixels with max(d / g, g / d) < `threshold`. In [0, 1], 1 is best; NaN if unknown.

    Source: Ladicky et al. 2014 by way of Eigen et al. 2014. delta1, delta2, delta3 are thresholds
    1.25, 1.25^2, 1.25^3. Both (H, W), metres, greater than 0.
    """
    known = known_pixels(depth_m, truth_m, far_m)
    if not known.any():
        return math.nan
    depth, truth = depth_m[known].astype(np.float64), truth_m[known].astype(np.float64)
    return float(np.mean(np.maximum(depth / truth, truth / depth) < threshold))


class AccuracySums:
    """AbsRel and delta1–3 over a clip in constant memory: every known pixel counts the same."""

    __slots__ = ("_abs_rel", "_within", "pixels")

    def __init__(self) -> None:
        self.pixels = 0
        self._abs_rel = 0.0
        self._within = [0.0, 0.0, 0.0]

    def add(self, depth_m: Float32, truth_m: Float32) -> float:
        """Add one frame, both (H, W) in metres. Returns the frame's AbsRel (NaN if unknown)."""
        known = known_pixels(depth_m, truth_m)
        depth, truth = depth_m[known].astype(np.float64), truth_m[known].astype(np.float64)
        if depth.size == 0:
            return math.nan
        relative = float(np.sum(np.abs(depth - truth) / truth))
        ratio = np.maximum(depth / truth, truth / depth)
        for power in range(3):
            self._within[power] += float(np.count_nonzero(ratio < 1.25 ** (power + 1)))
        self._abs_rel += relative
        self.pixels += depth.size
        return relative / depth.size

    @property
    def abs_rel(self) -> float:
        """Mean |d - g| / g over all pixels; NaN without any."""
        return self._abs_rel / self.pixels if self.pixels else math.nan

    def delta(self, power: int) -> float:
        """Share of pixels within 1.25 ** `power` (1, 2 or 3); NaN without any."""
        return self._within[power - 1] / self.pixels if self.pixels else math.nan

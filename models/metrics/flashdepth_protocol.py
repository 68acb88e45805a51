"""FlashDepth's evaluation of one clip (Chou et al. 2025; the authors' metric script).

Works on inverse depth in 1/m at the size of the truth: sky is 0 and counts, unknown is below 0. One
scale, which may be negative, and one shift for the whole clip; everything beyond 70 m counts as
70 m; all pixels of all frames are pooled.
"""

from __future__ import annotations

import math
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models.frames import Bool, Float32
from models.metrics.alignment import Alignment, AlignmentSums
from models.metrics.boundary import THRESHOLDS

FAR_M = 70.0
NEAR_M = 1e-3


class PooledAccuracy:
    """AbsRel, RMSE and delta1 of a clip, in two passes over its frames and constant memory.

    First `fit` with every frame, then `align` once, then `measure` with every frame.
    """

    def __init__(self) -> None:
        self._sums = AlignmentSums()
        self._abs_rel = self._square = 0.0
        self._within = 0
        self.pixels = 0

    def fit(self, disparity: Float32, inverse: Float32) -> None:
        """Add a frame to the fit; both (H, W), `inverse` the truth in 1/m."""
        near = inverse >= np.float32(1.0 / FAR_M)
        self._sums.add(disparity[near], inverse[near])

    def align(self) -> Alignment:
        """The clip's scale and shift. Raises ValueError without any truth within 70 m."""
        return self._sums.solve(may_invert=True)

    def measure(
        self, alignment: Alignment, disparity: Float32, inverse: Float32
    ) -> tuple[Float32, Float32, float]:
        """Add a frame to the numbers.

        Returns
        -------
        depth_m, truth_m : ndarray
            (H, W) float32 in [0.001, 70]; unknown truth is 70.
        abs_rel : float
            Of this frame; NaN without truth.
        """
        depth = depth_of(alignment.apply(disparity))
        truth = depth_of(inverse)
        known = inverse >= 0
        ours, theirs = depth[known].astype(np.float64), truth[known].astype(np.float64)
        apart = np.abs(ours - theirs)
        relative = float(np.sum(apart / theirs))
        self._abs_rel += relative
        self._square += float(np.sum(np.square(apart)))
        self._within += int(np.count_nonzero(np.maximum(ours / theirs, theirs / ours) < 1.25))
        self.pixels += ours.size
        return depth, truth, relative / ours.size if ours.size else math.nan

    @property
    def abs_rel(self) -> float:
        """Mean |d - g| / g over all pixels of all frames; NaN without any."""
        return self._abs_rel / self.pixels if self.pixels else math.nan

    @property
    def rmse(self) -> float:
        """Root mean square of d - g in metres; NaN without any pixel."""
        return math.sqrt(self._square / self.pixels) if self.pixels else math.nan

    @property
    def delta1(self) -> float:
        """Share of pixels with max(d / g, g / d) < 1.25; NaN without any."""
        return self._within / self.pixels if self.pixels else math.nan


def depth_of(inverse: Float32) -> Float32:
    """(H, W) inverse depth in 1/m to depth in metres, clipped to [0.001, 70]."""
    depth = np.float32(1.0) / np.maximum(inverse, np.float32(NEAR_M))
    return cast(Float32, np.clip(depth, np.float32(NEAR_M), np.float32(FAR_M)))


def strict_boundary_f1(depth_m: Float32, truth_m: Float32) -> float:
    """Boundary F1 of one frame as the authors' script has it, in [0, 1].

    Both (H, W) > 0. Unlike `boundary_f1`, every pixel counts and a direction without an edge in
    either map scores 0, so it is meant for truth that is known everywhere.
    """
    pairs = tuple(_ratios(depth_m)), tuple(_ratios(truth_m))
    scores = [_f1(*pairs, float(threshold)) for threshold in THRESHOLDS]
    return float(np.average(scores, weights=THRESHOLDS))


def _ratios(depth: Float32) -> tuple[NDArray[np.float32], ...]:
    """Ratios of neighbours in four directions: to the right, left, lower and upper one."""
    right = depth[:, 1:] / depth[:, :-1]
    left = depth[:, :-1] / depth[:, 1:]
    return right, left, depth[1:] / depth[:-1], depth[:-1] / depth[1:]


def _f1(ours: tuple[Float32, ...], theirs: tuple[Float32, ...], threshold: float) -> float:
    precision = recall = 0.0
    for one, other in zip(ours, theirs, strict=True):
        found, wanted = _over(one, threshold), _over(other, threshold)
        hits = int(np.count_nonzero(found & wanted))
        precision += hits / max(int(np.count_nonzero(found)), 1) / 4
        recall += hits / max(int(np.count_nonzero(wanted)), 1) / 4
    total = precision + recall
    return 2 * precision * recall / total if total > 0 else 0.0


def _over(ratios: Float32, threshold: float) -> Bool:
    return ratios > np.float32(threshold)

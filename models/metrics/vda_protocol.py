"""Video Depth Anything's evaluation of one clip (Chen et al. 2025; the authors' benchmark).

One scale, which may be negative, and one shift for the clip, fitted in disparity over truth between
1 mm and the data set's cap; metrics per frame, then the mean over frames. TAE reprojects depth by
the true poses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models.frames import Bool, Float32
from models.metrics.alignment import Alignment, AlignmentSums

Float64 = NDArray[np.float64]

_LEAST = 1e-3
_NO_ZERO = 1e-8


class FramewiseAccuracy:
    """AbsRel, RMSE and delta1 of a clip, in two passes over its frames and constant memory.

    First `fit` with every frame, then `align` once, then `measure` with every frame.

    Parameters
    ----------
    cap_m
        Truth from here on does not count, and depth is clipped to it.
    """

    def __init__(self, cap_m: float) -> None:
        self._cap = cap_m
        self._sums = AlignmentSums()
        self._frames: list[tuple[float, float, float]] = []
        self.pixels = 0

    def fit(self, disparity: Float32, truth_m: NDArray[np.floating]) -> None:
        """Add a frame to the fit; both (H, W), truth NaN or <= 0 where it is unknown."""
        known = self.known(truth_m)
        self._sums.add(
            np.maximum(disparity[known], np.float32(_LEAST)).astype(np.float64),
            1.0 / (truth_m[known].astype(np.float64) + _NO_ZERO),
        )

    def align(self) -> Alignment:
        """The clip's scale and shift. Raises ValueError without any truth that counts."""
        return self._sums.solve(may_invert=True)

    def known(self, truth_m: NDArray[np.floating]) -> Bool:
        """(H, W) bool: where truth counts."""
        with np.errstate(invalid="ignore"):
            return (truth_m > _LEAST) & (truth_m < self._cap)

    def depth_m(self, alignment: Alignment, disparity: Float32) -> Float64:
        """(H, W) aligned depth in metres, in [0.001, cap]."""
        raised = np.maximum(disparity, np.float32(_LEAST)).astype(np.float64)
        aligned = np.maximum(alignment.scale * raised + alignment.shift, _LEAST)
        return cast(Float64, np.clip(1.0 / aligned, _LEAST, self._cap))

    def measure(self, depth_m: Float64, truth_m: NDArray[np.floating]) -> float:
        """Add a frame to the numbers; returns its AbsRel, NaN without truth that counts."""
        known = self.known(truth_m)
        ours, theirs = depth_m[known], truth_m[known].astype(np.float64)
        self.pixels += ours.size
        if not ours.size:
            return math.nan
        apart = np.abs(ours - theirs)
        within = np.maximum(ours / theirs, theirs / ours) < 1.25
        relative = float(np.mean(apart / theirs))
        self._frames.append(
            (relative, math.sqrt(float(np.mean(np.square(apart)))), float(np.mean(within)))
        )
        return relative

    def _mean(self, column: int) -> float:
        values = [frame[column] for frame in self._frames]
        return float(np.mean(values)) if values else math.nan

    @property
    def abs_rel(self) -> float:
        """Mean over frames of mean |d - g| / g; NaN without any."""
        return self._mean(0)

    @property
    def rmse(self) -> float:
        """Mean over frames of the root mean square of d - g, metres; NaN without any."""
        return self._mean(1)

    @property
    def delta1(self) -> float:
        """Mean over frames of the share with max(d / g, g / d) < 1.25; NaN without any."""
        return self._mean(2)


@dataclass(frozen=True, slots=True, eq=False)
class SplatView:
    """One frame for TAE.

    Attributes
    ----------
    depth_m
        (H, W) aligned depth, metres, > 0.
    camera_to_world
        (4, 4) pose.
    camera
        fx, fy, cx, cy in pixels of `depth_m`.
    """

    depth_m: NDArray[np.floating]
    camera_to_world: Float64
    camera: tuple[float, float, float, float]


class SplatTae:
    """TAE in percent: 50 / (N - 1) times the sum over pairs of AbsRel there and back.

    Every pixel is carried to the neighbour and rounded to a pixel; of several on one pixel the last
    in row order stays, whatever its depth, and nothing is masked. A pair in which nothing falls
    inside scores 0. `TemporalAlignmentError` is the variant that masks what is hidden or moves.
    """

    def __init__(self) -> None:
        self._sum, self.pairs = 0.0, 0
        self._last: SplatView | None = None

    def add(self, view: SplatView | None) -> float:
        """Add a frame, None where its pose is unknown; returns the pair's percent or NaN."""
        last, self._last = self._last, view
        if last is None or view is None:
            return math.nan
        motion: Float64 = np.linalg.inv(view.camera_to_world) @ last.camera_to_world
        there = splat_abs_rel(last.depth_m, view.depth_m, motion, last.camera)
        inverse = np.linalg.inv(motion).astype(np.float64)
        back = splat_abs_rel(view.depth_m, last.depth_m, inverse, last.camera)
        self._sum += there + back
        self.pairs += 1
        return 50.0 * (there + back)

    @property
    def value(self) -> float:
        """Percent; NaN without a pair."""
        return 50.0 * self._sum / self.pairs if self.pairs else math.nan


def splat_abs_rel(
    source_m: NDArray[np.floating],
    target_m: NDArray[np.floating],
    motion: Float64,
    camera: tuple[float, float, float, float],
) -> float:
    """AbsRel between `source_m` carried into the target's camera and `target_m`; see SplatTae.

    Parameters
    ----------
    source_m, target_m
        (H, W) depth in metres.
    motion
        (4, 4), from the source's camera axes to the target's.
    camera
        fx, fy, cx, cy of both.
    """
    fx, fy, cx, cy = camera
    height, width = source_m.shape
    depth = source_m.astype(np.float64)
    x = (np.arange(width) - cx) / fx * depth
    y = ((np.arange(height) - cy) / fy)[:, None] * depth
    carried = [
        motion[axis, 0] * x + motion[axis, 1] * y + motion[axis, 2] * depth + motion[axis, 3]
        for axis in range(3)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        column = np.round(fx * carried[0] / carried[2] + cx)
        row = np.round(fy * carried[1] / carried[2] + cy)
    rows, columns = target_m.shape
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    landed = np.zeros(target_m.shape)
    # Where an index repeats, NumPy keeps the last value, which is the last in row order.
    landed[row[inside].astype(np.intp), column[inside].astype(np.intp)] = carried[2][inside]
    seen = (landed > 0) & (target_m > 0)
    if not seen.any():
        return 0.0
    there = target_m[seen].astype(np.float64)
    return float(np.mean(np.abs(there - landed[seen]) / there))

"""Scale and shift between two disparity maps of the same scene.

Relative disparity is affine-invariant: before two lanes are subtracted, or a lane is compared with
ground truth, one is mapped onto the other by ``aligned = scale * disparity + shift``. The scale is
never negative: a map that fits best upside down is wrong, not mirrored.

Least squares per clip is the protocol of MiDaS (Ranftl et al. 2020) as video work uses it (one pair
per sequence, not per frame). The robust fits are for pictures on screen, where a few outliers must
not tilt everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models.frames import Float32

Float64 = NDArray[np.float64]

_MAD_TO_SIGMA = 1.4826  # of a normal distribution
_TUKEY = 4.685  # 95 % efficiency on normal residuals (Huber & Ronchetti 2009, section 7.8)


@dataclass(frozen=True, slots=True)
class Alignment:
    """``aligned = scale * disparity + shift``.

    Attributes
    ----------
    scale
        Unit of the reference per unit of the aligned map; >= 0 but for published protocols.
    shift
        Unit of the reference.
    """

    scale: float
    shift: float

    def apply(self, disparity: Float32) -> Float32:
        """(H, W) float32 in the unit of the reference; NaN stays NaN."""
        return cast(Float32, np.float32(self.scale) * disparity + np.float32(self.shift))


class AlignmentSums:
    """Least squares over any number of frames in constant memory.

    Keeps the count, the two means and the three central second moments in float64 and merges
    each frame into them (Chan et al. 1983), so that the result does not depend on how large the
    disparities are against their spread.
    """

    __slots__ = ("_mean_x", "_mean_y", "_xx", "_xy", "count")

    def __init__(self) -> None:
        self.count = 0
        self._mean_x = self._mean_y = 0.0
        self._xx = self._xy = 0.0

    def add(self, disparity: NDArray[np.floating], reference: NDArray[np.floating]) -> None:
        """Add one frame; both (H, W) or (N,), pixels unknown in either are ignored."""
        x, y = finite_pairs(disparity, reference)
        if x.size == 0:
            return
        mean_x, mean_y = float(x.mean()), float(y.mean())
        dx, dy = x - mean_x, y - mean_y
        total = self.count + x.size
        share = self.count * x.size / total
        step_x, step_y = mean_x - self._mean_x, mean_y - self._mean_y
        self._xx += dot(dx, dx) + step_x * step_x * share
        self._xy += dot(dx, dy) + step_x * step_y * share
        self._mean_x += step_x * x.size / total
        self._mean_y += step_y * x.size / total
        self.count = total

    def solve(self, *, may_invert: bool = False) -> Alignment:
        """The pair that minimises sum (scale * x + shift - y)^2 with scale >= 0.

        A constant map gets scale 0 and the mean of the reference as its shift.

        Parameters
        ----------
        may_invert
            The scale may also be negative, as in published protocols.

        Raises
        ------
        ValueError
            If no pixel was known in both maps.
        """
        if self.count == 0:
            raise ValueError("no pixel is known in both maps, so they cannot be aligned")
        scale = self._xy / self._xx if self._xx > 0.0 else 0.0
        if not may_invert:
            scale = max(scale, 0.0)
        return Alignment(scale, self._mean_y - scale * self._mean_x)


def align_least_squares(disparity: Float32, reference: Float32) -> Alignment:
    """Scale and shift that minimise the mean squared difference in disparity.

    (scale, shift) = argmin sum_i (scale * d_i + shift - g_i)^2, scale >= 0, over pixels known in
    both maps. Source: MiDaS (Ranftl et al. 2020). Both (H, W) or (N,).

    Raises
    ------
    ValueError
        If no pixel is known in both.
    """
    sums = AlignmentSums()
    sums.add(disparity, reference)
    return sums.solve()


def align_medians(disparity: Float32, reference: Float32) -> Alignment:
    """Scale and shift that make median and median absolute deviation (MAD) agree.

    scale = MAD(g) / MAD(d); shift = median(g) - scale * median(d). Up to half of the pixels may be
    outliers in either map. Source: MiDaS (Ranftl et al. 2020), with MAD for its mean deviation. It
    uses the two distributions alone, so it is right only if the maps agree in order. Falls back to
    least squares where more than half of a map has one value. Both (H, W) or (N,).

    Raises
    ------
    ValueError
        If no pixel is known in both.
    """
    return _medians(*finite_pairs(disparity, reference))


def align_robust(disparity: Float32, reference: Float32, iterations: int = 20) -> Alignment:
    """Scale and shift that fit most pixels and ignore outliers.

    Iteratively reweighted least squares with Tukey's biweight: weights (1 - (r / c s)^2)^2 inside c
    s and 0 beyond, c = 4.685, s = 1.4826 * MAD(r), started from medians, so that outliers in either
    map (dust, a hand, sky) get no weight. Source: Huber & Ronchetti, Robust Statistics (2009),
    chapter 7. Ends after `iterations` or on convergence. Both (H, W) or (N,).

    Raises
    ------
    ValueError
        If no pixel is known in both.
    """
    x, y = finite_pairs(disparity, reference)
    scale = _medians(x, y).scale
    found = Alignment(scale, float(np.median(y - scale * x)))
    spread = max(float(np.ptp(y)), np.finfo(np.float64).tiny)
    for _ in range(iterations):
        residual = found.scale * x + found.shift - y
        sigma = _MAD_TO_SIGMA * float(np.median(np.abs(residual)))
        limit = _TUKEY * max(sigma, 1e-9 * spread)
        weight = np.square(np.clip(1.0 - np.square(residual / limit), 0.0, None))
        if np.count_nonzero(weight) < 2:
            return found
        newer = _weighted(x, y, weight)
        moved = abs(newer.scale - found.scale) * float(np.ptp(x)) + abs(newer.shift - found.shift)
        found = newer
        if moved < 1e-7 * spread:
            break
    return found


@dataclass(slots=True)
class PairSample:
    """A bounded, even sample of pixel pairs, so that a robust fit can span a whole clip.

    Robust fits need the pixels themselves. Each frame gives the same `per_frame` grid of them; when
    `capacity` frames are held, every second one is dropped and from then on only every second frame
    is taken (then every fourth, ...). Evenly spread, deterministic, constant memory.
    """

    per_frame: int = 1024
    capacity: int = 128
    _pairs: list[tuple[Float64, Float64]] = field(default_factory=list)
    _stride: int = 1
    _offered: int = 0

    def add(self, disparity: Float32, reference: Float32) -> None:
        """Add one frame; both (H, W)."""
        if self._offered % self._stride == 0:
            if len(self._pairs) >= self.capacity:
                self._pairs = self._pairs[::2]
                self._stride *= 2
            if self._offered % self._stride == 0:
                step = max(1, round((disparity.size / self.per_frame) ** 0.5))
                part = np.s_[step // 2 :: step, step // 2 :: step]
                self._pairs.append(finite_pairs(disparity[part], reference[part]))
        self._offered += 1

    def clear(self) -> None:
        """Remove all frames."""
        self._pairs, self._stride, self._offered = [], 1, 0

    def solve(self) -> Alignment:
        """`align_robust` over the sample.

        Raises
        ------
        ValueError
            If it is empty.
        """
        x = np.concatenate([x for x, _ in self._pairs]) if self._pairs else np.empty(0)
        y = np.concatenate([y for _, y in self._pairs]) if self._pairs else np.empty(0)
        return align_robust(x.astype(np.float32), y.astype(np.float32))


def finite_pairs(
    disparity: NDArray[np.floating], reference: NDArray[np.floating]
) -> tuple[Float64, Float64]:
    """The pixels known in both maps, as two (N,) float64.

    Raises
    ------
    ValueError
        If shapes differ.
    """
    if disparity.shape != reference.shape:
        raise ValueError(f"maps of {disparity.shape} and {reference.shape} do not belong together")
    known = np.isfinite(disparity) & np.isfinite(reference)
    return disparity[known].astype(np.float64), reference[known].astype(np.float64)


def dot(x: Float64, y: Float64) -> float:
    """Dot product without BLAS, which would start threads on every core for a memory-bound sum."""
    return float(np.einsum("i,i", x, y))


def _medians(x: Float64, y: Float64) -> Alignment:
    if x.size == 0:
        raise ValueError("no pixel is known in both maps, so they cannot be aligned")
    middle_x, middle_y = float(np.median(x)), float(np.median(y))
    mad_x = float(np.median(np.abs(x - middle_x)))
    mad_y = float(np.median(np.abs(y - middle_y)))
    if mad_x <= 0.0 or mad_y <= 0.0:
        return _weighted(x, y, np.ones_like(x))
    scale = mad_y / mad_x
    return Alignment(scale, middle_y - scale * middle_x)


def _weighted(x: Float64, y: Float64, weight: Float64) -> Alignment:
    total = float(weight.sum())
    mean_x, mean_y = dot(weight, x) / total, dot(weight, y) / total
    dx = x - mean_x
    spread = dot(weight, dx * dx)
    scale = max(dot(weight, dx * (y - mean_y)) / spread, 0.0) if spread > 0.0 else 0.0
    return Alignment(scale, mean_y - scale * mean_x)

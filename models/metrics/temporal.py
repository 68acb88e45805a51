"""Metrics of steadiness over time. They know no network, file or screen.

Compared maps must belong to neighbouring frames of one shot; the caller leaves out pairs across
cuts (and calls `end_shot`). All of these stream: their memory does not grow with the clip, except
for the few numbers per frame that `ScaleDrift` keeps.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.frames import Float32
from models.metrics.alignment import Alignment, align_robust, dot, finite_pairs
from models.metrics.spread import Spread, SpreadSums

Float64 = NDArray[np.float64]

STATIC_WINDOW = 40
"""Frames in a window of static-scene noise."""
_NOISE_SIDE = 192


def photometric_weight(previous: Float32, grey: Float32, alpha: float = 50.0) -> Float32:
    """Similarity of two aligned pictures: exp(-alpha * (previous - grey)^2), (H, W) in (0, 1].

    Both (H, W) float32 in 0–1, `previous` warped onto `grey`; NaN gives 0. Source: NVDS (Wang et
    al. 2023; alpha = 50), on grey instead of RGB.
    """
    weight: Float32 = np.exp(np.float32(-alpha) * np.square(previous - grey))
    return np.nan_to_num(weight, copy=False, nan=0.0)


def warped_error(previous: Float32, disparity: Float32, weight: Float32) -> float:
    """Weighted mean of |warp(d_prev) - d|, in the unit of the disparity; NaN if nothing compares.

    e = sum_i w_i |warp(d_prev)_i - d_i| / sum_i w_i. All (H, W); `previous` is already warped onto
    this frame, `weight` >= 0 is 0 where the two must not be compared. NVDS divides by the number of
    pixels instead; dividing by the weights keeps masking from making a lane look steadier.
    """
    error = np.abs(previous - disparity)
    known = np.isfinite(error)
    total = float(np.sum(weight, where=known, dtype=np.float64))
    if total <= 0.0:
        return math.nan
    return float(np.sum(weight * error, where=known, dtype=np.float64)) / total


class FlowWarpedError:
    """OPW over a clip: change of disparity where the warped picture does not change.

    OPW = 1/|P| * sum over pairs of e_t / a, with e_t from `warped_error` and a = mean |d - median|
    over the clip, which is the mean of the warped error on disparity normalised per clip by (d -
    median) / a: the median cancels in the difference, so one pass is enough. No unit, >= 0, 0 is
    perfectly steady; 1 means that disparity changes from frame to frame by as much as it varies
    over the clip. Source: NVDS (Wang et al. 2023). A camera that moves towards things changes true
    disparity too: perfect depth then scores above zero.
    """

    def __init__(self) -> None:
        self._spread = SpreadSums()
        self._error = 0.0
        self.pairs = 0

    def add(self, disparity: Float32, error: float = math.nan) -> None:
        """Add one frame (H, W), and the `warped_error` from its predecessor if it has one.

        The first frame of a shot has none: leave `error` out (NaN is ignored).
        """
        self._spread.add(disparity)
        if math.isfinite(error):
            self._error += error
            self.pairs += 1

    @property
    def spread(self) -> Spread:
        """Median and mean absolute deviation over the clip so far."""
        return self._spread.spread

    @property
    def value(self) -> float:
        """OPW of the clip so far; NaN without a pair or without any spread."""
        deviation = self.spread.deviation
        return self._error / self.pairs / deviation if self.pairs and deviation > 0.0 else math.nan


def static_noise(disparities: Float32) -> float:
    """Static-scene noise in percent: 100 * median over pixels of (std / median over time).

    `disparities` (N, H, W), N >= 2 frames from a camera that stands still; the deviation is over N.
    >= 0, 0 is perfectly steady; NaN if no pixel is known throughout with a median above zero.
    Source: Intel RealSense depth quality guide ("temporal noise"), on disparity instead of depth.
    If the camera moves, its motion counts as noise.
    """
    middle = np.median(disparities, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.std(disparities, axis=0) / middle
    known = np.isfinite(relative) & (middle > 0.0)
    return 100.0 * float(np.median(relative[known])) if known.any() else math.nan


class StaticNoise:
    """Static-scene noise over windows of 40 frames, each within one shot; holds one window.

    Of large pictures a regular grid of pixels is taken, at most 192 along the short side. Single
    pixels, because averaging neighbours would hide noise, the more the larger the picture is. The
    clip's value is the mean over windows. Windows shorter than half (the rest of a shot) are used
    only if the clip has no longer one, and then the longest of them alone.
    """

    def __init__(self, window: int = STATIC_WINDOW) -> None:
        self._window = window
        self._held: list[Float32] = []
        self._sum, self._count = 0.0, 0
        self._short = (0, math.nan)

    def add(self, disparity: Float32) -> None:
        """Add one frame (H, W); another size than before starts a new shot."""
        step = math.ceil(min(disparity.shape) / _NOISE_SIDE)
        pixels = disparity[step // 2 :: step, step // 2 :: step]
        if self._held and self._held[0].shape != pixels.shape:
            self.end_shot()
        self._held.append(pixels.astype(np.float32, copy=True))
        if len(self._held) == self._window:
            self.end_shot()

    def end_shot(self) -> None:
        """End the shot: the next frame does not continue it."""
        held, self._held = self._held, []
        if len(held) < 2 or (2 * len(held) < self._window and len(held) <= self._short[0]):
            return
        noise = static_noise(np.stack(held))
        if 2 * len(held) < self._window:
            self._short = (len(held), noise)
        elif math.isfinite(noise):
            self._sum += noise
            self._count += 1

    @property
    def value(self) -> float:
        """Percent, including the unfinished window; NaN before two frames of a shot."""
        total, count, short = self._sum, self._count, self._short
        if 2 * len(self._held) >= self._window or len(self._held) > max(short[0], 1):
            noise = static_noise(np.stack(self._held))
            if 2 * len(self._held) < self._window:
                short = (len(self._held), noise)
            elif math.isfinite(noise):
                total, count = total + noise, count + 1
        return total / count if count else short[1]


class StaticSpread:
    """Static-scene noise in percent of the clip's spread: 100 * median over pixels of std / a.

    a = mean |d - median| over the clip, as for OPW. Neither scale nor shift of the disparity
    matters, so that lanes of different networks and units can be compared; `static_noise` divides
    by the disparity itself, whose zero is arbitrary where disparity is relative. Pixels and windows
    are those of StaticNoise; windows count by their frames. Holds two maps.
    """

    def __init__(self, window: int = STATIC_WINDOW) -> None:
        self._window = window
        self._spread = SpreadSums()
        self._count = 0
        self._mean: Float64 = np.empty((0, 0))
        self._squares: Float64 = np.empty((0, 0))
        self._sum, self._frames = 0.0, 0

    def add(self, disparity: Float32) -> None:
        """Add one frame (H, W); another size than before starts a new shot."""
        step = math.ceil(min(disparity.shape) / _NOISE_SIDE)
        pixels = disparity[step // 2 :: step, step // 2 :: step]
        self._spread.add(pixels)
        if self._count and self._mean.shape != pixels.shape:
            self.end_shot()
        if not self._count:
            self._mean, self._squares = np.zeros(pixels.shape), np.zeros(pixels.shape)
        self._count += 1
        apart = pixels - self._mean
        self._mean = self._mean + apart / self._count
        self._squares = self._squares + apart * (pixels - self._mean)
        if self._count == self._window:
            self.end_shot()

    def end_shot(self) -> None:
        """End the shot: the next frame does not continue it."""
        noise, count, self._count = self._deviation(), self._count, 0
        if math.isfinite(noise):
            self._sum += count * noise
            self._frames += count

    def _deviation(self) -> float:
        """Median over pixels of the deviation over the window so far; NaN before two frames."""
        known = np.isfinite(self._squares)
        if self._count < 2 or not known.any():
            return math.nan
        return float(np.median(np.sqrt(self._squares[known] / self._count)))

    @property
    def value(self) -> float:
        """Percent, including the unfinished window; NaN before two frames of a shot."""
        total, frames, latest = self._sum, self._frames, self._deviation()
        if math.isfinite(latest):
            total, frames = total + self._count * latest, frames + self._count
        unit = self._spread.spread.deviation
        return 100.0 * total / frames / unit if frames and unit > 0.0 else math.nan


class ScaleDrift:
    """Scale drift against ground truth: std(s_t / mean s), s_t = <p_t, g_t> / <p_t, p_t>.

    p is disparity aligned once per clip, g the true disparity in 1/m; s_t is the factor that frame
    t still needs. No unit, >= 0, 0 is perfect; 0.05 means that the scale varies by 5 %. Source:
    FlashDepth (Chou et al. 2025). The alignment is known only at the end, so five moments are kept
    for each frame and s_t is computed from them.
    """

    def __init__(self) -> None:
        self._moments: list[tuple[float, float, float, float, float]] = []

    def add(self, disparity: Float32, truth: Float32) -> bool:
        """Add one frame, both (H, W); `truth` in 1/m. False if nothing is known in both."""
        x, y = finite_pairs(disparity, truth)
        if x.size:
            sums = float(x.sum()), float(y.sum()), dot(x, x), dot(x, y)
            self._moments.append((float(x.size), *sums))
        return x.size > 0

    def scales(self, alignment: Alignment) -> Float64:
        """(N,) s_t of every frame added, in order; NaN where the aligned map is all zero."""
        n, x, y, xx, xy = np.array(self._moments).reshape(-1, 5).T
        a, b = alignment.scale, alignment.shift
        square = a * a * xx + 2 * a * b * x + b * b * n
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(square > 0.0, (a * xy + b * y) / square, np.nan)

    def value(self, alignment: Alignment) -> float:
        """std(s / mean s) over all frames; NaN for fewer than two."""
        scales = self.scales(alignment)
        scales = scales[np.isfinite(scales)]
        if scales.size < 2 or scales.mean() <= 0.0:
            return math.nan
        return float(np.std(scales / scales.mean()))


def step_drift(
    previous: Float32, disparity: Float32, spread: Spread, pixels: int = 2000
) -> tuple[float, float]:
    """Change of scale and level since the previous frame: (scale s_t, shift b_t).

    disparity = s * warp(previous) + b, robustly fitted on about `pixels` pixels known in both (mask
    by NaN). s_t has no unit, 1 is steady. b_t is the change of the median level in units of the
    deviation: ((s - 1) * median + b) / deviation, 0 is steady; it is measured at the median and not
    at zero, because there scale and shift do not trade off. (NaN, NaN) if nothing compares.
    """
    step = max(1, int((disparity.size / pixels) ** 0.5))
    x, y = previous[::step, ::step], disparity[::step, ::step]
    if np.count_nonzero(np.isfinite(x) & np.isfinite(y)) < 16:
        return math.nan, math.nan
    found = align_robust(x, y, iterations=6)
    if not spread.deviation > 0.0:
        return found.scale, math.nan
    level = (found.scale - 1.0) * spread.median + found.shift
    return found.scale, level / spread.deviation


class StepDrift:
    """Scale drift without ground truth: sqrt(mean (s_t - 1)^2) over neighbouring frames.

    s_t from `step_drift`. No unit, >= 0, 0 is steady. It shows changes from frame to frame, not
    slow drift over the clip; the report says which of the two drifts it shows.
    """

    def __init__(self) -> None:
        self._sum, self._count = 0.0, 0

    def add(self, scale: float) -> None:
        """Add one pair's scale; NaN is ignored."""
        if math.isfinite(scale):
            self._sum += (scale - 1.0) ** 2
            self._count += 1

    @property
    def value(self) -> float:
        """Root mean square so far; NaN without a pair."""
        return math.sqrt(self._sum / self._count) if self._count else math.nan

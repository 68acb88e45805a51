"""The range of disparities that the display spans.

Per-frame minimum and maximum make steady disparity flicker, so the default range follows robust
percentiles slowly. The other modes are a fixed range, and the per-frame range to demonstrate that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Range = tuple[float, float]

_SAMPLES = 16_384
_EMPTY: Range = (0.0, 1.0)


class RangeMode(Enum):
    """How the display range (far, near) is determined."""

    STABLE = "stable"
    """Percentiles, followed slowly."""
    FIXED = "fixed"
    """Two numbers set by hand."""
    PER_FRAME = "per frame"
    """Each lane's own minimum and maximum of each frame; this flickers."""


@dataclass(frozen=True, slots=True)
class RangeSettings:
    """Settings of the display range.

    Attributes
    ----------
    mode
        How the range is determined.
    fixed
        (far, near) disparity for RangeMode.FIXED; far < near.
    low_percentile, high_percentile
        0–100; values outside are clamped in RangeMode.STABLE.
    time_constant_frames
        Frames in which the stable range covers 63 % of a change.
    """

    mode: RangeMode = RangeMode.STABLE
    fixed: Range = _EMPTY
    low_percentile: float = 2.0
    high_percentile: float = 98.0
    time_constant_frames: float = 30.0

    def __post_init__(self) -> None:
        if not self.fixed[0] < self.fixed[1]:
            raise ValueError("a fixed range runs from far to a larger near disparity")
        if not 0.0 <= self.low_percentile < self.high_percentile <= 100.0:
            raise ValueError("percentiles run from low to high within 0 and 100")
        if self.time_constant_frames < 1.0:
            raise ValueError("the time constant is at least one frame")


class RangeTracker:
    """Follows the display range of all lanes. Used from one thread."""

    def __init__(self, settings: RangeSettings | None = None) -> None:
        self._settings = settings or RangeSettings()
        self._followed: dict[str, _Follower] = {}

    @property
    def settings(self) -> RangeSettings:
        """The current settings."""
        return self._settings

    def configure(self, settings: RangeSettings) -> None:
        """Use other settings from the next frame on; the state of the filter is kept."""
        self._settings = settings

    def reset(self) -> None:
        """Forget the past: the next frame sets the range at once."""
        self._followed.clear()

    def update(self, disparities: Mapping[str, Float32], shared: bool) -> dict[str, Range]:
        """The range (far, near) for each lane, from this frame's disparities (H, W) by lane.

        With `shared`, all lanes get one range over their pooled values (but not in PER_FRAME, where
        each lane has its own). Without, lanes differ in scale and offset and get the same range in
        deviations from their own medians, so that a colour means the same in both. NaN and
        infinities are ignored. Always far < near.
        """
        settings = self._settings
        if settings.mode is RangeMode.FIXED:
            return dict.fromkeys(disparities, settings.fixed)
        if settings.mode is RangeMode.PER_FRAME:
            return {lane: _extremes(values) for lane, values in disparities.items()}
        samples = {lane: _sample(values) for lane, values in disparities.items()}
        if not shared and len(samples) > 1:
            return self._matched(samples)
        pooled = np.concatenate(list(samples.values())) if samples else np.empty(0, np.float32)
        return dict.fromkeys(disparities, self._follow("", pooled))

    def _matched(self, samples: Mapping[str, Float32]) -> dict[str, Range]:
        """One range in deviations from each lane's median, converted to each lane's own unit."""
        settings, normalised, units = self._settings, [], {}
        for lane, sample in samples.items():
            follower = self._followed.setdefault(lane, _Follower())
            if sample.size:
                follower.step(*self._unit(sample), settings.time_constant_frames)
            if not follower.frames:
                continue
            units[lane] = follower.far, max(follower.near, 1e-6 * abs(follower.far), 1e-12)
            normalised.append((sample - units[lane][0]) / units[lane][1])
        pooled = np.concatenate(normalised) if normalised else np.empty(0, np.float32)
        far, near = self._follow("deviations", pooled)
        ranges = dict.fromkeys(samples, _EMPTY)
        for lane, (median, deviation) in units.items():
            ranges[lane] = _apart(median + far * deviation, median + near * deviation)
        return ranges

    def _unit(self, sample: Float32) -> tuple[float, float]:
        """Median and mean absolute deviation of the values within the percentiles."""
        low, median, high = _percentiles(
            sample, self._settings.low_percentile, 50.0, self._settings.high_percentile
        )
        return median, float(np.mean(np.abs(np.clip(sample, low, high) - median)))

    def _follow(self, key: str, sample: Float32) -> Range:
        follower = self._followed.setdefault(key, _Follower())
        if sample.size:
            settings = self._settings
            far, near = _percentiles(sample, settings.low_percentile, settings.high_percentile)
            follower.step(far, near, settings.time_constant_frames)
        return _apart(follower.far, follower.near) if follower.frames else _EMPTY


@dataclass(slots=True)
class _Follower:
    """Two numbers, a range or a median and its deviation, each followed slowly.

    A running mean that turns into an exponential one: fast at first, slow afterwards.
    """

    far: float = 0.0
    near: float = 0.0
    frames: int = 0

    def step(self, far: float, near: float, time_constant: float) -> None:
        self.frames += 1
        weight = max(1.0 / self.frames, 1.0 / time_constant)
        self.far += weight * (far - self.far)
        self.near += weight * (near - self.near)


def _sample(disparity: Float32) -> Float32:
    """About `_SAMPLES` finite values, evenly spread over the picture."""
    step = max(1, int((disparity.size / _SAMPLES) ** 0.5))
    values = disparity[step // 2 :: step, step // 2 :: step].ravel()
    return values[np.isfinite(values)]


def _percentiles(sample: Float32, *percent: float) -> tuple[float, ...]:
    """np.percentile of finite values; a full sort takes a seventh of the time of its partition."""
    ordered = np.sort(sample)
    found = []
    for share in percent:
        place = share / 100.0 * (ordered.size - 1)
        below = int(place)
        low, high = float(ordered[below]), float(ordered[min(below + 1, ordered.size - 1)])
        found.append(low + (place - below) * (high - low))
    return tuple(found)


def _extremes(disparity: Float32) -> Range:
    """Minimum and maximum of the finite values of the whole frame."""
    far, near = float(np.fmin.reduce(disparity, None)), float(np.fmax.reduce(disparity, None))
    if np.isinf(far) or np.isinf(near):
        finite = disparity[np.isfinite(disparity)]
        far, near = (float(finite.min()), float(finite.max())) if finite.size else (np.nan, np.nan)
    return _EMPTY if np.isnan(far) else _apart(far, near)


def _apart(far: float, near: float) -> Range:
    """Widen a range that is too narrow to divide by."""
    least = max(1e-3 * max(abs(far), abs(near)), 1e-6)
    missing = least - (near - far)
    return (far - missing / 2, near + missing / 2) if missing > 0 else (far, near)

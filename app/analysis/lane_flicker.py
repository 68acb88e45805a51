"""Flicker of one lane: its last disparity, spread and heat map."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from app.core.flicker_values import LaneFlicker
from models.flow import Flow, warp
from models.frames import Float32
from models.metrics import SpreadSums, step_drift, warped_error


@dataclass(frozen=True, slots=True)
class LaneOptions:
    """What is computed of each lane.

    alpha : weight of the newest pair in the exponential window, in (0, 1].
    wants_heat, wants_drift : compute heat maps, and scale and shift.
    """

    alpha: float
    wants_heat: bool
    wants_drift: bool


@dataclass(frozen=True, slots=True, eq=False)
class FramePair:
    """How the previous frame leads to this one, for all lanes.

    flow : at the working size (h, w).
    weight : (h, w) float32 photometric weight in [0, 1], 0 where the flow is not valid.
    """

    flow: Flow
    weight: Float32


@dataclass(slots=True)
class LaneMeter:
    """What is kept of a lane from frame to frame; disparities are (h, w) at the working size."""

    previous: Float32 | None = None
    heat: Float32 | None = None
    recent: float = math.nan
    spread: SpreadSums = field(default_factory=SpreadSums)

    def interrupt(self) -> None:
        """Begin anew but for the spread: the next frame does not continue the last one."""
        self.previous, self.heat, self.recent = None, None, math.nan

    def measure(
        self, disparity: Float32, pair: FramePair | None, options: LaneOptions, missing: str
    ) -> LaneFlicker:
        """The result for the next frame; `missing` says why it has no pair, if it has none."""
        previous, self.previous = self.previous, disparity
        spread = self.spread.spread
        unit = spread.deviation if spread.deviation > 0.0 else math.nan
        if previous is None or pair is None:
            return self._unmeasured(disparity, pair, unit, options, missing)
        warped = warp(previous, pair.flow.flow_to_previous)
        warped[pair.weight <= 0.0] = np.nan
        error = warped_error(warped, disparity, pair.weight)
        self._average(error / unit, options.alpha)
        drift = (math.nan, math.nan)
        if options.wants_heat:
            self._integrate(pair.weight * np.abs(warped - disparity), pair.flow, options.alpha)
        if options.wants_drift:
            drift = step_drift(warped, disparity, spread)
        return LaneFlicker(
            error=error,
            flicker=error / unit,
            recent=self.recent,
            heat=self._heat(disparity, unit, options),
            scale=drift[0],
            shift=drift[1],
            valid=float(np.mean(np.isfinite(warped) & np.isfinite(disparity))),
        )

    def _unmeasured(
        self,
        disparity: Float32,
        pair: FramePair | None,
        unit: float,
        options: LaneOptions,
        missing: str,
    ) -> LaneFlicker:
        """Result without a pair. A lane that only lost its memory keeps its heat."""
        nan = math.nan
        if self.heat is not None and pair is not None and options.wants_heat:
            self.heat = warp(self.heat, pair.flow.flow_to_previous)
            heat = self._heat(disparity, unit, options)
        else:
            heat = np.full_like(disparity, nan)
        return LaneFlicker(nan, nan, self.recent, heat, nan, nan, 0.0, missing)

    def _heat(self, disparity: Float32, unit: float, options: LaneOptions) -> Float32:
        if self.heat is None or not options.wants_heat:
            return np.full_like(disparity, math.nan)
        return self.heat / np.float32(unit)

    def _integrate(self, error: Float32, flow: Flow, alpha: float) -> None:
        """Warp the heat along the motion and blend this pair's error into it."""
        if self.heat is None or alpha == 1.0:
            self.heat = error
        else:
            past = warp(self.heat, flow.flow_to_previous)
            blend = past + np.float32(alpha) * (error - past)
            self.heat = np.where(np.isnan(past), error, np.where(np.isnan(error), past, blend))

    def _average(self, flicker: float, alpha: float) -> None:
        if not math.isfinite(self.recent):
            self.recent = flicker
        elif math.isfinite(flicker):
            self.recent += alpha * (flicker - self.recent)

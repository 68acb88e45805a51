"""Accumulators of one lane's metrics; constant memory."""

from __future__ import annotations

import math

import numpy as np

from app.core.flicker_values import LaneFlicker
from app.report.values import LaneRow
from models.frames import Float32
from models.metrics import (
    FAR_M,
    Alignment,
    AlignmentSums,
    FlowWarpedError,
    ScaleDrift,
    Spread,
    StepDrift,
)


class LaneAccumulators:
    """The streaming metrics of one lane."""

    def __init__(self) -> None:
        self._opw = FlowWarpedError()
        self._steps = StepDrift()
        self._drift = ScaleDrift()
        self._sums = AlignmentSums()
        self._truth_rows: list[int] = []

    def add(self, reduced: Float32, flicker: LaneFlicker) -> LaneRow:
        """Add one frame.

        Parameters
        ----------
        reduced
            (h, w) float32 disparity at the meter's working size.
        flicker
            The meter's result for the lane.
        """
        self._opw.add(reduced, flicker.error)
        self._steps.add(flicker.scale)
        return LaneRow(
            error=flicker.error, scale=flicker.scale, shift=flicker.shift, compared=flicker.valid
        )

    def add_truth(self, row: int, disparity: Float32, truth: Float32) -> None:
        """Add the truth of frame `row`, (H, W) 1/m; beyond 70 m counts as unknown."""
        with np.errstate(invalid="ignore"):
            near = np.where(truth >= 1.0 / FAR_M, truth, np.float32(np.nan))
        self._sums.add(disparity, near)
        if self._drift.add(disparity, near):
            self._truth_rows.append(row)

    @property
    def spread(self) -> Spread:
        """Median and mean absolute deviation of the lane's disparity over the clip."""
        return self._opw.spread

    @property
    def flicker_opw(self) -> float:
        """OPW; see models.metrics.FlowWarpedError."""
        return self._opw.value

    @property
    def pairs(self) -> int:
        """Number of pairs of neighbours that were compared."""
        return self._opw.pairs

    @property
    def alignment(self) -> Alignment | None:
        """The clip's least-squares alignment to the truth; None without truth."""
        return self._sums.solve() if self._sums.count else None

    @property
    def truth_scales(self) -> dict[int, float]:
        """s_t by row, of every frame with truth; see models.metrics.ScaleDrift."""
        alignment = self.alignment
        if alignment is None:
            return {}
        return dict(zip(self._truth_rows, self._drift.scales(alignment).tolist(), strict=True))

    @property
    def scale_drift(self) -> float:
        """Drift against the truth if there is one, else from frame to frame."""
        alignment = self.alignment
        against_truth = math.nan if alignment is None else self._drift.value(alignment)
        return against_truth if math.isfinite(against_truth) else self._steps.value

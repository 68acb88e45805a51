"""Any lane followed by an exponential moving average: the baseline against which memory is judged.

d_t = f * d_{t-1} + (1 - f) * x_t, per pixel, without motion compensation, so it trades flicker
for ghosts behind whatever moves.
"""

from __future__ import annotations

import numpy as np

from models.estimator import FrameMemo, Session
from models.frames import DepthMap, Float32, Frame


class SmoothedSession:
    """Smooths the disparity of another session with weight `factor` (0 <= factor < 1) on the past.

    Raises ValueError if the factor is outside that range.
    """

    def __init__(self, inner: Session, factor: float) -> None:
        if not 0.0 <= factor < 1.0:
            raise ValueError(f"the weight of the past lies in [0, 1), not {factor}")
        self._inner = inner
        self._factor = factor
        self._past: Float32 | None = None

    def step(self, frame: Frame, memo: FrameMemo) -> DepthMap:
        seen = self._inner.step(frame, memo)
        disparity = seen.disparity
        if self._past is not None and self._past.shape == disparity.shape:
            past = np.where(np.isfinite(self._past), self._past, disparity)
            disparity = self._factor * past + (1.0 - self._factor) * disparity
        self._past = disparity.astype(np.float32, copy=False)
        return DepthMap(self._past, seen.unit, seen.frame_index, seen.network_size)

    def reset(self) -> None:
        self._past = None
        self._inner.reset()

    def close(self) -> None:
        self._past = None
        self._inner.close()

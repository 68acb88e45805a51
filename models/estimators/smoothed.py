"""Any lane followed by an exponential moving average: the baseline against which memory is judged.

d_t = f * d_{t-1} + (1 - f) * x_t, per pixel, without motion compensation, so it trades flicker
for ghosts behind whatever moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.estimator import DeferringSession, FrameMemo, Pending, Session
from models.frames import DepthMap, Float32, Frame


def smoothed(inner: Session, factor: float) -> Session:
    """`inner`, smoothed; it defers if `inner` does. Raises ValueError as SmoothedSession does."""
    if isinstance(inner, DeferringSession):
        return DeferringSmoothedSession(inner, factor)
    return SmoothedSession(inner, factor)


class SmoothedSession:
    """Smooths the disparity of another session with weight `factor` (0 <= factor < 1) on the past.

    Raises ValueError if the factor is outside that range.
    """

    def __init__(self, inner: Session, factor: float) -> None:
        self._inner = inner
        self._average = _Average(factor)

    def step(self, frame: Frame, memo: FrameMemo) -> DepthMap:
        return self._average.add(self._inner.step(frame, memo))

    def reset(self) -> None:
        self._average.forget()
        self._inner.reset()

    def close(self) -> None:
        self._average.forget()
        self._inner.close()


class DeferringSmoothedSession:
    """The same around a session whose device works by itself.

    The average is taken when a frame comes back, so a reset counts from the next frame that is
    handed over; those on their way still belong to the past.
    """

    def __init__(self, inner: DeferringSession, factor: float) -> None:
        self._inner = inner
        self._average = _Average(factor)
        self._forget = False

    @property
    def note(self) -> str:
        """See DeferringSession."""
        return self._inner.note

    def is_cold(self, frame: Frame) -> bool:
        """See DeferringSession."""
        return self._inner.is_cold(frame)

    def step(self, frame: Frame, memo: FrameMemo) -> DepthMap:
        return self.submit(frame, memo).result()

    def submit(self, frame: Frame, memo: FrameMemo) -> Pending:
        """See DeferringSession."""
        pending = self._inner.submit(frame, memo)
        forget, self._forget = self._forget, False
        return _PendingAverage(pending, self._average, forget)

    def reset(self) -> None:
        self._forget = True
        self._inner.reset()

    def close(self) -> None:
        self._average.forget()
        self._inner.close()


@dataclass(frozen=True, slots=True)
class _PendingAverage:
    """forget : the frame is the first of a video."""

    pending: Pending
    average: _Average
    forget: bool

    def result(self) -> DepthMap:
        if self.forget:
            self.average.forget()
        return self.average.add(self.pending.result())

    def is_ready(self) -> bool:
        return self.pending.is_ready()


class _Average:
    """The smoothed disparity so far."""

    def __init__(self, factor: float) -> None:
        if not 0.0 <= factor < 1.0:
            raise ValueError(f"the weight of the past lies in [0, 1), not {factor}")
        self._factor = factor
        self._past: Float32 | None = None

    def forget(self) -> None:
        self._past = None

    def add(self, seen: DepthMap) -> DepthMap:
        disparity = seen.disparity
        if self._past is not None and self._past.shape == disparity.shape:
            past = np.where(np.isfinite(self._past), self._past, disparity)
            disparity = self._factor * past + (1.0 - self._factor) * disparity
        self._past = disparity.astype(np.float32, copy=False)
        return DepthMap(self._past, seen.unit, seen.frame_index, seen.network_size)

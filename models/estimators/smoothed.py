"""Any lane followed by an exponential moving average: the baseline for memory.

d_t = f * d_{t-1} + (1 - f) * x_t, per pixel, without motion compensation, so it trades flicker for
ghosts behind moving objects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.estimator import (
    Done,
    FrameMemo,
    Pending,
    Prediction,
    Running,
    Session,
    inspect,
    running_of,
)
from models.frames import Float32, Frame
from models.inside.probe import Inside, Probe


class SmoothedSession:
    """Smooths the disparity of another session, at the frame's size.

    The average is computed when a frame is collected, so a reset applies from the next submitted
    frame on; frames in flight still belong to the past.

    Parameters
    ----------
    inner
        The session whose results are smoothed.
    factor
        Weight of the past, 0 (no smoothing) to below 1; ValueError outside that range.
    """

    def __init__(self, inner: Session, factor: float) -> None:
        self._inner = inner
        self._average = _Average(factor)
        self._forget = False

    @property
    def frames_in_flight(self) -> int:
        """See Session."""
        return self._inner.frames_in_flight

    def submit(self, frame: Frame, memo: FrameMemo) -> Pending:
        """See Session."""
        pending = self._inner.submit(frame, memo)
        forget, self._forget = self._forget, False
        smoothed = _PendingAverage(pending, self._average, forget)
        # If the result is ready already, smoothing belongs to its computing time.
        return Done(smoothed.result()) if self.frames_in_flight == 1 else smoothed

    def running(self) -> Running | None:
        """See TellsRunning."""
        return running_of(self._inner)

    def inspect(self, frame: Frame, probe: Probe) -> Inside:
        """See Inspects: that of the session that is smoothed."""
        return inspect(self._inner, frame, probe)

    def reset(self) -> None:
        """See Session."""
        self._forget = True
        self._inner.reset()

    def close(self) -> None:
        """See Session."""
        self._average.forget()
        self._inner.close()


@dataclass(frozen=True, slots=True)
class _PendingAverage:
    """A frame in flight; `forget` means that it is the first of a video."""

    pending: Pending
    average: _Average
    forget: bool

    def result(self) -> Prediction:
        if self.forget:
            self.average.forget()
        return self.average.add(self.pending.result())

    def is_ready(self) -> bool:
        return self.pending.is_ready()


class _Average:
    """The smoothed disparity so far."""

    def __init__(self, factor: float) -> None:
        if not 0.0 <= factor < 1.0:
            raise ValueError(f"the EMA factor must be in [0, 1), not {factor}")
        self._factor = factor
        self._past: Float32 | None = None

    def forget(self) -> None:
        self._past = None

    def add(self, prediction: Prediction) -> Prediction:
        disparity = prediction.upsampled().disparity
        if self._past is not None and self._past.shape == disparity.shape:
            past = np.where(np.isfinite(self._past), self._past, disparity)
            disparity = self._factor * past + (1.0 - self._factor) * disparity
        self._past = disparity.astype(np.float32, copy=False)
        return replace(prediction, disparity=self._past)

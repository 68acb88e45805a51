"""Time that each step of the inference stage may take before it counts as stalled.

It follows from the time of earlier steps. Loading a model, and the first frames of a new size or
model, take longer. Plain logic; the clock is passed in.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from app.engine.supervision import STALL_S

LOADING_S = 180.0
RELOADING_S = 20.0
"""For a model that hung while it loaded; the other lane waits meanwhile."""
WARM_UP_S = 60.0
RESIZED_S = 5.0
"""Additional time for the first frame of another size, beyond that for its pixels."""
SLOWEST_FACTOR = 3.0
"""Multiple of the slowest of the last frames that the next one may take; at least `STALL_S`."""
REMEMBERED = 20
"""Number of steps that are remembered."""


class StepBudget:
    """Predicts from past steps how long the next one may take, in seconds.

    `STALL_S` of silence is allowed in addition. Used from one thread, but `postprocessed` may be
    called from another while `postprocess_s` is not read.

    Parameters
    ----------
    clock_s
        time.monotonic except in tests.

    Attributes
    ----------
    warming_since_s
        Time on the clock since which a frame is computed that takes longer than later ones, because
        memory is allocated and kernels are chosen; None at other times.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._predictions_s: deque[float] = deque(maxlen=REMEMBERED)
        self._postprocesses_s: deque[float] = deque(maxlen=REMEMBERED)
        self._size = (0, 0)
        self._first_s = WARM_UP_S
        self._warm_up_frames = 1
        self._postprocess_due_s = math.inf
        self.warming_since_s: float | None = None

    @property
    def predict_s(self) -> float:
        """For submitting or collecting a frame."""
        return self._announced_s(self._predictions_s)

    @property
    def postprocess_s(self) -> float:
        """For postprocessing a frame."""
        return self._announced_s(self._postprocesses_s)

    @property
    def postprocess_left_s(self) -> float:
        """Rest of the time announced for the frame being postprocessed; 0 when it is done."""
        return max(0.0, self._postprocess_due_s - self._clock_s())

    def lanes_changed(self) -> None:
        """Forget past steps: another model runs."""
        self._forget(WARM_UP_S)

    def begin_frame(self, size: tuple[int, int], warm_up_frames: int = 1) -> None:
        """Begin a frame of (width, height); the first ones of a new size may take longer."""
        self._warm_up_frames = warm_up_frames
        if size != self._size:
            self._resize(size)
        if self.warming_since_s is None and self._is_cold():
            self.warming_since_s = self._clock_s()

    def predicted(self, took_s: float) -> None:
        """Add the time of the networks for a frame."""
        self._predictions_s.append(took_s)
        if not self._is_cold():
            self.warming_since_s = None

    def begin_postprocess(self) -> None:
        """Begin the postprocessing of a frame."""
        self._postprocess_due_s = self._clock_s() + self.postprocess_s

    def postprocessed(self, size: tuple[int, int], took_s: float) -> None:
        """Add the time of postprocessing a frame of that size."""
        if size == self._size:
            self._postprocesses_s.append(took_s)

    def _is_cold(self) -> bool:
        return len(self._predictions_s) < self._warm_up_frames

    def _resize(self, size: tuple[int, int]) -> None:
        """Estimate the time of the first frame of a new size from that of the old size."""
        first_s = self._first_s
        if self._warm_up_frames > 1:
            first_s = WARM_UP_S
        elif self._predictions_s:
            pixels = max(1.0, math.prod(size) / math.prod(self._size))
            slowest_s = SLOWEST_FACTOR * max(self._predictions_s) * pixels**2
            first_s = min(WARM_UP_S, RESIZED_S + slowest_s)
        self._forget(first_s)
        self._size = size

    def _forget(self, first_s: float) -> None:
        self._predictions_s.clear()
        self._postprocesses_s.clear()
        self._first_s = first_s

    def _announced_s(self, took_s: deque[float]) -> float:
        if self.warming_since_s is not None or not took_s:
            return self._first_s
        return max(0.0, SLOWEST_FACTOR * max(took_s) - STALL_S)

"""Density of the cloud: as fine as the draw time allows, and finer once nothing moves."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from renderers.stride import STRIDES, StridePolicy, coarsest_stride, starting_stride

GPU_BUDGET_MS = 8.0
SOFTWARE_BUDGET_MS = 16.0
STILL_BUDGET_MS = 250.0
"""Longest draw while nothing moves; beyond it the window would feel stuck."""
STILL_AFTER_MS = 400
STEP_MS = 120
_FRAMES_OF_SILENCE = 3.0
_LONGEST_INTERVAL_MS = 600.0
"""Frames that arrive less often than this count as stills."""


class CloudDensity(QObject):
    """Decides the stride.

    While frames arrive or the viewer moves, it follows the measured draw time. After a pause
    without either, it becomes finer step by step, down to every pixel if draws stay short enough,
    and returns at the first movement.

    Attributes
    ----------
    changed
        Emitted with the stride and the reason: "software GL", "draw time", "set by hand" or
        "still".
    """

    changed = pyqtSignal(int, str)

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self.stride = 1
        self._clock = clock
        self._policy: StridePolicy | None = None
        self._reason = ""
        self._cost = (0.0, 1)
        self._frame_s = 0.0
        self._interval_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._refine)

    def set_by_hand(self, stride: int) -> None:
        """Keep `stride`, however long drawing takes."""
        self._policy = None
        self._timer.stop()
        self._set(stride, "set by hand")

    def choose(self, width: int, height: int, software: bool) -> None:
        """Choose for pictures of that size on that kind of OpenGL, and follow the draw time."""
        stride = starting_stride(width, height, software)
        budget_ms = SOFTWARE_BUDGET_MS if software else GPU_BUDGET_MS
        self._policy = StridePolicy(stride, budget_ms, coarsest_stride(width, height))
        self._cost = (0.0, stride)
        self._reason = "software GL" if software else "draw time"
        self._set(stride, self._reason)
        self.stir()

    def frame_arrived(self) -> None:
        """Note new content. The interval between calls decides how long a pause must be."""
        now_s = self._clock()
        self._interval_ms = min(_LONGEST_INTERVAL_MS, 1e3 * (now_s - self._frame_s))
        self._frame_s = now_s
        self.stir()

    def stir(self) -> None:
        """Note a movement: use the stride for moving content until nothing moved for a while."""
        if self._policy is None:
            return
        self._set(self._policy.stride, self._reason)
        wait_ms = max(STILL_AFTER_MS, round(_FRAMES_OF_SILENCE * self._interval_ms))
        self._timer.start(wait_ms)

    def observe(self, draw_ms: float) -> None:
        """Add the time of a draw at the current stride."""
        self._cost = (draw_ms, self.stride)
        policy = self._policy
        if policy is None or self.stride != policy.stride:
            return
        if policy.observe(draw_ms):
            self._reason = "draw time"
            self._set(policy.stride, self._reason)

    def stop(self) -> None:
        """Stop changing the stride."""
        self._policy = None
        self._timer.stop()

    def _refine(self) -> None:
        place = STRIDES.index(self.stride)
        if place == 0:
            return
        finer = STRIDES[place - 1]
        draw_ms, measured_at = self._cost
        if draw_ms * (measured_at / finer) ** 2 <= STILL_BUDGET_MS:
            self._set(finer, "still")
            self._timer.start(STEP_MS)

    def _set(self, stride: int, reason: str) -> None:
        if stride != self.stride:
            self.stride = stride
            self.changed.emit(stride, reason)

"""Density of the cloud: as fine as the draw time allows, and finer once nothing moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from renderers.stride import STRIDES, StridePolicy, coarsest_stride, finer_stride

DRAW_BUDGET_MS = 8.0
STILL_AFTER_MS = 400
TURN_S = 0.012
"""Drawing a still takes about as long in one turn of the event loop, and goes on in the next."""
_FRAMES_OF_SILENCE = 3.0
_LONGEST_INTERVAL_MS = 600.0
"""Frames that arrive less often than this count as stills."""


class StillPicture(Protocol):
    """What draws a still a little at a time."""

    def begin_picture(self, stride: float) -> None:
        """Begin at that stride; whatever moves ends it."""

    def continue_picture(self, budget_s: float) -> bool:
        """Draw on for about that long; True once the picture is complete and shown."""


class CloudDensity(QObject):
    """Decides the stride.

    While frames arrive or the viewer moves, it follows the measured draw time. After a pause
    without either, finer pictures are drawn in turns of `TURN_S`, down to every pixel.

    Attributes
    ----------
    changed
        Emitted with the stride on screen and the reason: "software GL", "draw time", "set by hand"
        or "still".
    """

    changed = pyqtSignal(float, str)

    def __init__(
        self,
        still: StillPicture,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.stride = 1.0
        self.moving_stride = 1.0
        """Of the points that are drawn while something moves."""
        self._still = still
        self._clock = clock
        self._policy: StridePolicy | None = None
        self._reason = ""
        self._frame_s = 0.0
        self._interval_ms = 0.0
        self._drawing: float | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._refine)
        self._turns = QTimer(self)
        self._turns.timeout.connect(self._turn)

    def set_by_hand(self, stride: float) -> None:
        """Keep `stride`, however long drawing takes."""
        self.stop()
        self._set_moving(stride, "set by hand")

    def choose(self, width: int, height: int, shown_px: float, software: bool) -> None:
        """Choose for pictures of that size on that kind of OpenGL, and follow the draw time.

        `shown_px` is the width of a pixel of the picture on screen.
        """
        coarsest = coarsest_stride(width, height, shown_px)
        stride = coarsest if software else STRIDES[0]
        self._policy = StridePolicy(stride, DRAW_BUDGET_MS, coarsest)
        self._set_moving(stride, "software GL" if software else "draw time")
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
        self._turns.stop()
        self._set(self.moving_stride, self._reason)
        wait_ms = max(STILL_AFTER_MS, round(_FRAMES_OF_SILENCE * self._interval_ms))
        self._pause.start(wait_ms)

    def observe(self, draw_ms: float) -> None:
        """Add the time of a draw of moving content."""
        policy = self._policy
        if policy is not None and policy.observe(draw_ms):
            self._set_moving(policy.stride, "draw time")

    def stop(self) -> None:
        """Stop changing the stride."""
        self._policy = None
        self._pause.stop()
        self._turns.stop()

    def _refine(self) -> None:
        self._drawing = finer_stride(self.stride)
        if self._drawing is not None:
            self._still.begin_picture(self._drawing)
            self._turns.start(0)

    def _turn(self) -> None:
        if self._still.continue_picture(TURN_S) and self._drawing is not None:
            self._turns.stop()
            self._set(self._drawing, "still")
            self._refine()

    def _set_moving(self, stride: float, reason: str) -> None:
        self.moving_stride, self._reason = stride, reason
        self._set(stride, reason)

    def _set(self, stride: float, reason: str) -> None:
        if stride != self.stride:
            self.stride = stride
            self.changed.emit(stride, reason)

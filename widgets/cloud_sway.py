"""Slow movement of the viewer to and fro, which shows the depth of a cloud without a hand on it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from renderers.camera import CameraPose, swayed
from widgets.cloud_pace import TICK_MS

PERIOD_S = 14.0
REST_AFTER_S = 4.0
"""Without new frames, as in a paused video, the viewer rests and the machine with it."""

_LONGEST_STEP_S = 0.25


class CloudSway(QObject):
    """Emits poses while frames arrive, from `start` until `stop`.

    Attributes
    ----------
    moved
        Emitted with the next CameraPose.
    """

    moved = pyqtSignal(object)

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._home: CameraPose | None = None
        self._turns = 0.0
        self._is_awake = False
        self._ticked_s = self._frame_s = clock()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._interval_ms = TICK_MS
        self._timer.timeout.connect(self._advance)

    @property
    def is_on(self) -> bool:
        """Whether the viewer sways, or would if there were new frames in sight."""
        return self._home is not None

    def start(self, home: CameraPose) -> None:
        """Sway about `home`, beginning there."""
        self._home, self._turns = home, 0.0
        self._wake()

    def stop(self) -> None:
        """Stay where the viewer is, until the next `start`."""
        self._home = None
        self._timer.stop()

    def set_in_sight(self, is_in_sight: bool) -> None:
        """Whether anybody sees it; out of sight it rests."""
        self._is_awake = is_in_sight
        self._wake()

    def frame_arrived(self) -> None:
        """Note new content, which is drawn anyway: the viewer moves on with it."""
        self._frame_s = self._clock()
        self._wake()
        if self._timer.isActive() and self._frame_s - self._ticked_s > TICK_MS / 1e3:
            self._advance()

    def set_interval(self, milliseconds: int) -> None:
        """Set the time from move to move, from the next on."""
        self._interval_ms = milliseconds

    def _wake(self) -> None:
        if not self._is_awake or self._home is None:
            self._timer.stop()
        elif not self._timer.isActive():
            self._ticked_s = self._clock()
            self._timer.start(self._interval_ms)

    def _advance(self) -> None:
        now_s = self._clock()
        if self._home is None or now_s - self._frame_s > REST_AFTER_S:
            return
        self._timer.start(self._interval_ms)
        step_s = min(now_s - self._ticked_s, _LONGEST_STEP_S)
        self._ticked_s = now_s
        self._turns = (self._turns + step_s / PERIOD_S) % 1.0
        self.moved.emit(swayed(self._home, self._turns))

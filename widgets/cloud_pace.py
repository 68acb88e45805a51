"""When a live cloud is drawn again: where a CPU draws it, not for every frame."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

TICK_MS = 40
"""The viewer sways no more often."""
SOFTWARE_REST_MS = 120
"""From draw to draw on software OpenGL: pictures beside it keep their own rate."""

_DRAWS_PER_TICK = 4.0
_LONGEST_REST_MS = 400


class CloudPace(QObject):
    """Says when new content is due. What the user does is drawn at once, without asking.

    Drawing takes at most a quarter of the time, and on software OpenGL waits `SOFTWARE_REST_MS`
    beside.

    Attributes
    ----------
    due
        Emitted once after `request`: at once, or when the rest since the last draw is over.
    """

    due = pyqtSignal()

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._draw_ms = 0.0
        self._drawn_s = -1.0
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self.due)

    def rest_ms(self, least_ms: int = SOFTWARE_REST_MS) -> int:
        """Time from draw to draw, never less than `least_ms`."""
        return min(_LONGEST_REST_MS, max(least_ms, round(_DRAWS_PER_TICK * self._draw_ms)))

    def sway_ms(self, is_slowed: bool) -> int:
        """Time between two moves of the sway; `is_slowed` where content waits for its turn.

        There it moves on with the frames, and by itself only where they hardly come.
        """
        return _LONGEST_REST_MS if is_slowed else self.rest_ms(TICK_MS)

    def observe(self, draw_ms: float) -> None:
        """Note a draw and what it took."""
        self._draw_ms, self._drawn_s = draw_ms, self._clock()

    def request(self) -> None:
        """There is new content, to be drawn when the rest is over."""
        if self._rest.isActive():
            return
        passed_ms = 1e3 * (self._clock() - self._drawn_s)
        left_ms = round(self.rest_ms() - passed_ms)
        if left_ms > 0:
            self._rest.start(left_ms)
        else:
            self.due.emit()

    def stop(self) -> None:
        """Ask for nothing more: the content was drawn, or is gone."""
        self._rest.stop()

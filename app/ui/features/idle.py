"""Whether anybody is there: hears every key, click and move of the application."""

from __future__ import annotations

import time

from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication

from app.ui.features.feature import FeatureController

_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,  # all that is seen of a key that is a shortcut
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.HoverMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
    }
)


class IdleController(FeatureController):
    """Counts the seconds since somebody touched anything.

    Qt shows the filter every event of the application; looking at one takes about a microsecond
    (1.1 µs of CPU time where an event costs 0.2 µs without it), and a busy window has some hundreds
    a second.

    Attributes
    ----------
    touched
        Somebody just did.
    """

    touched = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._touched_s = time.monotonic()

    def start(self) -> None:
        """Begin to listen."""
        self._touched_s = time.monotonic()
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def close(self) -> None:
        """Listen no more."""
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def idle_s(self) -> float:
        """Seconds since the last touch."""
        return time.monotonic() - self._touched_s

    def touch(self) -> None:
        """Somebody is there."""
        self._touched_s = time.monotonic()
        self.touched.emit()

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() in _TOUCHES:
            self.touch()
        return False

"""The moment at which a window is on screen."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QWidget

from app.system import startup

_PATIENCE_MS = 1000


class Opening(QObject):
    """Waits until a window is painted for the first time.

    Attributes
    ----------
    opened
        Emitted once: when the window is painted, or soon after if it is not, as on a desktop that
        is not shown.
    """

    opened = pyqtSignal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._open)
        self._timer.start(_PATIENCE_MS)
        window.installEventFilter(self)

    def stop(self) -> None:
        """Wait no more."""
        self._window.removeEventFilter(self)
        self._timer.stop()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Note the first paint, which is on screen once control returns to Qt's loop."""
        if event is not None and event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            self._timer.start(0)
        return super().eventFilter(watched, event)

    def _open(self) -> None:
        self._window.removeEventFilter(self)
        startup.reached("window")
        self.opened.emit()

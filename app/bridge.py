"""The only crossing from worker threads to Qt: a wake-up that cannot pile up.

Frames never ride in signals. A worker leaves its result in a slot and rings; however often it
rings before the GUI thread gets round to it, the GUI is woken once and pulls what is newest.
"""

from __future__ import annotations

import threading

from PyQt6.QtCore import QObject, Qt, pyqtSignal


class WakeUp(QObject):
    """`woken` is emitted on the thread this object lives in, once per burst of notify() calls."""

    woken = pyqtSignal()
    _posted = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._pending = False
        self._posted.connect(  # queued even from the GUI thread: no re-entrance
            self._deliver,
            Qt.ConnectionType.QueuedConnection,  # type: ignore[call-arg]
        )

    def notify(self) -> None:
        """Ask for a wake-up. Any thread."""
        with self._lock:
            if self._pending:
                return
            self._pending = True
        self._posted.emit()

    def _deliver(self) -> None:
        with self._lock:
            self._pending = False
        self.woken.emit()

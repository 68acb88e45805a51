"""The only way from worker threads to Qt: a wake-up of which at most one is queued.

Frames never travel in signals. A worker leaves its result in a slot and calls notify(); however
often it does so before the GUI thread gets to it, the GUI wakes once and takes what is newest.
"""

from __future__ import annotations

import threading

from PyQt6 import sip
from PyQt6.QtCore import QObject, Qt, pyqtSignal


class WakeUp(QObject):
    """Emits `woken` on the thread this object lives in, once per burst of notify() calls."""

    woken = pyqtSignal()
    _posted = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gate = _Gate()
        # Qt emits `destroyed` before it deletes anything, and waits while a worker holds the lock.
        self.destroyed.connect(self._gate.shut)
        self._posted.connect(  # queued even from the GUI thread: no re-entrance
            self._deliver,
            Qt.ConnectionType.QueuedConnection,  # type: ignore[call-arg]
        )

    def notify(self) -> None:
        """Ask for a wake-up. Any thread, at any time, even after this object is gone."""
        with self._gate.lock:
            if not self._gate.is_open:
                return
            self._gate.is_open = False
            try:
                self._posted.emit()
            except RuntimeError:  # being deleted, `destroyed` not emitted yet
                if not sip.isdeleted(self):
                    raise

    def _deliver(self) -> None:
        with self._gate.lock:
            self._gate.is_open = True
        self.woken.emit()


class _Gate:
    """Whether a wake-up may be posted: none is queued and the QObject, which it outlives, lives."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_open = True

    def shut(self) -> None:
        with self.lock:
            self.is_open = False

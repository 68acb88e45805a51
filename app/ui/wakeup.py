"""The only crossing from worker threads to Qt: a wake-up that cannot pile up.

Frames never ride in signals. A worker leaves its result in a slot and rings; however often it
rings before the GUI thread gets round to it, the GUI is woken once and pulls what is newest.
"""

from __future__ import annotations

import threading

from PyQt6 import sip
from PyQt6.QtCore import QObject, Qt, pyqtSignal


class WakeUp(QObject):
    """`woken` is emitted on the thread this object lives in, once per burst of notify() calls."""

    woken = pyqtSignal()
    _posted = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bell = _Bell()
        # Qt tells of the end before it takes anything away, and waits while a worker rings.
        self.destroyed.connect(self._bell.take_down)
        self._posted.connect(  # queued even from the GUI thread: no re-entrance
            self._deliver,
            Qt.ConnectionType.QueuedConnection,  # type: ignore[call-arg]
        )

    def notify(self) -> None:
        """Ask for a wake-up. Any thread, at any time.

        A worker that was left behind may ring long after this object is gone: nobody hears it.
        """
        with self._bell.lock:
            if not self._bell.is_idle:
                return
            self._bell.is_idle = False
            try:
                self._posted.emit()
            except RuntimeError:  # the end has begun and has not been told yet
                if not sip.isdeleted(self):
                    raise

    def _deliver(self) -> None:
        with self._bell.lock:
            self._bell.is_idle = True
        self.woken.emit()


class _Bell:
    """What outlives the QObject: whether ringing would do anything."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_idle = True

    def take_down(self) -> None:
        with self.lock:
            self.is_idle = False

"""The only QThreads. They run loops that do not know Qt."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable

from PyQt6 import sip
from PyQt6.QtCore import QObject, QThread, pyqtSignal

from app.system.memory import release_memory

log = logging.getLogger(__name__)

JOIN_S = 5.0

_ABANDONED: list[Worker] = []
"""Threads that did not end in time. Qt aborts the process if a running QThread is destroyed, so
they are kept, and run_gui() ends the process without destroying them."""


def abandoned_count() -> int:
    """Return how many threads that were told to stop still run."""
    return sum(map(_runs, _ABANDONED))


def any_abandoned() -> bool:
    """Return whether a thread that was told to stop still runs."""
    return abandoned_count() > 0


def _runs(worker: Worker) -> bool:
    return not sip.isdeleted(worker) and worker.isRunning()


def _nothing() -> None:
    """Replace a loop that has ended."""


def _hold_thread_state() -> None:
    """Count one more user of this thread's Python state, so that no library deletes it.

    PyQt makes the state with a count of one. OpenVINO's bindings, where they were imported on the
    thread, take that for their own when their last object goes, and PyQt would then delete it
    again. One small state per ended thread stays allocated until the process ends.
    """
    ctypes.pythonapi.PyGILState_Ensure()


class Worker(QThread):
    """Runs `loop` on its own thread; `stop` makes the loop return.

    Attributes
    ----------
    crashed
        Emitted with one sentence if the loop raised; an exception that left run() would end the
        process.
    """

    crashed = pyqtSignal(str)

    def __init__(
        self,
        name: str,
        loop: Callable[[], None],
        stop: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._loop = loop
        self._stop = stop

    def run(self) -> None:
        _hold_thread_state()
        try:
            self._loop()
        except Exception:  # of any kind: out of run() Qt would end the process; it is restarted
            log.exception("the %s thread crashed", self.objectName())
            self.crashed.emit(f"The {self.objectName()} stage failed; see the log for details.")
        self._loop = self._stop = _nothing  # a thread that is kept holds no network
        release_memory()

    def abandon(self) -> None:
        """Stop tracking a thread that hangs, without waiting; it was told to end when it can."""
        self.setParent(None)
        _ABANDONED[:] = [worker for worker in _ABANDONED if _runs(worker)]
        _ABANDONED.append(self)

    def shut_down(self, timeout_s: float = JOIN_S) -> bool:
        """Stop and wait at most `timeout_s`; return False if the thread still runs then."""
        self._stop()
        ended = self.wait(int(timeout_s * 1000))
        if not ended:
            log.error("the %s thread did not end within %.0f s", self.objectName(), timeout_s)
            self.abandon()
        return ended

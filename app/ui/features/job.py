"""Long work on its own thread, with a progress dialogue and a way to cancel it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QProgressDialog, QWidget

from app.ui.threads import Worker
from app.ui.wakeup import WakeUp
from models.progress import IsCancelled
from widgets.plain import Label

ReportProgress = Callable[[int, int | None, str], None]
"""Takes how much is done, the total or None while unknown, and a line of text. Any thread."""
Work = Callable[[ReportProgress, IsCancelled], object]


class Job(QObject):
    """Runs one piece of work at a time.

    Parameters
    ----------
    silent
        Show no dialogue, for work that takes a moment only.

    Attributes
    ----------
    done
        Emitted with what the work returned, or with None if it raised, which is logged.
    """

    done = pyqtSignal(object)

    def __init__(
        self, window: QWidget, parent: QObject | None = None, silent: bool = False
    ) -> None:
        super().__init__(parent)
        self._silent = silent
        self._window = window
        self._worker: Worker | None = None
        self._dialog: QProgressDialog | None = None
        self._cancel = threading.Event()
        self._progress: tuple[int, int | None, str] = (0, None, "")
        self._outcome: object = None
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self._show_progress)

    @property
    def is_running(self) -> bool:
        """Whether work is running."""
        return self._worker is not None

    def start(self, title: str, work: Work) -> None:
        """Start `work`, unless other work is running."""
        if self._worker is not None:
            return
        self._cancel.clear()
        self._outcome, self._progress = None, (0, None, f"{title}…")

        def run() -> None:
            self._outcome = work(self._report, self._cancel.is_set)

        self._worker = Worker(title.lower(), run, self._cancel.set, self)
        self._worker.finished.connect(self._on_finished)
        if not self._silent:
            self._dialog = self._make_dialog(title)
            self._dialog.show()
        self._worker.start()

    def cancel(self) -> bool:
        """Ask the work to end early, as the dialogue does; whether there was any."""
        is_open = self._dialog is not None and self._dialog.isVisible()
        if self._dialog is not None and is_open:
            self._dialog.canceled.emit()
        return is_open

    def close(self) -> None:
        """Cancel the work and wait for its thread, within bounds."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.finished.disconnect()
            if worker.shut_down():  # else it runs on, and Qt aborts on deleting such a thread
                worker.deleteLater()
        self._drop()

    def _make_dialog(self, title: str) -> QProgressDialog:
        dialog = QProgressDialog(f"{title}…", "Cancel (Esc)", 0, 0, self._window)
        dialog.setLabel(Label(f"{title}…", dialog))
        dialog.setWindowTitle(title)
        dialog.setMinimumWidth(360)
        dialog.setMinimumDuration(0)
        dialog.setAutoClose(False)
        dialog.setAutoReset(False)
        dialog.canceled.connect(self._cancel.set)
        return dialog

    def _report(self, done: int, total: int | None, text: str) -> None:
        self._progress = (done, total, text)
        self._wake_up.notify()

    def _show_progress(self) -> None:
        if self._dialog is None or self._cancel.is_set():
            return
        done, total, text = self._progress
        # Qt counts in 32 bits; a download is longer than that.
        self._dialog.setMaximum(1000 if total else 0)
        self._dialog.setValue(min(999, 1000 * done // total) if total else 0)
        self._dialog.setLabelText(text)

    def _on_finished(self) -> None:
        outcome = self._outcome
        self._drop()
        self.done.emit(outcome)

    def _drop(self) -> None:
        if self._dialog is not None:
            self._dialog.canceled.disconnect()
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None
        if self._worker is not None:
            self._worker.deleteLater()
            self._worker = None

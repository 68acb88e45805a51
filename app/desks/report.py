"""The comparison report from the window: on a thread of its own, with progress and cancel."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QMessageBox, QProgressDialog, QWidget

from app.bridge import WakeUp
from app.report.run import compare
from app.report.values import Cancelled, CompareOptions
from app.settings import Settings, SettingsModel
from app.threads import Worker
from app.translate import pipeline_config, source_size
from models.errors import UserError

log = logging.getLogger(__name__)


class ReportDesk(QObject):
    """Compares both lanes over the whole clip while the window goes on.

    said : one sentence about how it ended.
    """

    said = pyqtSignal(str)

    def __init__(
        self, window: QWidget, model: SettingsModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._worker: Worker | None = None
        self._dialog: QProgressDialog | None = None
        self._cancel = threading.Event()
        self._progress: tuple[int, int | None, str] = (0, None, "")
        self._outcome: Path | str | None = None
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self._on_progress)

    @property
    def is_running(self) -> bool:
        """A report is being made."""
        return self._worker is not None

    def start(self) -> None:
        """Begin a report on the present source and lanes, into a new folder."""
        if self._worker is not None:
            return
        base = Path(platformdirs.user_documents_dir()) / "FlashDepth Live"
        self.start_into(base / time.strftime("report %Y-%m-%d %H.%M.%S"))

    def start_into(self, folder: Path) -> None:
        """Begin a report into `folder`."""
        self._cancel.clear()
        self._outcome, self._progress = None, (0, None, "Reading")
        settings = self._model.value

        def work() -> None:
            self._outcome = self._compare(settings, folder)

        self._worker = Worker("report", work, self._cancel.set, self)
        self._worker.finished.connect(self._on_finished)
        self._dialog = QProgressDialog("Comparing…", "Cancel", 0, 0, self._window)
        self._dialog.setWindowTitle("Report")
        self._dialog.setMinimumDuration(0)
        self._dialog.setAutoClose(False)
        self._dialog.setAutoReset(False)
        self._dialog.canceled.connect(self._cancel.set)
        self._dialog.show()
        self._worker.start()

    def close(self) -> None:
        """Cancel a running report and wait for its thread."""
        if self._worker is not None:
            self._worker.shut_down()
        self._drop()

    def _compare(self, settings: Settings, folder: Path) -> Path | str:
        options = CompareOptions(
            estimator=pipeline_config(settings).options, source_size=source_size(settings)
        )
        try:
            report = compare(
                settings.source,
                settings.model_a,
                settings.model_b,
                folder,
                options=options,
                progress=self._report_progress,
                cancelled=self._cancel.is_set,
            )
        except Cancelled:
            return "The report was cancelled; nothing was written."
        except UserError as error:
            return str(error)
        return report.html

    def _report_progress(self, done: int, total: int | None, stage: str) -> None:
        self._progress = (done, total, stage)
        self._wake_up.notify()

    def _on_progress(self) -> None:
        if self._dialog is None:
            return
        done, total, stage = self._progress
        self._dialog.setMaximum(total or 0)
        self._dialog.setValue(min(done, total or 0))
        self._dialog.setLabelText(f"{stage}: frame {done}" + (f" of {total}" if total else ""))

    def _on_finished(self) -> None:
        outcome = self._outcome
        self._drop()
        if isinstance(outcome, Path):
            self.said.emit(f"The report is in {outcome.parent}")
            self._offer(outcome)
        else:
            self.said.emit(outcome or "The report failed; the log says why.")

    def _offer(self, page: Path) -> None:
        box = QMessageBox(self._window)
        box.setWindowTitle("Report")
        box.setText(f"The report is in {page.parent}.")
        open_button = box.addButton("Open it", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Close)

        def clicked(button: object) -> None:
            if button is open_button:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))

        box.buttonClicked.connect(clicked)
        box.open()

    def _drop(self) -> None:
        if self._dialog is not None:
            self._dialog.canceled.disconnect()
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None
        if self._worker is not None:
            self._worker.deleteLater()
            self._worker = None

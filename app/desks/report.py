"""The comparison report from the window, while the window goes on."""

from __future__ import annotations

import time
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QMessageBox, QWidget

from app.desks.job import IsCancelled, Job, Report
from app.report.run import compare
from app.report.values import Cancelled, CompareOptions
from app.settings import SettingsModel
from app.translate import pipeline_config, source_size
from models.errors import UserError


class ReportDesk(QObject):
    """Compares both lanes over the whole clip.

    said : one sentence about how it ended.
    """

    said = pyqtSignal(str)

    def __init__(
        self, window: QWidget, model: SettingsModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._job = Job(window, self)
        self._job.done.connect(self._on_done)

    def start(self) -> None:
        """Begin a report on the present source and lanes, into a new folder."""
        base = Path(platformdirs.user_documents_dir()) / "FlashDepth Live"
        self.start_into(base / time.strftime("report %Y-%m-%d %H.%M.%S"))

    def start_into(self, folder: Path) -> None:
        """Begin a report into `folder`."""
        settings = self._model.value

        def work(report: Report, cancelled: IsCancelled) -> Path | str:
            def progress(done: int, total: int | None, stage: str) -> None:
                of = f" of {total}" if total else ""
                report(done, total, f"{stage}: frame {done}{of}")

            options = CompareOptions(
                estimator=pipeline_config(settings).options, source_size=source_size(settings)
            )
            try:
                return compare(
                    settings.source, settings.model_a, settings.model_b, folder,
                    options=options, progress=progress, cancelled=cancelled,
                ).html  # fmt: skip
            except Cancelled:
                return "The report was cancelled; nothing was written."
            except UserError as error:
                return str(error)

        self._job.start("Report", work)

    def close(self) -> None:
        """Cancel a running report and wait for its thread."""
        self._job.close()

    def _on_done(self, outcome: object) -> None:
        if isinstance(outcome, Path):
            self.said.emit(f"The report is in {outcome.parent}")
            self._offer(outcome)
        else:
            self.said.emit(str(outcome or "The report failed; the log says why."))

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
        box.finished.connect(box.deleteLater)
        box.open()

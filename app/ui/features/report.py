"""The comparison report from the window, of both lanes over the whole clip.

Playback pauses meanwhile, because the report also measures how fast each model is alone.
"""

from __future__ import annotations

import time
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QWidget

from app.settings.settings import SettingsModel
from app.sources.parsing import is_live
from app.ui.controller import Controller
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.job import Job, ReportProgress
from app.ui.resolve import pipeline_config, playback_options, source_size
from models.errors import UserError
from models.progress import IsCancelled
from widgets.plain import MessageBox


class ReportController(FeatureController):
    """Makes a report in the background and offers to open it."""

    def __init__(
        self,
        window: QWidget,
        model: SettingsModel,
        controller: Controller,
        engine: Engine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._controller = controller
        self._engine = engine
        self._plays_on = False
        self._job = Job(window, self)
        self._job.done.connect(self._on_done)

    def make(self) -> None:
        """Start a report on the current source and lanes, in a new folder."""
        base = Path(platformdirs.user_documents_dir()) / "FlashDepth Live"
        self.make_into(base / time.strftime("report %Y-%m-%d %H.%M.%S"))

    def make_into(self, folder: Path) -> None:
        """Start a report in `folder`."""
        from app.report.run import REFUSED_LIVE, compare
        from app.report.values import Cancelled, CompareOptions

        status = self._engine.capture.status
        if self._job.is_running:
            return
        source, info = self._controller.instead or self._model.value.source, status.info
        if is_live(source) if info is None else info.live:  # no camera is opened a second time
            self.said.emit(REFUSED_LIVE)
            return
        settings = self._model.value
        config, playback = pipeline_config(settings), playback_options(settings)
        options = CompareOptions(
            estimator=config.options,
            source_size=source_size(settings),
            mirror=playback.mirror,
            rotate=playback.rotate,
        )

        def work(on_progress: ReportProgress, cancelled: IsCancelled) -> Path | str:
            def on_frame(done: int, total: int | None, stage: str) -> None:
                of = f" of {total}" if total else ""
                on_progress(done, total, f"{stage}: frame {done}{of}")

            try:
                return compare(
                    source, config.model("a"), config.model("b"), folder,
                    options=options, progress=on_frame, cancelled=cancelled,
                ).html  # fmt: skip
            except Cancelled:
                return "Report cancelled; nothing was written."
            except UserError as error:
                return str(error)

        self._plays_on = status.playing and not status.ended
        if self._plays_on:
            self._controller.set_paused(True)
        self._job.start("Report", work)

    def close(self) -> None:
        """Cancel a running report and wait for its thread."""
        self._job.close()

    def _on_done(self, outcome: object) -> None:
        if self._plays_on:
            self._plays_on = False
            self._controller.set_paused(False)
        if isinstance(outcome, Path):
            self.said.emit(f"The report was saved in {outcome.parent}")
            self._offer(outcome)
        else:
            self.said.emit(str(outcome or "The report failed; see the log for details."))

    def _offer(self, page: Path) -> None:
        box = MessageBox(self._window, "Report", f"The report was saved in {page.parent}.")
        open_button = box.addButton("Open report", MessageBox.ButtonRole.AcceptRole)
        box.addButton(MessageBox.StandardButton.Close)

        def clicked(button: object) -> None:
            if button is open_button:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))

        box.buttonClicked.connect(clicked)
        box.finished.connect(box.deleteLater)
        box.open()

"""The comparison report from the window, of two models over a clip or a part of it.

Playback pauses meanwhile, because the report also measures how fast each model is alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QWidget

from app.settings.model import SettingsModel
from app.sources.parsing import is_live, title_of
from app.ui.controller import Controller
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.job import Job, ReportProgress
from app.ui.resolve import fixed_source, pipeline_config, playback_options, source_size
from models import registry
from models.errors import UserError
from models.progress import IsCancelled
from widgets.plain import MessageBox
from widgets.report_dialog import Clip, ReportChoice, ReportDialog


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
        """Ask which part of the clip and which models to compare, and make the report."""
        info = self._engine.capture.status.info
        if self._job.is_running or self._is_refused():
            return
        from app.report.comparison import ENDLESS_FRAMES

        settings = self._model.value
        config = pipeline_config(settings)
        lanes = (config.model("a"), config.model("b"))
        base = Path(platformdirs.user_documents_dir()) / "FlashDepth Live"
        dialog = ReportDialog(
            Clip(
                info.title if info is not None else title_of(self._source),
                info.frame_count if info is not None else None,
                info.fps if info is not None else None,
                ENDLESS_FRAMES if info is not None and info.is_endless else None,
            ),
            _models(lanes),
            lanes,
            base / time.strftime("report %Y-%m-%d %H.%M.%S"),
            self._window,
        )
        dialog.chosen.connect(self.make_as)
        dialog.open()

    def make_into(self, folder: Path) -> None:
        """Start a report on both lanes and the whole clip in `folder`."""
        config = pipeline_config(self._model.value)
        self.make_as(ReportChoice(0, None, config.model("a"), config.model("b"), folder))

    def cancel(self) -> bool:
        """Cancel a running report; whether one was running."""
        return self._job.cancel()

    @property
    def _source(self) -> str:
        return self._controller.instead or fixed_source(self._model.value)

    def _is_refused(self) -> bool:
        """Say why there can be no report of this source, if there cannot."""
        from app.report.run import REFUSED_LIVE

        info = self._engine.capture.status.info
        is_live_source = is_live(self._source) if info is None else info.live
        if is_live_source:  # no camera is opened a second time
            self.said.emit(REFUSED_LIVE)
        return is_live_source

    def make_as(self, choice: ReportChoice) -> None:
        """Start the report that `choice` describes."""
        from app.report.run import compare
        from app.report.values import Cancelled, CompareOptions

        status = self._engine.capture.status
        if self._job.is_running or self._is_refused():
            return
        settings, source = self._model.value, self._source
        config, playback = pipeline_config(settings), playback_options(settings)
        options = CompareOptions(
            estimator=config.options,
            source_size=source_size(settings),
            mirror=playback.mirror,
            rotate=playback.rotate,
            first_frame=choice.first_frame,
            max_frames=choice.frames,
        )

        def work(on_progress: ReportProgress, cancelled: IsCancelled) -> Path | str:
            def on_frame(done: int, total: int | None, stage: str) -> None:
                of = f" of {total}" if total else ""
                on_progress(done, total, f"{stage}: frame {done}{of}")

            try:
                return compare(
                    source, choice.model_a, choice.model_b, choice.folder,
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


def _models(lanes: Sequence[str]) -> list[tuple[str, str]]:
    """Names and titles of what can be compared: the lanes, and every model that is installed."""
    titles = {name: registry.title(name) for name in lanes}
    for entry in registry.entries():
        if entry.missing() is None:
            titles.setdefault(entry.name, entry.title)
    return list(titles.items())

"""Conversion of a recording from the window, in the background."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog, QWidget

from app.convert.formats import FORMATS
from app.recording.format import is_recording
from app.settings.model import SettingsModel
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.features.job import Job, ReportProgress
from models.errors import UserError
from models.plain_text import without_command
from models.progress import IsCancelled

_FILTERS = {f"{kind.title} (*.{name})": name for name, kind in FORMATS.items()}


class ConvertController(FeatureController):
    """Writes the recording that plays, or another one, in the formats of other tools.

    Of the recording that plays, formats of a single frame get the frame on screen, and depth is in
    metres if it was calibrated.
    """

    def __init__(
        self,
        window: QWidget,
        model: SettingsModel,
        controller: Controller,
        display: Display,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._controller = controller
        self._display = display
        self._job = Job(window, self)
        self._job.done.connect(self._on_done)

    def ask(self) -> None:
        """Ask for what is not known: the recording if none plays, then the file."""
        if self._job.is_running:
            return
        playing = Path(self._model.value.source)
        if is_recording(playing):
            self.ask_for_file(playing)
            return
        dialog = QFileDialog(self._window, "Choose a recording", str(self._folder()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._on_recording)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_for_file(self, recording: Path) -> None:
        """Ask for the format and the file's name."""
        file = Path(platformdirs.user_documents_dir()) / recording.name
        dialog = QFileDialog(self._window, f"Convert {recording.name}", str(file))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(tuple(_FILTERS))
        dialog.setDefaultSuffix(next(iter(FORMATS)))
        dialog.filterSelected.connect(partial(_follow_filter, dialog))
        dialog.fileSelected.connect(partial(self.convert, recording))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def convert(self, recording: Path, path: str) -> None:
        """Write `recording` to `path`, whose suffix says the format; replaces what is there."""
        from app.convert.run import Cancelled, Conversion, convert

        out = Path(path)
        to = out.suffix.lower().removeprefix(".")
        if to not in FORMATS:
            self.said.emit(f"Files of the format {to!r} can't be written; choose one of the list.")
            return
        wanted = Conversion(
            recording,
            to,
            out,
            None if FORMATS[to].is_clip else self._frame(recording),
            self._model.value.cloud_lane,
            force=True,  # the dialog has asked
            calibration=self._controller.calibration if self._plays(recording) else None,
        )

        def work(on_progress: ReportProgress, cancelled: IsCancelled) -> str:
            def on_frame(done: int, total: int) -> None:
                on_progress(done, total, f"Frame {done} of {total}")

            try:
                done = convert(wanted, on_frame, cancelled)
            except Cancelled:
                return "Conversion cancelled; nothing was written."
            except UserError as error:
                return without_command(str(error))
            return f"Saved in {done.path}. {done.note}".rstrip()

        self._job.start("Convert", work)

    def cancel(self) -> bool:
        """Cancel a running conversion; whether one was running."""
        return self._job.cancel()

    def close(self) -> None:
        """Cancel a running conversion and wait for its thread."""
        self._job.close()

    def _plays(self, recording: Path) -> bool:
        return Path(self._model.value.source) == recording and not self._controller.instead

    def _frame(self, recording: Path) -> int:
        """The frame on screen, if it is one of that recording."""
        last = self._display.last
        return last.frame.index if last is not None and self._plays(recording) else 0

    def _folder(self) -> Path:
        """Where recordings are."""
        chosen = self._model.value.record_folder
        return Path(chosen) if chosen else Path(platformdirs.user_videos_dir()) / "FlashDepth Live"

    def _on_recording(self, path: str) -> None:
        if is_recording(path):
            self.ask_for_file(Path(path))
        else:
            self.said.emit(f"{Path(path).name} is not a recording; choose the folder of one.")

    def _on_done(self, sentence: object) -> None:
        self.said.emit(str(sentence or "Nothing was written; see the log for details."))


def _follow_filter(dialog: QFileDialog, chosen: str) -> None:
    dialog.setDefaultSuffix(_FILTERS[chosen])

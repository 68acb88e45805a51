"""What can be done with a recording that has just ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtGui import QDesktopServices

from app.settings.model import SettingsModel
from app.ui.controller import Controller
from app.ui.features.feature import FeatureController
from app.ui.features.recording import RecordingController, clock_text
from app.ui.main_window import MainWindow
from widgets.notices import Notice

if TYPE_CHECKING:
    from app.recording.recorder import RecorderStatus

TOPIC = "recording"
REPLAY = "Replay"
SHOW_FOLDER = "Show folder"


class RecordedController(FeatureController):
    """Offers to replay a recording or to show its folder, except to an audience."""

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        controller: Controller,
        recording: RecordingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._controller = controller
        self._notices = window.stage.notices
        self._folder: Path | None = None
        self._notices.pressed.connect(self._on_pressed)
        recording.changed.connect(self._on_changed)
        recording.finished.connect(self._on_finished)

    def _on_changed(self, is_recording: bool, _line: str) -> None:
        if is_recording:
            self._notices.remove(TOPIC)

    def _on_finished(self, folder: Path, status: RecorderStatus) -> None:
        self._folder = folder
        if not status.frames:
            if not status.message:  # else that was said
                self.said.emit("Nothing was recorded: no frame came before the recording ended.")
            return
        text = f"Recorded {clock_text(status.seconds)}, {status.frames} frames, in {folder}."
        if self._window.isFullScreen() or self._model.value.presenter:
            self.said.emit(text)
        else:
            self._notices.show_notice(TOPIC, Notice(text, "good", (REPLAY, SHOW_FOLDER)))

    def _on_pressed(self, topic: str, button: str) -> None:
        if topic != TOPIC or self._folder is None:
            return
        if button == SHOW_FOLDER:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
            return
        self._notices.remove(TOPIC)
        self._controller.open_source(str(self._folder))

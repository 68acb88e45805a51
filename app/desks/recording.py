"""Recording from the window: one button, one folder per recording, one line on how it goes."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.bridge import WakeUp
from app.engine import Engine
from app.recording.manifest import RecordingFacts, model_facts
from app.recording.recorder import Recorder, RecorderOptions
from app.recording.writer import Content
from app.settings import SettingsModel
from models.errors import UserError

log = logging.getLogger(__name__)

_TELL_MS = 500


class RecordingDesk(QObject):
    """Starts and ends recordings.

    changed : recording began, ended or went on: (is recording, a line such as "0:12, 3 lost").
    failed : one sentence; the live view goes on.
    """

    changed = pyqtSignal(bool, str)
    failed = pyqtSignal(str)

    def __init__(
        self,
        model: SettingsModel,
        engine: Engine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._engine = engine
        self._recorder: Recorder | None = None
        self._gaps = 0
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self._look)
        self._timer = QTimer(self)
        self._timer.setInterval(_TELL_MS)
        self._timer.timeout.connect(self._look)

    @property
    def is_recording(self) -> bool:
        """A recording is being made."""
        return self._recorder is not None

    @property
    def gaps(self) -> int:
        """Frames that could not be recorded since the start of the app."""
        return self._gaps + (self._recorder.status.gaps if self._recorder is not None else 0)

    def toggle(self) -> None:
        """Start a recording in the folder of the settings, or end the one that runs."""
        if self._recorder is not None:
            self.stop()
        else:
            self.start(new_folder(self._model.value.record_folder))

    def start(self, folder: Path) -> None:
        """Record into `folder`, which is made. Says so by `failed` where it cannot."""
        info = self._engine.capture.status.info
        if self._recorder is not None or info is None:
            self.failed.emit("There is nothing to record yet; open a source first.")
            return
        settings = self._model.value
        facts = RecordingFacts(
            info, settings.as_dict(), model_facts(settings.model_a, settings.model_b)
        )
        content = Content(
            disparity=settings.record_disparity,
            composite=settings.record_composite,
            colormap=settings.colormap,
        )
        recorder = Recorder(folder, facts, RecorderOptions(content), self._wake_up.notify)
        try:
            recorder.start()
        except UserError as error:
            self.failed.emit(str(error))
            return
        self._recorder = recorder
        inference = self._engine.inference
        inference.taps = (*inference.taps, recorder.offer)
        self._timer.start()
        self._look()

    def stop(self) -> None:
        """End the recording; what waits is written first, within a few seconds."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        self._timer.stop()
        inference = self._engine.inference
        inference.taps = tuple(t for t in inference.taps if t != recorder.offer)
        recorder.stop()
        status = recorder.status
        self._gaps += status.gaps
        self.changed.emit(False, f"{status.frames} frames in {recorder.folder}")
        if status.message:
            self.failed.emit(status.message)

    def close(self) -> None:
        """End whatever runs."""
        self.stop()

    def _look(self) -> None:
        if self._recorder is None:
            return
        status = self._recorder.status
        if not status.recording:
            self.stop()
            return
        minutes, seconds = divmod(int(status.seconds), 60)
        lost = f", {status.gaps} lost" if status.gaps else ""
        self.changed.emit(True, f"{minutes}:{seconds:02d}{lost}")


def new_folder(parent: str) -> Path:
    """A folder for a new recording, named by the time, in `parent` or in the videos folder."""
    base = Path(parent) if parent else Path(platformdirs.user_videos_dir()) / "FlashDepth Live"
    return base / time.strftime("%Y-%m-%d %H.%M.%S")

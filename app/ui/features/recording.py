"""Recording from the window: one button, one folder per recording."""

from __future__ import annotations

import logging
import queue
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.core.source import SourceInfo
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.status import StatusController
from app.ui.main_window import MainWindow
from app.ui.wakeup import WakeUp
from models.errors import UserError
from widgets import theme

if TYPE_CHECKING:
    from app.recording.recorder import Recorder, RecorderStatus

log = logging.getLogger(__name__)

_POLL_MS = 500
_CLOSING_S = 8.0
_STUCK_S = 3.0


class RecordingController(FeatureController):
    """Starts and ends recordings.

    Attributes
    ----------
    changed
        Emitted when recording began, went on or ended: whether it runs, and a line such as
        "0:12 · 34 MB · 120 GB free", "" at the end.
    finished
        Emitted with the folder and the last RecorderStatus once a recording is complete.
    failed
        Emitted with one sentence, which is also `said`; the live view goes on.
    """

    changed = pyqtSignal(bool, str)
    finished = pyqtSignal(object, object)
    failed = pyqtSignal(str)

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        engine: Engine,
        status: StatusController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._button = window.record_button
        self._model = model
        self._engine = engine
        self._recorder: Recorder | None = None
        self._gaps = 0
        self._is_stuck = False
        self._savers: list[threading.Thread] = []
        self._finished: queue.SimpleQueue[Recorder] = queue.SimpleQueue()
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self._poll)
        self._button.clicked.connect(self.toggle)
        self.changed.connect(status.set_recording)
        self.changed.connect(self._on_changed)
        self.failed.connect(self._on_failed)
        self._unsubscribe = model.subscribe(self._record_changes)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def is_recording(self) -> bool:
        """Whether a recording is running."""
        return self._recorder is not None

    @property
    def is_saving(self) -> bool:
        """Whether a recording that was stopped is still being written."""
        return any(thread.is_alive() for thread in self._savers)

    @property
    def frames(self) -> int:
        """Frames that the recording that is running has written; 0 without one."""
        return self._recorder.status.frames if self._recorder is not None else 0

    @property
    def gaps(self) -> int:
        """Frames that could not be recorded since the start of the app."""
        return self._gaps + (self._recorder.status.gaps if self._recorder is not None else 0)

    def toggle(self) -> None:
        """Start a recording in the folder of the settings, or end the current one."""
        if self._recorder is not None:
            self.stop()
        else:
            self.record(new_folder(self._model.value.record_folder))

    def record(self, folder: Path) -> None:
        """Record into a new `folder`; `failed` says why if that is not possible."""
        info = self._engine.capture.status.info
        if self._recorder is not None:
            self.failed.emit("A recording is already running; stop it first.")
            return
        if info is None:
            self.failed.emit("There is nothing to record yet; open a source first.")
            return
        recorder = self._make_recorder(folder, info)
        try:
            recorder.start()
        except UserError as error:
            self.failed.emit(str(error))
            return
        self._recorder = recorder
        inference = self._engine.inference
        inference.taps = (*inference.taps, recorder.offer)
        self._timer.start()
        self._poll()
        if recorder.status.message:  # it records, but not everything
            self.failed.emit(recorder.status.message)

    def _make_recorder(self, folder: Path, info: SourceInfo) -> Recorder:
        """Return a recorder for the current settings. Loads what records, which no start needs."""
        from app.recording.manifest import RecordingFacts, model_facts
        from app.recording.recorder import Recorder, RecorderOptions
        from app.recording.writer import Content

        settings = self._model.value
        facts = RecordingFacts(
            info, settings.as_dict(), model_facts(settings.model_a, settings.model_b)
        )
        content = Content(
            disparity=settings.record_disparity,
            composite=settings.record_composite,
            colormap=settings.colormap,
            inside=settings.record_inside,
        )
        options = RecorderOptions(content, settings.record_sound)
        return Recorder(folder, facts, options, self._wake_up.notify)

    def stop(self) -> None:
        """End the recording; `changed` says when it is complete.

        What is queued is still written, on its own thread, so that a slow disk does not block the
        window.
        """
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        self._timer.stop()
        inference = self._engine.inference
        inference.taps = tuple(t for t in inference.taps if t != recorder.offer)

        def finish() -> None:
            recorder.stop()
            self._finished.put(recorder)
            self._wake_up.notify()

        thread = threading.Thread(target=finish, name="recording saver", daemon=True)
        self._savers = [old for old in self._savers if old.is_alive()] + [thread]
        thread.start()

    def close(self) -> None:
        """End the recording and wait until it is written, within bounds."""
        self._unsubscribe()
        self.stop()
        for thread in self._savers:
            thread.join(_CLOSING_S)
        self._report_finished()

    def _on_changed(self, is_recording: bool, _line: str) -> None:
        self._button.setChecked(is_recording)
        self._button.setIcon(theme.icon("record", "bad" if is_recording else "text"))

    def _on_failed(self, sentence: str) -> None:
        self._button.setChecked(self.is_recording)  # a click has checked it
        self.said.emit(sentence)

    def _record_changes(self, settings: Settings, changed: frozenset[str]) -> None:
        recorder = self._recorder
        if recorder is not None:
            from app.recording.manifest import setting_entry

            recorder.note(setting_entry(key, getattr(settings, key)) for key in sorted(changed))

    def _report_finished(self) -> None:
        while True:
            try:
                recorder = self._finished.get_nowait()
            except queue.Empty:
                return
            status = recorder.status
            self._gaps += status.gaps
            if self._recorder is None:
                self.changed.emit(False, "")
            self.finished.emit(recorder.folder, status)
            if status.message:
                self.failed.emit(status.message)

    def _poll(self) -> None:
        self._report_finished()
        if self._recorder is None:
            return
        status = self._recorder.status
        if not status.recording:
            self.stop()
            return
        self._warn_if_stuck(self._recorder.stuck_s > _STUCK_S)
        self.changed.emit(True, _line_of(status))

    def _warn_if_stuck(self, is_stuck: bool) -> None:
        """Say once that the disk does not take what is recorded; it may recover."""
        was_stuck, self._is_stuck = self._is_stuck, is_stuck
        if is_stuck and not was_stuck:
            self.failed.emit(
                "The disk is not responding, so recording is on hold; check its cable, or stop the "
                "recording."
            )


def clock_text(seconds: float) -> str:
    """`seconds` as minutes and seconds, such as "1:05"."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _line_of(status: RecorderStatus) -> str:
    parts = [clock_text(status.seconds), amount_text(status.size_bytes)]
    if status.free_bytes is not None:
        parts.append(f"{amount_text(status.free_bytes)} free")
    if status.gaps:
        parts.append(f"{status.gaps} frames lost")
    return " · ".join(parts)


def amount_text(size_bytes: int) -> str:
    """`size_bytes` in MB or GB."""
    megabytes = size_bytes / 1e6
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def new_folder(parent: str) -> Path:
    """Return a folder for a new recording, named by the time.

    Parameters
    ----------
    parent
        Folder to record in; "" takes one in the user's videos folder.
    """
    base = Path(parent) if parent else Path(platformdirs.user_videos_dir()) / "FlashDepth Live"
    return base / time.strftime("%Y-%m-%d %H.%M.%S")

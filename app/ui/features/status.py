"""The status strip: what comes in, how fast, and what is wrong."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace

import psutil
from PyQt6.QtCore import QObject, QTimer

from app.core.results import FrameResult, LaneResult
from app.engine.commands import CaptureStatus
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.sources.parsing import title_of
from app.ui.captions import how_to_read
from app.ui.display import Display
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow
from app.ui.readings import PaceMeter
from app.ui.states import states
from app.views import workspaces
from models.errors import UserError
from models.plain_text import SENTENCE, single_line, without_credentials
from widgets.status_strip import StatusReading

_STATUS_MS = 250
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_NOTE_S = 12.0
_SAME_CUT_FRAMES = 25
_WARM_UP_S = 0.5
"""A first frame that comes sooner is not mentioned."""


class StatusController(FeatureController):
    """Updates the status strip a few times a second and the transport with every frame."""

    def __init__(
        self,
        window: MainWindow,
        engine: Engine,
        display: Display,
        model: SettingsModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._engine = engine
        self._display = display
        self._model = model
        self._pace = PaceMeter()
        self._process = psutil.Process()
        self._note, self._note_until = "", 0.0
        self._recording = ""
        self._dropped_before = 0
        self._standing: dict[str, tuple[str, bool]] = {}
        self._lane_notes: dict[str, str] = {}
        self._source_note = ""
        self._warning = ""
        self._headline = self._title = ""
        self._details: tuple[str, ...] = ()
        self._gpu_memory_mb: float | None = None
        self._knows_devices = False
        self._marks: list[tuple[int, str]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_STATUS_MS)
        self._timer.timeout.connect(self._show_strip)
        display.shown.connect(self.add)

    def start(self) -> None:
        """Begin to update the strip."""
        self._timer.start()

    def close(self) -> None:
        """Stop updating the strip."""
        self._timer.stop()

    @property
    def pace(self) -> PaceMeter:
        """How fast results reach the screen."""
        return self._pace

    def say(self, sentence: str) -> None:
        """Show one sentence for some seconds."""
        self._note = single_line(without_credentials(sentence), SENTENCE)
        self._note_until = time.monotonic() + _NOTE_S
        self._show_strip()

    def set_recording(self, is_recording: bool, line: str) -> None:
        """Show the recorder's line while a recording runs."""
        self._recording = line if is_recording else ""

    def set_standing(self, topic: str, words: str, is_technical: bool = False) -> None:
        """Show a lasting state, one per topic; "" removes it. An audience sees no technical one."""
        self._standing[topic] = words, is_technical

    def set_warning(self, sentence: str) -> None:
        """Show a lasting warning; "" removes it."""
        self._warning = sentence

    def set_headline(self, sentence: str) -> None:
        """Show what the numbers say of the pictures; "" where they say nothing."""
        self._headline = sentence

    def set_caption(self, title: str, detail: str) -> None:
        """Show to an audience what is on screen, and sentences that explain it."""
        self._title = title
        self._details = _sentences(detail)

    def devices_known(self) -> None:
        """Name the device from now on: torch, which knows it, is loaded."""
        self._knows_devices = True

    def set_gpu_memory(self, megabytes: float | None) -> None:
        """Show how much GPU memory is in use; None where that is unknown."""
        self._gpu_memory_mb = megabytes

    def forget(self) -> None:
        """Forget marks and pace: another source is being opened."""
        self._marks.clear()
        self._window.transport.set_marks(())
        self._pace.clear()
        self._dropped_before = self._engine.dropped

    def add(self, result: FrameResult) -> None:
        """Count a result that was shown."""
        self._pace.add(result, time.monotonic_ns())
        for name, lane in result.lanes.items():
            if lane.note and lane.note != self._lane_notes.get(name):
                self.say(lane.note)
            self._lane_notes[name] = lane.note
        if result.cut:
            self._mark(result.frame.index)

    def _mark(self, index: int) -> None:
        """Mark a cut on the time line.

        Where frames are dropped a cut is seen a little late, so marks close together are one cut,
        of which the earliest is kept.
        """
        near = [mark for mark in self._marks if abs(mark[0] - index) < _SAME_CUT_FRAMES]
        if any(mark[0] <= index for mark in near):
            return
        self._marks = [mark for mark in self._marks if mark not in near]
        self._marks.append((index, "cut"))
        self._window.transport.set_marks(self._marks)

    def show_transport(self) -> None:
        """Show the position in the source and whether it plays."""
        status = self._engine.capture.status
        transport = self._window.transport
        transport.set_playing(status.playing and not status.ended)
        info, last = status.info, self._display.last
        title = info.title if info is not None else title_of(status.spec)
        is_known = info is not None or status.failed
        if is_known and not self._display.is_stale:  # the title follows the picture
            self._window.source_menu.set_label(title)
            self._window.set_source_title(title)
        if info is None or last is None:
            transport.set_position(0, None, 0.0, None)
            return
        duration_s = info.frame_count / info.fps if info.frame_count and info.fps else None
        transport.set_position(last.frame.index, info.frame_count, last.frame.time_s, duration_s)

    def _show_strip(self) -> None:
        capture = self._engine.capture.status
        self._show_warming_up()
        self._say_note(capture)
        said = StatusReading(
            recording=self._recording, warning=self._warning, notes=self._notes(capture)
        )
        settings, numbers = self._model.value, self._window.numbers
        has_numbers = not settings.presenter
        measured = self._measured(said, capture) if has_numbers or settings.numbers else said
        if settings.presenter:
            shown = replace(said, headline=self._headline or self._title, details=self._details)
        elif workspaces.find(settings.workspace).has_headline:
            shown = replace(said, headline=self._headline, details=self._explained(settings))
        else:
            shown = measured
        self._window.status.show_reading(shown)
        numbers.setVisible(settings.numbers)
        if settings.numbers:
            numbers.show_reading(replace(measured, notes=()))

    def _explained(self, settings: Settings) -> tuple[str, ...]:
        """How to read the pictures, where the numbers support no headline."""
        is_shown = self._display.last is not None and self._display.last.lanes
        return _sentences(how_to_read(settings)) if is_shown and not self._headline else ()

    def _measured(self, reading: StatusReading, capture: CaptureStatus) -> StatusReading:
        """Add every number that is known now."""
        last, pace = self._display.last, self._pace.read()
        lane = next(iter(last.lanes.values()), None) if last is not None else None
        moving = capture.playing and pace.fps > 0
        if last is not None and self._window.inspector.isVisible():
            self._show_cost(last.lanes)
        return replace(
            reading,
            source=capture.info.title if capture.info else "",
            source_size=last.frame.size if last is not None else None,
            network_size=lane.depth.network_size if lane is not None else None,
            fps=pace.fps if moving else None,
            source_fps=capture.info.fps if capture.info else None,
            latency_ms=pace.latency_ms if moving else None,
            stages=tuple(pace.stages_ms.items()) if moving else (),
            dropped=max(0, self._engine.dropped - self._dropped_before),
            device=self._device(),
            memory_mb=self._process.memory_info().rss / 1e6,
            gpu_memory_mb=self._gpu_memory_mb,
        )

    def _notes(self, capture: CaptureStatus) -> tuple[str, ...]:
        note = self._note if time.monotonic() < self._note_until else ""
        paused = "" if capture.playing else "paused"
        has_audience = self._model.value.presenter
        standing = (
            words
            for words, is_technical in self._standing.values()
            if not (is_technical and has_audience)
        )
        every = (note, paused, *states(self._model.value), *standing)
        return tuple(each for each in every if each)

    def _say_note(self, capture: CaptureStatus) -> None:
        """Say once what is wrong with a file, such as damage; the inspector keeps showing it."""
        note = capture.info.note if capture.info is not None and not capture.info.live else ""
        before, self._source_note = self._source_note, note
        if note and not before:
            self._note, self._note_until = note, time.monotonic() + _NOTE_S

    def _show_warming_up(self) -> None:
        """Say that the first frame of a size or model takes longer, once it does."""
        since_s = self._engine.inference.warming_since_s
        is_long = since_s is not None and time.monotonic() - since_s > _WARM_UP_S
        self.set_standing("warm-up", "warming up" if is_long else "")
        if is_long:
            self._display.show_warming_up()

    def _show_cost(self, lanes: Mapping[str, LaneResult]) -> None:
        """Show in the inspector what the chosen input size costs."""
        parts = [
            f"{name.upper()}: {lane.depth.network_size[0]}×{lane.depth.network_size[1]}, "
            f"{lane.compute_ms:.0f} ms a frame"
            for name, lane in lanes.items()
            if lane.depth.network_size is not None
        ]
        self._window.inspector.model.set_cost("\n".join(parts))

    def _device(self) -> str:
        if not self._knows_devices:
            return ""
        from models.devices import device

        try:
            return device.describe(self._model.value.device)
        except UserError as error:
            return str(error)


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(part for part in _SENTENCE_END.split(text) if part)

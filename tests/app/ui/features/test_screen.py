"""Which of the engine's results reach the screen, and the reason where none does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from pytestqt.qtbot import QtBot

from app.core.results import FrameResult
from app.core.slots import LatestSlot
from app.core.source import SourceInfo
from app.engine.commands import CaptureStatus
from app.settings.model import SettingsModel
from app.ui.features.screen import ScreenController
from app.ui.resolve import DisplayOptions
from models.frames import Frame
from tests.support.display import FakeDisplay
from tests.support.fakes import make_frame

CAMERA = SourceInfo("camera:C920", "C920", True, (1280, 720))


class _Engine(QObject):
    """Stands in for the engine, the controller and the status strip."""

    changed = pyqtSignal()
    calibration_changed = pyqtSignal()
    calibration = None

    def __init__(self) -> None:
        super().__init__()
        self.results: LatestSlot[FrameResult] = LatestSlot()
        self.capture = self.inference = self
        self.status, self.state = CaptureStatus(), ""
        self.waiting_frame: Frame | None = None
        self.is_configured = True

    def forget(self) -> None: ...

    def forget_source(self) -> None: ...

    def show_transport(self) -> None: ...


class _Display(FakeDisplay):
    def __init__(self) -> None:
        super().__init__()
        self.frames: list[int] = []
        self.options: list[DisplayOptions] = []
        self.messages: list[str] = []

    def show(self, result: FrameResult) -> None:
        self.last = result
        self.frames.append(result.frame.index)

    def apply(self, options: DisplayOptions) -> None:
        self.options.append(options)

    def set_source_message(self, text: str, _is_away: bool) -> None:
        self.messages.append(text)


class _Surroundings:
    def __init__(self) -> None:
        self.model, self.engine, self.display = SettingsModel(), _Engine(), _Display()
        parts: tuple[Any, ...] = (self.engine, self.engine, self.display, self.engine)
        self.screen = ScreenController(self.model, *parts)

    def show(self, index: int, segment: int = 0) -> None:
        self.engine.results.put(FrameResult(make_frame(index, segment=segment), {}))
        self.engine.changed.emit()


@pytest.fixture
def around(qtbot: QtBot) -> Iterator[_Surroundings]:
    made = _Surroundings()
    yield made
    for timer in made.screen.findChildren(QTimer):
        timer.stop()


def test_a_finished_result_is_shown_and_passed_on(around: _Surroundings) -> None:
    passed_on: list[FrameResult] = []
    around.display.shown.connect(passed_on.append)
    around.show(3)
    assert around.display.frames == [3]
    assert [result.frame.index for result in passed_on] == [3]


def test_a_result_of_the_source_before_is_not_shown(around: _Surroundings) -> None:
    around.engine.status = CaptureStatus(first_segment=2)
    around.show(0, segment=1)
    around.show(1, segment=2)
    assert around.display.frames == [1]


def test_nothing_is_shown_any_more_once_it_is_closed(around: _Surroundings) -> None:
    around.screen.close()
    around.show(0)
    around.model.replace(view="wipe")
    assert around.display.frames == [] and around.display.options == []


@pytest.mark.parametrize(
    ("status", "any_shown", "why"),
    [
        (CaptureStatus(message="There is no file x.", failed=True), False, "There is no file x."),
        (CaptureStatus(info=CAMERA, message="No camera found"), False, "No camera found"),
        (CaptureStatus(info=CAMERA, message="It was unplugged."), True, ""),
        (CaptureStatus(message="Opening the source…"), False, ""),
    ],
)
def test_a_window_that_never_showed_a_picture_says_why(
    around: _Surroundings, status: CaptureStatus, any_shown: bool, why: str
) -> None:
    if any_shown:
        around.show(0)
    around.engine.status = status
    assert around.screen.why_nothing_was_shown() == why


def test_until_the_first_result_the_frames_that_wait_are_shown(around: _Surroundings) -> None:
    for index in (0, 0, 1):
        frame = around.engine.waiting_frame
        if frame is None or frame.index != index:
            around.engine.waiting_frame = make_frame(index)
        around.engine.changed.emit()
    assert around.display.previews == [0, 1]
    around.show(1)
    around.engine.waiting_frame = make_frame(2)
    around.engine.changed.emit()
    assert around.display.previews == [0, 1]
    assert around.screen.why_nothing_was_shown() == ""


def test_a_waiting_frame_of_the_source_before_is_not_shown(around: _Surroundings) -> None:
    around.engine.status = CaptureStatus(first_segment=2)
    around.engine.waiting_frame = make_frame(0, segment=1)
    around.engine.changed.emit()
    assert around.display.previews == []


def test_what_an_empty_pane_waits_for_is_first_its_model_and_then_a_picture(
    around: _Surroundings,
) -> None:
    around.engine.is_configured = False
    around.engine.state = "Loading the model…"
    around.screen.start()
    around.engine.changed.emit()
    assert around.display.waits_for == "models"
    assert around.display.messages == [""], "the panes say it already"
    around.engine.is_configured, around.engine.state = True, ""
    around.engine.changed.emit()
    assert around.display.waits_for == "picture"
    around.engine.state = "Loading the model…"  # another one
    around.engine.changed.emit()
    assert around.display.messages[-1] == "Loading the model…"
    around.screen.close()

"""The status strip."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.core.results import FrameResult, LaneResult
from app.core.source import SourceInfo
from app.engine.capture import CaptureStatus
from app.settings.settings import Settings
from app.ui.features.status import StatusController
from models.frames import DepthMap, Unit
from tests.support.display import FakeDisplay
from tests.support.fakes import make_frame
from widgets.status_strip import StatusReading


class _Surroundings:
    """What the controller reads from and writes to."""

    def __init__(self) -> None:
        self.readings: list[StatusReading] = []
        self.engine = SimpleNamespace(
            capture=SimpleNamespace(status=CaptureStatus()),
            inference=SimpleNamespace(warming_since_s=None),
            dropped=0,
        )
        self.display = FakeDisplay()
        self.model: Any = SimpleNamespace(value=Settings(device="cpu", workspace="compare"))
        self.numbers: list[StatusReading] = []
        self.window = SimpleNamespace(
            status=SimpleNamespace(show_reading=self.readings.append),
            numbers=SimpleNamespace(show_reading=self.numbers.append, setVisible=_ignore),
            inspector=SimpleNamespace(isVisible=bool),
        )


def _ignore(_value: object) -> None:
    pass


@pytest.fixture
def around(qtbot: QtBot) -> Iterator[tuple[StatusController, Any]]:
    surroundings = _Surroundings()
    parts: tuple[Any, ...] = (surroundings.window, surroundings.engine, surroundings.display)
    controller = StatusController(*parts, surroundings.model)
    yield controller, surroundings
    controller.close()


def timer_of(controller: StatusController) -> QTimer:
    (timer,) = controller.findChildren(QTimer)
    return timer


def _result(note: str) -> FrameResult:
    plane = np.ones((12, 16), np.float32)
    depth = DepthMap(plane, Unit.RELATIVE, 0)
    lane = LaneResult("x", depth, plane.astype(np.uint8), (0.0, 1.0), 1.0, False, note)
    return FrameResult(make_frame(), {"a": lane})


def test_warming_up_is_said_only_when_it_lasts_and_until_it_is_over(
    around: tuple[StatusController, Any],
) -> None:
    controller, surroundings = around
    said = []
    for since_s in (time.monotonic() + 60.0, time.monotonic() - 60.0, None):
        surroundings.engine.inference.warming_since_s = since_s
        timer_of(controller).timeout.emit()
        said.append("warming up" in surroundings.readings[-1].notes)
    assert said == [False, True, False]
    assert surroundings.display.warmed == 1


def test_the_note_of_a_lane_is_shown_once(
    around: tuple[StatusController, Any],
) -> None:
    controller, surroundings = around
    for note in ("", "Runs smaller.", "Runs smaller."):
        controller.add(_result(note))
    assert [r.notes for r in surroundings.readings] == [("Runs smaller.",)]


def test_what_the_picture_says_of_the_source_is_not_said_again_in_the_strip(
    around: tuple[StatusController, Any],
) -> None:
    controller, surroundings = around
    camera = SourceInfo("camera:0", "C920", True, (16, 12))
    for status in (
        CaptureStatus(message="There is no file x.", failed=True),
        CaptureStatus(info=camera, message="C920 sends no pictures."),
        CaptureStatus(info=replace(camera, note="Showing the built-in scene.")),
    ):
        surroundings.engine.capture.status = status
        timer_of(controller).timeout.emit()
        reading = surroundings.readings[-1]
        assert reading.warning == "" and reading.notes == ()


def test_an_audience_reads_no_sizes_and_times_but_sees_what_is_recorded(
    around: tuple[StatusController, Any],
) -> None:
    controller, surroundings = around
    controller.set_standing("instead", "backup clip, F12 returns")
    controller.set_standing("budget", "input size 192 px (auto)", is_technical=True)
    controller.set_recording(True, "0:12")
    timer_of(controller).timeout.emit()
    usual = surroundings.readings[-1]
    assert "input size 192 px (auto)" in usual.notes
    assert usual.memory_mb is not None
    surroundings.model.value = Settings(device="cpu", workspace="compare", presenter=True)
    timer_of(controller).timeout.emit()
    shown = surroundings.readings[-1]
    assert shown == StatusReading(recording=usual.recording, notes=("backup clip, F12 returns",))
    assert shown.recording


def test_a_headline_stands_for_the_numbers_which_are_one_key_away(
    around: tuple[StatusController, Any],
) -> None:
    controller, surroundings = around
    surroundings.model.value = Settings(device="cpu", workspace="look")
    timer_of(controller).timeout.emit()
    assert surroundings.readings[-1] == StatusReading()  # the numbers say nothing yet
    controller.set_headline("Memory: 2.4× steadier here")
    timer_of(controller).timeout.emit()
    shown = surroundings.readings[-1]
    assert shown == StatusReading(headline="Memory: 2.4× steadier here")
    assert not surroundings.numbers
    surroundings.model.value = Settings(device="cpu", workspace="look", numbers=True)
    timer_of(controller).timeout.emit()
    assert surroundings.numbers[-1].memory_mb is not None
    assert surroundings.readings[-1] == shown


def test_without_a_headline_it_says_how_to_read_the_pictures(
    around: tuple[StatusController, Any],
) -> None:
    controller, surroundings = around
    surroundings.model.value = Settings(device="cpu", workspace="look")
    surroundings.display.last = _result("")
    timer_of(controller).timeout.emit()
    (first, *_) = surroundings.readings[-1].details
    assert first == "Red is near, blue is far."
    controller.set_headline("Memory: 2.4× steadier here")
    timer_of(controller).timeout.emit()
    assert surroundings.readings[-1].details == ()


def test_an_audience_reads_what_is_on_screen_until_the_numbers_say_more(
    around: tuple[StatusController, Any],
) -> None:
    controller, surroundings = around
    surroundings.model.value = Settings(device="cpu", presenter=True)
    controller.set_caption("Two lanes", "Bright is near. Both see the same frames; look.")
    timer_of(controller).timeout.emit()
    shown = surroundings.readings[-1]
    assert shown.headline == "Two lanes"
    assert shown.details == ("Bright is near.", "Both see the same frames; look.")
    controller.set_headline("Memory: 2.4× steadier here")
    timer_of(controller).timeout.emit()
    assert surroundings.readings[-1].headline == "Memory: 2.4× steadier here"

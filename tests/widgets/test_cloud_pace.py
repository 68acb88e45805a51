"""How often a live cloud is drawn where a CPU draws it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from models.frames import Unit
from renderers.levels import quantise
from tests.support.clouds import CAMERA, RANGE, canvas_of, scene
from tests.support.timers import running_timers
from tests.support.waiting import ManualClock
from widgets.cloud_pace import SOFTWARE_REST_MS, TICK_MS, CloudPace
from widgets.cloud_pane import CloudPane


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def pace(qtbot: QtBot, clock: ManualClock) -> Iterator[CloudPace]:
    made = CloudPace(clock=clock)
    yield made
    made.stop()


def test_the_first_frame_and_one_after_a_rest_are_due_at_once(
    pace: CloudPace, clock: ManualClock
) -> None:
    due: list[float] = []
    pace.due.connect(lambda: due.append(clock()))
    pace.request()
    pace.observe(10.0)
    clock.advance(SOFTWARE_REST_MS / 1e3)
    pace.request()
    assert len(due) == 2
    assert running_timers(pace) == []


def test_frames_that_come_sooner_wait_for_the_rest_and_are_due_once(
    pace: CloudPace, clock: ManualClock, qtbot: QtBot
) -> None:
    due: list[float] = []
    pace.due.connect(lambda: due.append(clock()))
    pace.observe(10.0)
    clock.advance(0.04)
    pace.request()
    pace.request()
    (timer,) = running_timers(pace)
    assert timer.interval() == SOFTWARE_REST_MS - 40
    assert due == []
    qtbot.waitUntil(lambda: len(due) == 1, timeout=5_000)
    assert running_timers(pace) == []


@pytest.mark.parametrize(
    ("draw_ms", "rest_ms", "sway_ms"),
    [(5.0, SOFTWARE_REST_MS, TICK_MS), (60.0, 240, 240), (5000.0, 400, 400)],
)
def test_drawing_takes_a_quarter_of_the_time_at_most(
    pace: CloudPace, draw_ms: float, rest_ms: int, sway_ms: int
) -> None:
    pace.observe(draw_ms)
    assert pace.rest_ms() == rest_ms
    assert pace.sway_ms(is_slowed=False) == sway_ms
    assert pace.sway_ms(is_slowed=True) == 400


def show(pane: CloudPane, brightness: int) -> None:
    rgb, disparity = scene()
    rgb[:] = brightness
    pane.show_cloud(rgb, disparity, quantise(disparity, RANGE), RANGE, Unit.INVERSE_METRE, CAMERA)


@pytest.mark.gl
def test_the_last_frame_of_a_stream_is_shown_and_a_grab_is_never_older(
    pane: CloudPane, qtbot: QtBot
) -> None:
    window = pane.window()
    assert window is not None
    canvas_of(pane).software = True
    for brightness in (60, 90, 120):
        show(pane, brightness)
    assert pane.grab_image().max() == 120
    drawn = pane.frames_painted
    show(pane, 150)
    qtbot.waitUntil(lambda: pane.frames_painted > drawn, timeout=5_000)
    assert pane.grab_image().max() == 150

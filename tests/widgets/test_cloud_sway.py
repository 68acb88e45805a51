"""Slow movement of the viewer, while there is something to see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from models.frames import Unit
from renderers.camera import CameraPose
from renderers.cloud_options import CloudOptions
from renderers.levels import quantise
from tests.support.clouds import CAMERA, RANGE, drag, scene, surface_of, wheel
from tests.support.timers import running_timers
from tests.support.waiting import ManualClock
from widgets.cloud_pane import CloudPane
from widgets.cloud_sway import PERIOD_S, REST_AFTER_S, CloudSway

HOME = CameraPose((0.0, 0.0, -3.0), 3.0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sway(qtbot: QtBot, clock: ManualClock) -> Iterator[CloudSway]:
    made = CloudSway(clock=clock)
    made.set_in_sight(True)
    yield made
    made.stop()


def poses(sway: CloudSway) -> list[CameraPose]:
    seen: list[CameraPose] = []
    sway.moved.connect(seen.append)
    return seen


def test_it_moves_slowly_about_where_it_began(
    sway: CloudSway, clock: ManualClock, qtbot: QtBot
) -> None:
    seen = poses(sway)
    sway.frame_arrived()
    sway.start(HOME)
    clock.advance(0.1)
    qtbot.waitUntil(lambda: len(seen) > 0, timeout=5_000)
    assert seen[0].target == HOME.target
    assert 0 < seen[0].yaw_deg < 360 / PERIOD_S * 0.1 * 10


def test_it_rests_once_no_frame_arrives_and_goes_on_with_the_next(
    sway: CloudSway, clock: ManualClock, qtbot: QtBot
) -> None:
    sway.frame_arrived()
    sway.start(HOME)
    clock.advance(REST_AFTER_S + 0.1)
    qtbot.waitUntil(lambda: running_timers(sway) == [], timeout=5_000)
    assert sway.is_on
    sway.frame_arrived()
    assert len(running_timers(sway)) == 1


def test_out_of_sight_it_costs_nothing(sway: CloudSway) -> None:
    sway.frame_arrived()
    sway.start(HOME)
    sway.set_in_sight(False)
    sway.frame_arrived()
    assert running_timers(sway) == []
    sway.set_in_sight(True)
    assert len(running_timers(sway)) == 1


def test_it_moves_on_with_each_new_frame(sway: CloudSway, clock: ManualClock) -> None:
    seen = poses(sway)
    sway.frame_arrived()
    sway.start(HOME)
    for _ in range(3):
        clock.advance(0.3)
        sway.frame_arrived()
    assert len(seen) == 3
    assert len({pose.yaw_deg for pose in seen}) == 3


def show(pane: CloudPane) -> None:
    rgb, disparity = scene()
    levels = quantise(disparity, RANGE)
    pane.show_cloud(rgb, disparity, levels, RANGE, Unit.INVERSE_METRE, CAMERA)


@pytest.mark.gl
def test_a_pane_sways_from_the_taking_camera_until_it_is_touched(
    pane: CloudPane, qtbot: QtBot
) -> None:
    home = pane.viewpoint()
    pane.set_options(CloudOptions(sway=True))
    assert pane.is_swaying
    qtbot.waitUntil(lambda: (show(pane), pane.viewpoint() != home)[1], timeout=5_000)
    QTest.mousePress(surface_of(pane), Qt.MouseButton.LeftButton)
    touched = pane.viewpoint()
    assert not pane.is_swaying
    for _ in range(5):
        show(pane)
        qtbot.wait(20)
    assert pane.viewpoint() == touched
    QTest.mouseRelease(surface_of(pane), Qt.MouseButton.LeftButton)
    pane.reset_view()
    assert pane.is_swaying
    assert pane.viewpoint() == home


@pytest.mark.gl
@pytest.mark.parametrize("touch", ["drag", "wheel", "recall", "option"])
def test_every_way_to_move_the_viewer_ends_the_sway(pane: CloudPane, touch: str) -> None:
    pane.set_options(CloudOptions(sway=True))
    if touch == "drag":
        drag(surface_of(pane), Qt.MouseButton.LeftButton, QPoint(30, 10))
    elif touch == "wheel":
        wheel(surface_of(pane), 120)
    elif touch == "recall":
        pane.set_viewpoint(HOME)
    else:
        pane.set_options(CloudOptions(sway=False))
    assert not pane.is_swaying


@pytest.mark.gl
def test_a_pane_that_is_held_still_never_sways(pane: CloudPane) -> None:
    home = pane.viewpoint()
    pane.set_options(CloudOptions(sway=True))
    pane.hold_still()
    show(pane)
    pane.reset_view()
    assert not pane.is_swaying
    assert pane.viewpoint() == home


@pytest.mark.gl
def test_a_hidden_pane_runs_no_timer_for_the_sway(pane: CloudPane) -> None:
    pane.set_options(CloudOptions(sway=True))
    pane.hide()
    show(pane)
    sway = pane.findChild(CloudSway)
    assert sway is not None
    assert running_timers(sway) == []

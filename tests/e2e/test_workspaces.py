"""The workspaces in the real window: how much of it is picture, and what each shows."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ui.application import Application
from tests.support.clips import big_buck_bunny
from tests.support.windows import Start, Wait


def picture_share(application: Application) -> float:
    """Share of the window that is picture; the cloud's picture is its pane."""
    window = application.window
    covered = sum(r.width() * r.height() for r in window.stage.picture_rects().values())
    return covered / (window.width() * window.height())


@pytest.mark.parametrize(("is_presenting", "least"), [(False, 0.70), (True, 0.80)])
def test_most_of_the_window_is_picture(
    start_application: Start,
    wait_until_shown: Wait,
    qtbot: QtBot,
    is_presenting: bool,
    least: float,
) -> None:
    application = start_application(source=str(big_buck_bunny()), presenter=is_presenting)
    application.window.resize(1280, 720)
    wait_until_shown(application)
    qtbot.waitUntil(lambda: len(application.window.stage.picture_rects()) == 4, timeout=20_000)
    size = application.window.size()
    assert (size.width(), size.height()) == (1280, 720)
    assert picture_share(application) >= least
    sizes = {r.size() for n, r in application.window.stage.picture_rects().items() if n != "cloud"}
    assert len(sizes) == 1


def test_keys_lead_through_the_workspaces(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120)
    wait_until_shown(application)
    window = application.window
    shown = {
        Qt.Key.Key_F3: ("rgb", "depth_a", "depth_b"),
        Qt.Key.Key_F4: ("rgb", "depth_a", "cloud"),
        Qt.Key.Key_F2: ("rgb", "depth_a", "depth_b", "cloud"),
    }
    for key, panes in shown.items():
        qtbot.keyClick(window, key)
        assert window.stage.shown() == panes
    rects = window.stage.pane_rects()
    qtbot.keyClick(window, Qt.Key.Key_F4)
    large = window.stage.pane_rects()["cloud"]
    assert large.width() * large.height() > 2 * rects["cloud"].width() * rects["cloud"].height()
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert application.lessons.is_open


def test_a_lanes_model_is_chosen_on_its_chip(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120)
    wait_until_shown(application)
    window = application.window
    for pane, picker in (
        (window.stage.depth_a, window.lane_a),
        (window.stage.depth_b, window.lane_b),
    ):
        assert picker.isVisible()
        assert pane.chip.rect().contains(picker.geometry())
        assert pane.header().title == ""
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert not window.lane_a.isVisible()
    assert window.stage.depth_a.header().title == "FlashDepth-lite"


def test_all_menus_are_behind_one_key(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120)
    wait_until_shown(application)
    window = application.window
    qtbot.keyClick(window, Qt.Key.Key_F10)
    menu = window.menu_button.menu()
    assert menu is not None
    qtbot.waitUntil(menu.isVisible, timeout=5_000)
    bar = window.menuBar()
    assert bar is not None
    assert [a.text() for a in menu.actions()] == [a.text() for a in bar.actions()]
    assert not bar.isVisible()
    menu.close()

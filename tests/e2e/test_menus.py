"""Every toggle by menu and key, in the real window."""

from __future__ import annotations

from functools import partial

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.settings.settings import SETTINGS
from app.ui.application import Application
from tests.support.windows import Start, Wait

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
SMALL = {"source_width": 160, "source_height": 120, "panes": ("rgb",), "model_b": "off"}


def menus_of(application: Application) -> dict[str, QMenu]:
    bar = application.window.menuBar()
    assert bar is not None
    return {action.text(): menu for action in bar.actions() if (menu := action.menu())}


def leaves(menu: QMenu) -> list[QAction]:
    """All actions of a menu and of the menus in it."""
    found = []
    for action in menu.actions():
        inner = action.menu()
        found += leaves(inner) if inner is not None else [action]
    return found


@pytest.fixture
def application(start_application: Start) -> Application:
    return start_application(**SMALL)


def test_no_key_is_given_twice_and_every_action_is_in_a_menu(
    application: Application, wait_until_shown: Wait
) -> None:
    wait_until_shown(application)  # the first scene of a process takes long to build
    keys = [row.key for row in application.actions.table if row.key]
    assert len(keys) == len(set(keys))
    listed = {id(action) for menu in menus_of(application).values() for action in leaves(menu)}
    empty = {row.id for row in application.actions.table if row.id.startswith("presets.recall")}
    missing = [
        r.id for r in application.actions.table if id(application.actions[r.id]) not in listed
    ]
    assert set(missing) == empty


def test_the_source_menu_is_in_the_menu_bar_beside_file(application: Application) -> None:
    assert list(menus_of(application))[:3] == ["&File", "&Source", "&Edit"]
    assert menus_of(application)["&Source"] is application.window.source_menu.source_menu


@pytest.mark.parametrize(
    ("action", "key", "value"),
    [
        ("lanes.a.flashdepth-lite-per-frame", "model_a", "flashdepth-lite-per-frame"),
        ("lanes.b.ground-truth", "model_b", "ground-truth"),
        ("lanes.size.280", "input_size", 280),
        ("lanes.device.cpu", "device", "cpu"),
        ("lanes.threads.1", "threads", 1),
        ("view.colormap.viridis", "colormap", "viridis"),
        ("view.range.per-frame", "range_mode", "per-frame"),
        ("view.rotate.180", "rotate", 180),
        ("view.wipe", "view", "wipe"),
    ],
)
def test_a_choice_of_a_menu_is_in_force_and_ticked_also_when_chosen_again(
    application: Application, action: str, key: str, value: object
) -> None:
    chosen = application.actions[action]
    chosen.trigger()
    assert getattr(application.model.value, key) == value
    assert chosen.isChecked()
    if action != "view.wipe":  # that one is a toggle
        chosen.trigger()
        assert getattr(application.model.value, key) == value
        assert chosen.isChecked()


@pytest.mark.parametrize(
    ("key", "modifier", "setting", "values"),
    [
        (Qt.Key.Key_H, NONE, "mirror", [True, False]),
        (Qt.Key.Key_H, SHIFT, "rotate", [90, 180, 270, 0]),
        (Qt.Key.Key_K, NONE, "range_locked", [True, False]),
        (Qt.Key.Key_G, SHIFT, "cloud_grid", [True, False]),
        (Qt.Key.Key_X, SHIFT, "cloud_axes", [True, False]),
        (Qt.Key.Key_A, SHIFT, "model_a", ["flashdepth-lite+ema", "flashdepth-lite"]),
        (Qt.Key.Key_T, NONE, "model_b", ["ground-truth", "off"]),
        (Qt.Key.Key_T, CTRL, "threads", [1]),
    ],
)
def test_a_key_turns_a_setting_round(
    application: Application,
    qtbot: QtBot,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    setting: str,
    values: list[object],
) -> None:
    application.model.replace(threads=0, model_a="flashdepth-lite")
    for value in values:
        qtbot.keyClick(application.window, key, modifier)
        assert getattr(application.model.value, setting) == value


def test_v_goes_back_to_side_by_side(application: Application, qtbot: QtBot) -> None:
    application.model.replace(view="wipe")
    for _ in range(2):
        qtbot.keyClick(application.window, Qt.Key.Key_V)
        assert application.model.value.view == "side"
        assert application.actions["view.side"].isChecked()


def test_the_next_model_is_one_that_is_installed_and_smoothing_stays(
    application: Application, qtbot: QtBot
) -> None:
    application.model.replace(model_a="flashdepth-lite+ema")
    qtbot.keyClick(application.window, Qt.Key.Key_A, CTRL)
    assert application.model.value.model_a == "flashdepth-lite-per-frame+ema"
    assert application.actions["lanes.a.flashdepth-lite-per-frame"].isChecked()
    assert application.actions["lanes.a.ema"].isChecked()


def test_the_input_grows_and_shrinks_by_key(application: Application, qtbot: QtBot) -> None:
    application.model.replace(input_size=224)
    qtbot.keyClick(application.window, Qt.Key.Key_Up, CTRL)
    assert application.model.value.input_size == 280
    for _ in range(4):
        qtbot.keyClick(application.window, Qt.Key.Key_Down, CTRL)
    assert application.model.value.input_size == 168


def test_the_cheat_sheet_names_what_a_key_in_a_sub_menu_does(application: Application) -> None:
    sheet = dict(application.actions.cheat_sheet())
    assert ("C", "Next colour map") in sheet["View"]
    assert ("Alt+1–9", "Recall a viewpoint") in sheet["View"]
    assert ("Ctrl+B", "Next model in lane B") in sheet["Lanes"]


def test_escape_calls_a_calibration_off_before_anything_else(
    application: Application, qtbot: QtBot
) -> None:
    application.model.replace(view="wipe")
    application.calibration.begin()
    qtbot.keyClick(application.window, Qt.Key.Key_Escape)
    assert not application.calibration.is_picking
    assert application.model.value.view == "wipe"


def test_the_tip_of_a_setting_names_the_key_that_changes_it(application: Application) -> None:
    keys = {
        row.do.args[0]: row.key
        for row in application.actions.table
        if row.key and isinstance(row.do, partial) and row.do.args and row.do.args[0] in SETTINGS
    }
    assert {"colormap", "range_mode", "mirror", "rotate", "presenter", "edges"} <= set(keys)
    untold = {key for key, pressed in keys.items() if pressed not in SETTINGS[key].tip}
    assert untold == {"loop"}  # it has a button, whose tip says so

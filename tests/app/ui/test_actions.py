"""Menus and shortcuts of one table."""

from __future__ import annotations

from PyQt6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.ui.actions import Action, Actions


def test_a_tool_tip_names_the_key_of_its_action(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = window.menuBar()
    assert bar is not None
    table = [
        Action("a", "&File", "&Save…", "Ctrl+S", bool),
        Action("b", "&File", "&Report…", "", bool, tip="Compare both lanes"),
        Action("c", "&File", "&Pause", "Space", bool, tip="Play or pause"),
    ]
    actions = Actions(window, bar, table)
    assert [actions[each].toolTip() for each in "abc"] == [
        "Save (Ctrl+S)",
        "Compare both lanes",
        "Play or pause (Space)",
    ]

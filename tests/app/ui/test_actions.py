"""Menus and shortcuts of one table."""

from __future__ import annotations

import pytest
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


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        (Action("a", "&View", "&Other", "", bool), "two actions are called a"),
        (Action("b", "&View", "&Other", "ctrl+shift+s", bool), "actions a and b share the key"),
    ],
)
def test_an_id_or_a_key_that_is_taken_is_refused(
    qtbot: QtBot, second: Action, complaint: str
) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = window.menuBar()
    assert bar is not None
    with pytest.raises(ValueError, match=complaint):
        Actions(window, bar, [Action("a", "&File", "&Save", "Shift+Ctrl+S", bool), second])

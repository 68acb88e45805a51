"""Viewpoints of the cloud saved, recalled and removed in the real window."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from app.ui.application import Application
from renderers.camera import orbit
from tests.support.windows import Start, Wait
from widgets.gl_support import find_gl
from widgets.viewpoints_menu import ViewpointsMenu

SMALL = {"source_width": 160, "source_height": 120, "panes": ("rgb", "cloud"), "model_b": "off"}
ALT = Qt.KeyboardModifier.AltModifier


def menu_of(application: Application) -> ViewpointsMenu:
    (menu,) = application.window.findChildren(ViewpointsMenu)
    return menu


@pytest.mark.gl
def test_a_saved_view_is_named_recalled_by_key_and_there_at_the_next_start(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    if reason := find_gl().missing:
        pytest.skip(reason)
    application = start_application(**SMALL)
    wait_until_shown(application)
    cloud, menu = application.window.cloud, menu_of(application)
    saved = orbit(cloud.viewpoint(), 25.0, 10.0)
    cloud.set_viewpoint(saved)
    menu.ask_for_name()
    dialog = application.window.findChild(QInputDialog)
    assert dialog is not None
    assert dialog.textValue() == "Viewpoint 1"
    dialog.setTextValue("From  the left")
    dialog.accept()
    cloud.reset_view()
    assert cloud.viewpoint() != saved
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow, timeout=5_000)
    qtbot.keyClick(application.window, Qt.Key.Key_1, ALT)
    assert cloud.viewpoint() == saved
    again = start_application(**SMALL)
    texts = [action.text() for action in menu_of(again).actions()]
    assert texts[0] == "&1  From the left"
    again.viewpoints.recall(1)
    assert again.window.cloud.viewpoint() == saved
    again.viewpoints.remove(1)
    assert "&1  From the left" not in [action.text() for action in menu_of(again).actions()]


def test_a_name_taken_replaces_its_view_and_nine_are_the_most(
    start_application: Start, wait_until_shown: Wait
) -> None:
    application = start_application(**SMALL)
    said: list[str] = []
    application.viewpoints.said.connect(said.append)
    for number in range(1, 10):
        application.viewpoints.save(f"Viewpoint {number}")
    application.viewpoints.save("One more")
    assert said[-1] == "All nine viewpoints are in use; remove one, or save under an existing name."
    application.viewpoints.save("Viewpoint 4")
    assert said[-1].startswith("Saved viewpoint 4, Viewpoint 4")

"""What tests need to show a window, or the stage of panes alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PyQt6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from app.ui.application import Application
from app.views.table import every_view
from widgets.linked_view import LinkedView
from widgets.stage import Stage

Start = Callable[..., Application]
"""What the fixture start_application gives: starts a window with these settings."""
Wait = Callable[[Application], None]
"""What the fixture wait_until_shown gives."""


@contextmanager
def stage_in_window(
    qtbot: QtBot, size: tuple[int, int], cloud: QWidget | None = None
) -> Iterator[Stage]:
    """A stage with every view in a window of that size, on screen."""
    window = QMainWindow()
    qtbot.addWidget(window)
    made = Stage(LinkedView(window), cloud or QWidget(), [view.layout for view in every_view()])
    window.setCentralWidget(made)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    yield made

"""A main window for the controllers of features, without an engine behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.ui.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = MainWindow()
    yield window
    window.cloud.close()
    window.close()
    window.deleteLater()

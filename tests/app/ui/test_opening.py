"""What a window waits for when it opens, and what it does not load for that."""

from __future__ import annotations

import os
import subprocess
import sys

from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.opening import Opening

_OPEN = """
import sys, tempfile
from pathlib import Path
from PyQt6.QtCore import QEventLoop
import app.cli, app.commands.window
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.ui.application import Application
from app.ui.gui import make_qt_application
from app.ui.opening import Opening

heavy = ("torch", "vispy", "pyqtgraph", "sounddevice", "av", "safetensors", "huggingface_hub")
qt = make_qt_application()
store = SettingsStore(Path(tempfile.mkdtemp()) / "default.json")
application = Application(Settings(), lambda spec, size: None, store)
opening = Opening(application.window)
loop = QEventLoop()
opening.opened.connect(loop.quit)
application.window.show()
loop.exec()
print(",".join(name for name in heavy if name in sys.modules), application.window.isVisible())
application.close()
"""


def test_a_window_is_on_screen_before_anything_heavy_is_loaded() -> None:
    display = {} if os.environ.get("DISPLAY") else {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _OPEN],
        env=os.environ | display, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout == " True\n", done.stdout + done.stderr


def test_a_window_is_open_once_it_is_painted(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    opening = Opening(window)
    with qtbot.waitSignal(opening.opened):
        window.show()


def test_a_window_that_is_not_painted_is_open_all_the_same(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    with qtbot.waitSignal(Opening(window).opened):
        pass


def test_a_window_that_closes_first_is_not_opened(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    opening = Opening(window)
    opening.stop()
    with qtbot.assertNotEmitted(opening.opened, wait=0):
        window.show()
        qtbot.waitExposed(window)

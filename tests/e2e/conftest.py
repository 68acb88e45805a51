"""A real window with real threads, on sources and a screen of the test's choosing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.sources.opening import open_source
from app.ui.application import Application
from tests.support.windows import Start


@pytest.fixture
def start_application(qtbot: QtBot, tmp_path: Path) -> Iterator[Start]:
    """Start a window with these settings; everything is closed after the test."""
    applications: list[Application] = []

    def start(**settings: object) -> Application:
        quiet = {"hint_seen": True, "threads": 1, "input_size": 96} | settings
        store = SettingsStore(tmp_path / "config" / "default.json")
        application = Application(Settings(**quiet), open_source, store)  # type: ignore[arg-type]
        applications.append(application)
        application.window.resize(1000, 700)
        application.window.show()
        application.window.activateWindow()  # shortcuts reach the active window alone
        qtbot.waitUntil(application.window.isActiveWindow, timeout=5_000)
        application.start()
        return application

    yield start
    for application in applications:
        application.close()


@pytest.fixture
def wait_until_shown(qtbot: QtBot) -> Callable[[Application], None]:
    """Wait until every pane on screen has painted a frame."""

    def wait(application: Application) -> None:
        # The first window of a process loads torch, which takes long on a busy machine.
        qtbot.waitUntil(application.first_frames.is_everything_shown, timeout=60_000)

    return wait

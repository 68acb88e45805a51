"""The source menu and the camera's own controls."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.engine.commands import CaptureStatus
from app.settings.model import SettingsModel
from app.sources.camera import CameraSource
from app.sources.fallback import Fallback, FallbackSource
from app.ui.features.sources import SourceController, camera_of
from tests.support.fakes import ScriptedSource
from widgets.inspector.source import SourceSection
from widgets.source_menu import SourceMenu


@pytest.fixture
def controller(qtbot: QtBot) -> Iterator[tuple[SourceController, SourceMenu, SettingsModel]]:
    menu, section, model = SourceMenu(), SourceSection(), SettingsModel()
    qtbot.addWidget(menu)
    qtbot.addWidget(section)
    window: Any = SimpleNamespace(
        source_menu=menu, inspector=SimpleNamespace(source=section), dropped=menu.chosen
    )
    engine: Any = SimpleNamespace(capture=SimpleNamespace(status=CaptureStatus(), source=None))
    controller: Any = SimpleNamespace(open_source=_ignore, set=model.replace)
    made = SourceController(window, engine, model, controller)
    yield made, menu, model
    made.close()


def test_what_was_open_lately_is_offered_without_its_password(
    controller: tuple[SourceController, SourceMenu, SettingsModel],
) -> None:
    _, menu, model = controller
    model.replace(source="rtsp://me:secret@host")
    recent = menu.source_menu.actions()[-1]
    assert recent.text() == "host"
    assert recent.data() == "rtsp://me:secret@host"
    assert "secret" not in recent.toolTip()


def _ignore(_spec: str) -> None:
    pass


def _nothing(spec: str, size: tuple[int, int] | None) -> ScriptedSource:
    raise AssertionError("nothing is opened here")


def test_a_camera_is_found_behind_its_fallback() -> None:
    camera = CameraSource.__new__(CameraSource)
    assert camera_of(camera) is camera
    assert camera_of(FallbackSource(camera, Fallback(5.0), _nothing)) is camera


def test_what_is_no_camera_has_no_controls() -> None:
    file = ScriptedSource()
    assert camera_of(None) is None
    assert camera_of(file) is None
    assert camera_of(FallbackSource(file, Fallback(5.0), _nothing)) is None

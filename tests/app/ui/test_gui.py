"""How the window's exit code comes about."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.source import SourceInfo
from app.engine.commands import CaptureStatus
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.ui.application import Application
from app.ui.gui import WindowOptions, run_gui
from models.errors import SourceError

CAMERA = SourceInfo("camera:C920", "C920", True, (1280, 720))


def test_a_window_that_could_never_show_its_source_fails(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHDEPTH_LOG", str(tmp_path))
    store = SettingsStore(tmp_path / "default.json")
    settings = Settings(source=str(tmp_path / "gone.mp4"), model_a="off", model_b="off", threads=1)
    with pytest.raises(SourceError, match="There is no file"):
        run_gui(settings, store, WindowOptions(size=(800, 600), quit_after_s=1.0))


def test_a_window_that_showed_pictures_leaves_with_zero(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHDEPTH_LOG", str(tmp_path))
    store = SettingsStore(tmp_path / "default.json")
    settings = Settings(
        source_width=160, source_height=120, model_a="off", model_b="off", threads=1,
        panes=("rgb",),
    )  # fmt: skip
    options = WindowOptions(size=(800, 600), quit_when_shown=True)
    assert run_gui(settings, store, options) == 0


@pytest.mark.parametrize(
    ("status", "any_shown", "why"),
    [
        (CaptureStatus(message="There is no file x.", failed=True), False, "There is no file x."),
        (CaptureStatus(info=CAMERA, message="There is no camera."), False, "There is no camera."),
        (CaptureStatus(info=CAMERA, message="It was unplugged."), True, ""),
        (CaptureStatus(message="Opening the source…"), False, ""),
    ],
)
def test_a_window_that_never_showed_a_picture_says_why(
    status: CaptureStatus, any_shown: bool, why: str
) -> None:
    session: Any = SimpleNamespace(
        engine=SimpleNamespace(capture=SimpleNamespace(status=status)), _any_shown=any_shown
    )
    assert Application.why_nothing_was_shown(session) == why

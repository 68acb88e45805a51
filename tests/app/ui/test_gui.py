"""The exit code of the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.ui.gui import WindowOptions, run_gui
from models.errors import SourceError
from tests.support.waiting import PATIENCE_S


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that does not end in time ends the process, which here is that of the tests."""
    monkeypatch.setattr("app.ui.engine.JOIN_S", PATIENCE_S)


def test_a_window_that_could_never_show_its_source_fails(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHDEPTH_LOG", str(tmp_path))
    store = SettingsStore(tmp_path / "default.json")
    settings = Settings(source=str(tmp_path / "gone.mp4"), model_a="off", model_b="off", threads=1)
    with pytest.raises(SourceError, match="there is no such file"):
        run_gui(settings, store, WindowOptions(size=(800, 600), quit_when_shown=True))


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

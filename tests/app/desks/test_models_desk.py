"""Models that are not installed are offered, and arrive without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.desks.models import ModelDesk
from app.settings import SettingsModel
from app.window import MainWindow
from models import checkpoints
from models.download import OnProgress, Progress
from models.errors import CheckpointError


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelDesk]:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path))
    window = MainWindow()
    made = ModelDesk(window, SettingsModel())
    made.start()
    yield made
    made.close()
    window.cloud.close()
    window.close()
    window.deleteLater()


def _press(desk: ModelDesk, text: str) -> None:
    assert desk._box is not None
    next(b for b in desk._box.buttons() if b.text() == text).click()


def test_choosing_a_missing_model_shows_licence_and_size_before_anything_is_fetched(
    desk: ModelDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "pull", lambda *_: pytest.fail("fetched unasked"))
    desk._window.lane_b.chosen.emit("depth-anything-v2-l")
    assert desk._box is not None
    words = desk._box.informativeText()
    assert "MB" in words
    assert "Not for commercial use" in words
    _press(desk, "Not now")


def test_pulled_weights_are_told_and_listed(
    desk: ModelDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def pull(name: str, on_progress: OnProgress, _cancelled: object) -> Path:
        on_progress(Progress("download", 3_000_000_000, 6_000_000_000))
        return tmp_path / f"{name}.safetensors"

    monkeypatch.setattr(checkpoints, "pull", pull)
    desk._window.lane_a.chosen.emit("flashdepth-s+ema")
    with qtbot.waitSignal(desk.installed, timeout=5_000):
        _press(desk, "Pull")


def test_a_failed_pull_is_one_sentence(
    desk: ModelDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull(*_: object) -> Path:
        raise CheckpointError("There is no network; add a file instead.")

    monkeypatch.setattr(checkpoints, "pull", pull)
    desk._window.lane_a.chosen.emit("flashdepth-s")
    with qtbot.waitSignal(desk.said, timeout=5_000) as said:
        _press(desk, "Pull")
    assert said.args == ["There is no network; add a file instead."]

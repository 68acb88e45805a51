"""Models that are not installed are offered, and arrive without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.settings.model import SettingsModel
from app.ui.features.models import ModelController
from app.ui.main_window import MainWindow
from models import checkpoints, install
from models.errors import CheckpointError
from models.progress import OnProgress, Progress
from models.published import Release
from tests.support.finding import button
from widgets.plain import InputDialog


@pytest.fixture
def controller(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModelController]:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path))
    lanes: Any = SimpleNamespace(restart_lanes=lambda: None)
    made = ModelController(window, SettingsModel(), lanes)
    made.start()
    yield made
    made.close()


def offer_in(window: MainWindow) -> QMessageBox:
    (box,) = window.findChildren(QMessageBox)
    return box


def test_choosing_a_missing_model_shows_licence_and_size_before_anything_is_fetched(
    controller: ModelController, monkeypatch: pytest.MonkeyPatch, window: MainWindow
) -> None:
    monkeypatch.setattr(checkpoints, "pull", lambda *_: pytest.fail("fetched unasked"))
    window.lane_b.chosen.emit("depth-anything-v2-l")
    words = offer_in(window).informativeText()
    assert "MB" in words
    assert "Non-commercial use only" in words
    button(offer_in(window), "Not now").click()


def test_downloaded_weights_are_announced(
    controller: ModelController,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    window: MainWindow,
) -> None:
    def pull(name: str, on_progress: OnProgress, _cancelled: object) -> Path:
        on_progress(Progress("download", 3_000_000_000, 6_000_000_000))
        return tmp_path / f"{name}.safetensors"

    monkeypatch.setattr(checkpoints, "pull", pull)
    window.lane_a.chosen.emit("flashdepth-s+ema")
    with qtbot.waitSignal(controller.installed, timeout=5_000):
        button(offer_in(window), "Download").click()


def test_a_failed_pull_is_one_sentence(
    controller: ModelController, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, window: MainWindow
) -> None:
    def pull(*_: object) -> Path:
        raise CheckpointError("There is no network; add a file instead.")

    monkeypatch.setattr(checkpoints, "pull", pull)
    window.lane_a.chosen.emit("flashdepth-s")
    with qtbot.waitSignal(controller.said, timeout=5_000) as said:
        button(offer_in(window), "Download").click()
    assert said.args == ["There is no network; add a file instead."]


def test_a_model_of_the_hub_is_looked_up_offered_and_listed(
    controller: ModelController,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    window: MainWindow,
) -> None:
    offered = Release(
        "hf:org/depth", "hub", "depth", "A depth model.", "org/depth", "", "mit", True, "", bytes=9
    )
    monkeypatch.setattr(install, "offer", lambda _name: offered)
    monkeypatch.setattr(install, "pull", lambda _name, *_: tmp_path / "depth")
    window.lane_a.chosen.emit("hf:")
    (dialog,) = window.findChildren(InputDialog)
    assert "hf:apple/DepthPro-hf" in dialog.comboBoxItems()
    dialog.setTextValue("org/depth")
    dialog.accept()
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=5_000)
    assert "licence mit" in offer_in(window).informativeText()
    with qtbot.waitSignal(controller.installed, timeout=5_000):
        button(offer_in(window), "Download").click()
    assert window.lane_a.current == "hf:org/depth"
    assert controller.settings.model_a == "hf:org/depth"


def test_a_name_that_is_none_is_told_and_changes_nothing(
    controller: ModelController, window: MainWindow
) -> None:
    said: list[str] = []
    controller.said.connect(said.append)
    before = controller.settings.model_a
    window.lane_a.chosen.emit("hf:")
    (dialog,) = window.findChildren(InputDialog)
    dialog.setTextValue("not a name")
    dialog.accept()
    assert "names no model of the hub" in said[-1]
    assert controller.settings.model_a == before

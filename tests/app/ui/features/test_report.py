"""The report from the window: of what is on screen, with the numbers of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QMessageBox,
    QProgressDialog,
    QPushButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.cli import run
from app.engine.capture import CaptureStatus
from app.report import run as report_run
from app.report.values import Cancelled, CompareOptions
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.features.report import ReportController
from models.opencv import cv2
from tests.support.fakes import ScriptedSource
from tests.support.finding import button
from widgets.report_dialog import ReportChoice, ReportDialog

LANES = {"model_a": "flashdepth-lite", "model_b": "flashdepth-lite-per-frame+ema"}
FRAMES = 5


class Playing:
    """The engine and the controller, as far as a report has to do with them."""

    def __init__(self) -> None:
        self.status = CaptureStatus()
        self.instead = ""
        self.paused: list[bool] = []
        self.capture = self

    def set_paused(self, paused: bool) -> None:
        self.paused.append(paused)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Five pictures of a drifting pattern, wider than high."""
    folder = tmp_path / "clip"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (72, 120, 3), np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 4)
    wide = cv2.normalize(soft, None, 0, 255, cv2.NORM_MINMAX)
    for n in range(FRAMES):
        cv2.imwrite(str(folder / f"{n:03}.png"), wide[:, 2 * n : 2 * n + 96])
    return folder


@pytest.fixture
def playing() -> Playing:
    return Playing()


Make = Callable[..., ReportController]


@pytest.fixture
def over(qtbot: QtBot) -> QWidget:
    """The window over which dialogs open."""
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def make(over: QWidget, playing: Playing) -> Iterator[Make]:
    made: list[ReportController] = []

    def build(**settings: Any) -> ReportController:
        model = SettingsModel(Settings(**{"input_size": 56, "device": "cpu", **LANES, **settings}))
        parts: tuple[Any, ...] = (playing, playing)
        made.append(ReportController(over, model, *parts))
        return made[-1]

    yield build
    for controller in made:
        controller.close()
    for box in over.findChildren(QMessageBox):
        box.close()


def metrics(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return found


def finished(qtbot: QtBot, controller: ReportController, folder: Path) -> str:
    with qtbot.waitSignal(controller.said, timeout=60_000) as said:
        controller.make_into(folder)
    return str(said.args[0])


def test_the_window_and_the_command_line_give_the_same_numbers(
    qtbot: QtBot, make: Make, clip: Path, tmp_path: Path
) -> None:
    here, there = tmp_path / "window", tmp_path / "line"
    assert str(here) in finished(
        qtbot, make(source=str(clip), ema_factor=0.5, precision="float32"), here
    )
    argv = ["compare", str(clip), "--out", str(there), "--input-size", "56", "--device", "cpu"]
    lanes = ["--a", LANES["model_a"], "--b", LANES["model_b"], "--ema-factor", "0.5"]
    assert run([*argv, *lanes, "--precision", "float32"]) == 0
    ours, theirs = metrics(here), metrics(there)
    assert ours["frames"] == theirs["frames"] == FRAMES
    spread = "flicker_static_spread"  # measured, unlike the other settings
    assert ours["settings"].pop(spread) == pytest.approx(theirs["settings"].pop(spread), rel=1e-4)
    assert ours["settings"] == theirs["settings"]
    for name in ("a", "b"):
        for lane in (ours["lanes"][name], theirs["lanes"][name]):
            assert lane.pop("fps") > 0
        assert ours["lanes"][name].pop("accuracy") is theirs["lanes"][name].pop("accuracy") is None
        assert ours["lanes"][name].pop("model") == theirs["lanes"][name].pop("model")
        assert ours["lanes"][name] == pytest.approx(theirs["lanes"][name], rel=1e-4)


def test_it_compares_what_the_window_shows(
    qtbot: QtBot, make: Make, playing: Playing, clip: Path, tmp_path: Path
) -> None:
    playing.instead = str(clip)
    out = tmp_path / "out"
    finished(qtbot, make(source="gone.mp4", memory=False, rotate=90, mirror=True), out)
    found = metrics(out)
    assert found["lanes"]["a"]["model"] == "flashdepth-lite-per-frame"
    assert found["settings"]["input"] == str(clip)
    assert (found["settings"]["rotate"], found["settings"]["mirror"]) == (90, True)
    assert found["settings"]["network_size"]["a"][0] < found["settings"]["network_size"]["a"][1]


def test_playing_rests_meanwhile_and_goes_on_whatever_happens(
    qtbot: QtBot, make: Make, playing: Playing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        assert playing.paused == [True]
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(report_run, "compare", fail)
    assert "failed" in finished(qtbot, make(), tmp_path / "out")
    assert playing.paused == [True, False]


def test_it_asks_first_for_the_part_of_the_clip_and_the_models(
    qtbot: QtBot,
    make: Make,
    over: QWidget,
    playing: Playing,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[Any, ...]] = []

    def compare(*what: Any, options: CompareOptions, **_: object) -> None:
        asked.append((*what, options.first_frame, options.max_frames))
        raise Cancelled

    monkeypatch.setattr(report_run, "compare", compare)
    playing.status = CaptureStatus(info=ScriptedSource(221).info)
    controller = make(source="a.mp4", memory=False)
    controller.make()
    (dialog,) = over.findChildren(ReportDialog)
    assert asked == []
    first, last = dialog.findChildren(QSpinBox)
    assert (first.value(), last.value()) == (0, 221)
    assert dialog.choice.frames is None
    assert (dialog.choice.model_a, dialog.choice.model_b) == (
        "flashdepth-lite-per-frame", LANES["model_b"],
    )  # fmt: skip
    first.setValue(219)
    assert last.value() == 221, "two frames are the least"
    first.setValue(40)
    last.setValue(100)
    combo = dialog.findChildren(QComboBox)[1]
    combo.setCurrentIndex(combo.findData("flashdepth-lite"))
    (folder,) = (
        edit for edit in dialog.findChildren(QLineEdit) if edit.accessibleName() == "Folder"
    )
    folder.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(controller.said, timeout=10_000):
        button(dialog, "Make report").click()
    assert asked == [
        ("a.mp4", "flashdepth-lite-per-frame", "flashdepth-lite", tmp_path / "out", 40, 60)
    ]


def test_a_part_of_a_clip_is_compared(qtbot: QtBot, make: Make, clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    controller = make(source=str(clip))
    choice = ReportChoice(2, 2, LANES["model_a"], LANES["model_b"], out)
    with qtbot.waitSignal(controller.said, timeout=60_000):
        controller.make_as(choice)
    assert metrics(out)["frames"] == 2
    rows = (out / "metrics.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["2", "3"]


def test_a_part_that_begins_behind_the_end_is_refused(
    qtbot: QtBot, make: Make, clip: Path, tmp_path: Path
) -> None:
    controller = make(source=str(clip))
    choice = ReportChoice(FRAMES, None, LANES["model_a"], LANES["model_b"], tmp_path / "out")
    with qtbot.waitSignal(controller.said, timeout=60_000) as said:
        controller.make_as(choice)
    assert said.args == ["clip has only 5 frames; begin before frame 5."]


def test_what_was_paused_stays_paused(
    qtbot: QtBot, make: Make, playing: Playing, tmp_path: Path
) -> None:
    playing.status = CaptureStatus(playing=False)
    finished(qtbot, make(source=str(tmp_path / "gone.mp4")), tmp_path / "out")
    assert playing.paused == []


def test_a_cancelled_report_says_so_and_leaves_no_folder(
    qtbot: QtBot, make: Make, over: QWidget, playing: Playing, tmp_path: Path
) -> None:
    controller, out = make(source="synthetic", source_width=64, source_height=48), tmp_path / "out"
    controller.make_into(out)
    (dialog,) = over.findChildren(QProgressDialog)
    qtbot.waitUntil(lambda: "frame 2" in dialog.labelText(), timeout=60_000)
    with qtbot.waitSignal(controller.said, timeout=30_000) as said:
        assert dialog.findChildren(QPushButton)[0].text() == "Cancel (Esc)"
        assert controller.cancel()  # what Esc does
    assert not controller.cancel()
    assert said.args == ["Report cancelled; nothing was written."]
    assert not out.exists()
    assert playing.paused == [True, False]


def test_a_live_source_is_refused_without_opening_or_pausing_it(
    qtbot: QtBot, make: Make, playing: Playing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_run, "compare", lambda *_, **__: pytest.fail("it was opened"))
    playing.status = CaptureStatus(info=ScriptedSource(live=True).info)
    assert "record the live source" in finished(qtbot, make(), tmp_path / "out")
    assert playing.paused == []
    assert not (tmp_path / "out").exists()

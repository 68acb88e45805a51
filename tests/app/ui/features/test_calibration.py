"""Two known distances make metres of relative disparity, until the source changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from app.core.calibrated import with_calibration
from app.core.results import FrameResult, LaneResult
from app.settings.model import SettingsModel
from app.settings.presets import PresetStore
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.calibration import CalibrationController
from app.ui.features.presets import PresetsController
from app.ui.features.snapshots import Snapshot, write_cloud
from app.ui.features.undo import UndoController
from app.ui.main_window import MainWindow
from app.ui.readings import disparity_at
from app.views.lanes import lane_scale
from models.frames import DepthMap, Unit
from tests.support.fakes import make_frame
from tests.support.finding import button, is_said

SIZE = (16, 12)
MODEL, TWIN, OTHER = "flashdepth-lite", "flashdepth-lite-per-frame", "depth-anything-v2-s"
NEAR, FAR = (2.0, 3.0), (12.0, 3.0)
"""Points of the picture: the left half has disparity 0.9, the right half 0.2."""


def lane(model: str) -> LaneResult:
    disparity = np.full(SIZE[::-1], 0.2, np.float32)
    disparity[:, :8] = 0.9
    levels = np.full(SIZE[::-1], 200, np.uint8)
    return LaneResult(model, DepthMap(disparity, Unit.RELATIVE, 0), levels, (0.2, 0.9), 12.0, False)


class Bench:
    """A window without an engine, and what calibrates it."""

    def __init__(self, window: MainWindow, b: str = TWIN) -> None:
        self.window, self.model, self.engine = window, SettingsModel(), MagicMock()
        self.display = Display(window.stage, window.cloud)
        self.controller = Controller(self.model, self.engine, lambda: None)
        self.calibration = CalibrationController(window, self.display, self.model, self.controller)
        self.controller.calibration_changed.connect(self.show)
        self.controller.start()
        self.result = FrameResult(make_frame(size=SIZE), {"a": lane(MODEL), "b": lane(b)})
        self.show()

    def show(self) -> None:
        self.display.show(with_calibration(self.result, self.controller.calibration))

    def click(self, point: tuple[float, float]) -> None:
        self.window.stage.picked.emit("rgb", *point)

    def calibrate(self, near_m: float = 1.0, far_m: float = 4.0) -> None:
        self.calibration.begin()
        self.click(NEAR)
        self.click(FAR)
        strip = self.calibration.strip
        assert strip is not None
        strip.set_distance(1, near_m)
        strip.set_distance(2, far_m)
        button(strip, "Calibrate").click()

    def reading(self, name: str, point: tuple[float, float]) -> str:
        shown = self.display.last
        assert shown is not None
        return disparity_at(shown.lanes[name], *point)


@pytest.fixture
def bench(window: MainWindow) -> Bench:
    return Bench(window)


def test_readings_are_in_metres_and_say_that_they_were_calibrated(bench: Bench) -> None:
    assert bench.reading("a", NEAR) == "0.9 relative"
    bench.calibrate()
    assert bench.reading("a", NEAR) == "1.00 m calibrated"
    assert bench.reading("a", FAR) == "4.00 m calibrated"
    assert not bench.calibration.is_picking


def test_the_other_lane_is_in_metres_only_if_it_runs_the_same_network(window: MainWindow) -> None:
    same, other = Bench(window, TWIN), Bench(window, OTHER)
    said: list[str] = []
    other.calibration.said.connect(said.append)
    same.calibrate()
    other.calibrate()
    assert "lane B stays relative" in said[-1]
    assert same.reading("b", FAR) == "4.00 m calibrated"
    assert other.reading("a", FAR) == "4.00 m calibrated"
    assert other.reading("b", FAR) == "0.2 relative"


def test_colour_bar_and_cloud_are_in_metres_too(bench: Bench) -> None:
    bench.calibrate()
    shown = bench.display.last
    assert shown is not None
    scale = lane_scale(shown.lanes["a"])
    assert scale.unit == "m, calibrated"
    assert scale.to_metres is not None
    assert scale.share(scale.to_metres.disparity_at(4.0)) == pytest.approx(0.0, abs=1e-5)
    assert bench.window.cloud.calibration == scale.to_metres


def test_points_saved_after_a_calibration_are_in_metres(bench: Bench, tmp_path: Path) -> None:
    bench.calibrate()
    shown = bench.display.last
    assert shown is not None
    write_cloud(tmp_path / "cloud.ply", Snapshot(bench.model.value, shown, {}))
    assert b"unit: metre" in (tmp_path / "cloud.ply").read_bytes()


def test_another_source_ends_the_calibration(bench: Bench) -> None:
    bench.calibrate()
    bench.controller.open_source("synthetic:3")
    bench.controller.forget_source()  # it is open
    assert bench.reading("a", NEAR) == "0.9 relative"
    assert not is_said(bench.window.inspector.cloud, "Calibrated")


def test_a_calibration_is_no_setting_and_therefore_never_saved(bench: Bench) -> None:
    before = bench.model.value
    bench.calibrate()
    assert bench.model.value == before


@pytest.mark.parametrize("change", [{"cloud_gain": 3.0}, {"cloud_offset": 0.1}])
def test_a_or_b_by_hand_or_by_a_preset_end_the_calibration(
    bench: Bench, change: dict[str, Any]
) -> None:
    bench.calibrate()
    assert is_said(bench.window.inspector.cloud, "Calibrated by two points")
    bench.model.replace(cloud_point_size=2.0)
    assert bench.controller.calibration is not None
    bench.model.replace(**change)
    assert bench.controller.calibration is None
    assert not is_said(bench.window.inspector.cloud, "Calibrated by two points")


def test_points_that_contradict_each_other_change_nothing_and_can_be_corrected(
    bench: Bench,
) -> None:
    bench.calibrate(near_m=4.0, far_m=1.0)
    strip = bench.calibration.strip
    assert strip is not None
    assert is_said(strip, "the nearer point must have the larger disparity")
    assert bench.controller.calibration is None
    strip.set_distance(2, 9.0)
    button(strip, "Calibrate").click()
    assert bench.reading("a", FAR) == "9.00 m calibrated"


def test_the_guidance_stands_in_the_picture_with_numbered_points(bench: Bench) -> None:
    pane = bench.window.stage.rgb
    bench.calibration.begin()
    assert pane.guidance is not None
    assert pane.guidance.prompt.startswith("Click point 1 in a picture")
    bench.click(NEAR)
    assert pane.guidance.points == (NEAR,)
    bench.click(FAR)
    assert pane.guidance.points == (NEAR, FAR)
    bench.click((13.0, 4.0))
    assert pane.guidance.points == (NEAR, (13.0, 4.0))
    bench.calibration.cancel()
    assert pane.guidance is None


def test_the_distances_are_asked_for_below_the_pictures(bench: Bench, qtbot: QtBot) -> None:
    bench.window.resize(1000, 700)
    with qtbot.waitExposed(bench.window):
        bench.window.show()
    bench.calibration.begin()
    bench.click(NEAR)
    strip, stage = bench.calibration.strip, bench.window.stage
    assert strip is not None
    qtbot.waitUntil(lambda: strip.height() > 0 and strip.isVisible())
    top = strip.mapTo(bench.window, strip.rect().topLeft()).y()
    assert top >= stage.mapTo(bench.window, stage.rect().bottomLeft()).y()
    assert bench.window.findChildren(QDialog) == []


@pytest.mark.parametrize("clicks", [0, 1, 2])
def test_escape_ends_the_calibration_at_every_step(bench: Bench, qtbot: QtBot, clicks: int) -> None:
    bench.calibration.begin()
    for point in (NEAR, FAR)[:clicks]:
        bench.click(point)
    strip = bench.calibration.strip
    assert strip is not None
    field = strip.findChildren(QDoubleSpinBox)[max(0, clicks - 1)]
    qtbot.keyClick(field if clicks else strip, Qt.Key.Key_Escape)
    assert not bench.calibration.is_picking
    assert strip.isHidden()
    assert bench.controller.calibration is None


def test_cancelling_keeps_the_calibration_in_force(bench: Bench) -> None:
    bench.calibrate()
    bench.calibration.begin()
    bench.click(NEAR)
    bench.calibration.cancel()
    assert bench.reading("a", FAR) == "4.00 m calibrated"


def test_back_to_relative_takes_one_click(bench: Bench) -> None:
    bench.calibrate()
    bench.calibration.begin()
    strip = bench.calibration.strip
    assert strip is not None
    button(strip, "Back to relative").click()
    assert bench.reading("a", FAR) == "0.2 relative"


def test_a_calibration_is_undone_and_made_again_but_not_for_another_source(
    bench: Bench, tmp_path: Path
) -> None:
    presets = PresetsController(bench.model, PresetStore.beside(tmp_path / "default.json"))
    undo = UndoController(bench.model, bench.controller, presets, lambda: False)
    undo.start()
    bench.calibrate()
    undo.undo()
    assert bench.controller.calibration is None
    undo.redo()
    assert bench.reading("a", FAR) == "4.00 m calibrated"
    bench.controller.open_source("synthetic:3")
    bench.controller.forget_source()  # it is open
    undo.undo()
    undo.redo()
    assert bench.controller.calibration is None


def test_clicks_mean_nothing_while_nobody_calibrates(bench: Bench) -> None:
    bench.click((5.0, 5.0))
    assert not bench.calibration.is_picking
    assert bench.window.stage.rgb.guidance is None

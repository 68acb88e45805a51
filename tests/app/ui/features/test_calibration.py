"""Two known distances make metres of relative disparity."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.settings.settings import SettingsModel
from app.ui.display import Display
from app.ui.features.calibration import CalibrationController
from app.ui.main_window import MainWindow
from tests.support.finding import is_said


@pytest.fixture
def model() -> SettingsModel:
    return SettingsModel()


@pytest.fixture
def controller(window: MainWindow, model: SettingsModel) -> CalibrationController:
    return CalibrationController(window, Display(window.stage, window.cloud), model)


def test_two_points_give_back_their_own_distances(
    controller: CalibrationController, model: SettingsModel
) -> None:
    controller.begin()
    controller.take(0.9, 1.0)
    controller.take(0.2, 4.0)
    a, b = model.value.cloud_offset, model.value.cloud_gain
    assert 1 / (a + b * 0.9) == pytest.approx(1.0)
    assert 1 / (a + b * 0.2) == pytest.approx(4.0)
    assert not controller.is_picking


def test_points_that_contradict_each_other_change_nothing(
    controller: CalibrationController, qtbot: QtBot, model: SettingsModel
) -> None:
    controller.begin()
    controller.take(0.9, 4.0)
    with qtbot.waitSignal(controller.said) as said:
        controller.take(0.2, 1.0)
    assert "the nearer point" in said.args[0]
    assert model.value.cloud_gain == 0.0


def test_clicks_mean_nothing_while_nobody_calibrates(
    controller: CalibrationController, window: MainWindow
) -> None:
    window.stage.picked.emit("rgb", 5.0, 5.0)
    assert not controller.is_picking
    assert window.findChildren(QDialog) == []


def test_the_note_of_a_calibration_goes_when_a_or_b_are_changed_otherwise(
    controller: CalibrationController, window: MainWindow, model: SettingsModel
) -> None:
    controller.begin()
    controller.take(0.9, 1.0)
    controller.take(0.2, 4.0)
    assert is_said(window.inspector.cloud, "Metric, from two points")
    model.replace(cloud_point_size=2.0)
    assert is_said(window.inspector.cloud, "Metric, from two points")
    model.replace(cloud_gain=3.0)
    assert not is_said(window.inspector.cloud, "Metric, from two points")


def test_a_calibration_that_is_called_off_takes_no_more_points(
    controller: CalibrationController, model: SettingsModel
) -> None:
    controller.begin()
    controller.take(0.9, 1.0)
    controller.cancel()
    controller.take(0.2, 4.0)
    assert not controller.is_picking
    assert model.value.cloud_gain == 0.0

"""Two known distances make metres of relative disparity."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.desks.calibration import CalibrationDesk
from app.display import Display
from app.settings import SettingsModel
from app.window import MainWindow


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[CalibrationDesk]:
    window = MainWindow()
    display = Display(window.stage, window.cloud)
    yield CalibrationDesk(window, display, SettingsModel())
    window.cloud.close()
    window.close()
    window.deleteLater()


def test_two_points_give_back_their_own_distances(desk: CalibrationDesk) -> None:
    desk.start()
    desk.take(0.9, 1.0)
    desk.take(0.2, 4.0)
    a, b = desk._model.value.cloud_offset, desk._model.value.cloud_gain
    assert 1 / (a + b * 0.9) == pytest.approx(1.0)
    assert 1 / (a + b * 0.2) == pytest.approx(4.0)
    assert not desk.is_picking


def test_points_that_contradict_each_other_change_nothing(
    desk: CalibrationDesk, qtbot: QtBot
) -> None:
    desk.start()
    desk.take(0.9, 4.0)
    with qtbot.waitSignal(desk.said) as said:
        desk.take(0.2, 1.0)
    assert "the nearer point" in said.args[0]
    assert desk._model.value.cloud_gain == 0.0


def test_clicks_mean_nothing_while_nobody_calibrates(desk: CalibrationDesk) -> None:
    desk._window.stage.picked.emit("rgb", 5.0, 5.0)
    assert desk._dialog is None


def note_of(desk: CalibrationDesk) -> str:
    return desk._window.inspector.cloud._calibration.text()


def test_the_note_of_a_calibration_goes_when_a_or_b_are_changed_otherwise(
    desk: CalibrationDesk,
) -> None:
    desk.start()
    desk.take(0.9, 1.0)
    desk.take(0.2, 4.0)
    assert "Metres by two points" in note_of(desk)
    desk._model.replace(cloud_point_size=2.0)
    assert "Metres by two points" in note_of(desk)
    desk._model.replace(cloud_gain=3.0)
    assert note_of(desk) == ""


def test_a_calibration_that_is_called_off_takes_no_more_points(desk: CalibrationDesk) -> None:
    desk.start()
    desk.take(0.9, 1.0)
    desk.cancel()
    desk.take(0.2, 4.0)
    assert not desk.is_picking
    assert desk._model.value.cloud_gain == 0.0

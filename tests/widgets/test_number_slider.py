"""A number that is typed or dragged."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QDoubleSpinBox, QSlider
from pytestqt.qtbot import QtBot

from app.ui.row_specs import row_specs
from widgets.inspector.number_slider import GeometricRow, NumberSliderRow


@pytest.fixture
def gain(qtbot: QtBot) -> NumberSliderRow:
    row = GeometricRow(row_specs()["cloud_gain"])
    qtbot.addWidget(row.control)
    return row


def parts(row: NumberSliderRow) -> tuple[QDoubleSpinBox, QSlider]:
    spin, slider = row.control.findChild(QDoubleSpinBox), row.control.findChild(QSlider)
    assert spin is not None
    assert slider is not None
    return spin, slider


def test_dragging_multiplies_and_its_left_end_is_automatic(gain: NumberSliderRow) -> None:
    spin, slider = parts(gain)
    said: list[object] = []
    gain.changed.connect(lambda _key, value: said.append(value))
    for step in (slider.maximum(), 1, slider.minimum()):
        slider.setValue(step)
    assert said == [100.0, 0.01, 0.0]
    assert spin.text() == "Automatic"
    gain.show_value(1.0)
    assert slider.value() == pytest.approx(slider.maximum() / 2, abs=1)
    assert said == [100.0, 0.01, 0.0]  # showing a value says nothing


def test_typing_moves_the_slider_and_is_said_once(gain: NumberSliderRow, qtbot: QtBot) -> None:
    spin, slider = parts(gain)
    with qtbot.waitSignal(gain.changed) as said:
        spin.setValue(100.0)
    assert said.args == ["cloud_gain", 100.0]
    assert slider.value() == slider.maximum()


@pytest.mark.parametrize("value", [250.0, 12345.5])
def test_a_calibrated_value_beyond_the_usual_is_shown_as_it_is(
    gain: NumberSliderRow, value: float
) -> None:
    spin, slider = parts(gain)
    gain.show_value(value)
    assert spin.value() == value
    assert slider.value() == slider.maximum()


def test_a_gain_too_small_for_the_usual_decimals_does_not_read_as_automatic(
    gain: NumberSliderRow,
) -> None:
    spin, _ = parts(gain)
    gain.show_value(0.00003)
    assert spin.value() == pytest.approx(0.00003)
    assert spin.text() != "Automatic"
    gain.show_value(2.5)
    assert spin.decimals() == 4

"""Curves over time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QColor, QImage, QMouseEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.timers import running_timers
from widgets import header_paint, theme
from widgets.chart_series import LANES, Series, pin_series, short_number
from widgets.charts import TimeChart


def pixels(chart: TimeChart) -> np.ndarray:
    """(H, W, 3) uint8 of the chart as drawn."""
    image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(bytes(image.constBits().asarray(image.sizeInBytes())), np.uint8).reshape(
        image.height(), image.bytesPerLine()
    )
    return data[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)


def near(picture: np.ndarray, colour: str) -> np.ndarray:
    """True where a pixel has the hue of "#rrggbb", also where smoothing has dimmed it."""
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], float)
    pixel = picture.astype(float) - picture[-1, -1]
    strength = np.linalg.norm(pixel, axis=2)
    along = pixel @ (wanted / np.linalg.norm(wanted))
    return (strength > 60) & (along > 0.97 * strength)


@pytest.fixture
def chart(qtbot: QtBot) -> TimeChart:
    made = TimeChart("Flicker", "of spread", history=100)
    made.resize(420, 180)
    qtbot.addWidget(made)
    made.show()
    return made


def test_each_lane_draws_its_curve_in_its_own_colour(chart: TimeChart) -> None:
    for frame in range(100):
        chart.append(frame, {"a": 1.0 + math.sin(frame / 5), "b": 0.5})
    chart.refresh()
    picture = pixels(chart)[40:]
    for lane in ("a", "b"):
        assert near(picture, LANES[lane].colour).sum() > 100


@pytest.mark.parametrize("scale", [1.5, 2.25])
def test_the_header_keeps_its_height_in_larger_type(
    qtbot: QtBot, chart: TimeChart, scale: float
) -> None:
    usual, before = chart.sizeHint().height(), header_paint.header_height(chart.font())
    theme.set_type_scale(chart, scale)
    header = round(header_paint.header_height(chart.font()))
    assert header > before + 4
    assert chart.sizeHint().height() > usual
    ground = QColor(theme.COLOURS.surface).getRgb()[:3]
    assert tuple(pixels(chart)[header - 2, 2]) == ground
    assert tuple(pixels(chart)[header + 2, 2]) != ground


def test_a_larger_value_is_drawn_higher_and_the_newest_at_the_right(chart: TimeChart) -> None:
    for frame in range(100):
        chart.append(frame, {"a": 1.0 if frame < 50 else 3.0})
    chart.refresh()
    rows, columns = np.nonzero(near(pixels(chart)[40:], theme.COLOURS.lane_a))
    left, right = rows[columns < 200], rows[columns > 280]
    assert left.min() > right.max()


def test_a_missing_value_leaves_a_gap(chart: TimeChart) -> None:
    for frame in range(100):
        chart.append(frame, {} if 30 <= frame < 70 else {"a": 1.0})
    chart.refresh()
    columns = np.unique(np.nonzero(near(pixels(chart)[40:], theme.COLOURS.lane_a))[1])
    assert np.diff(columns).max() > 80
    assert math.isnan(chart.latest()["b"])


def test_only_the_last_frames_are_kept_however_many_come(chart: TimeChart) -> None:
    for frame in range(1037):
        chart.append(frame, {"a": float(frame), "b": 0.0})
    chart.refresh()
    assert chart.latest() == {"a": 1036.0, "b": 0.0}
    shown = chart.drawn("a")
    assert shown.tolist() == [float(frame) for frame in range(937, 1037)]


def test_cuts_and_resets_are_marked_where_they_happened(chart: TimeChart) -> None:
    for frame in range(100):
        chart.append(frame, {"a": 1.0})
    chart.refresh()
    plain = pixels(chart)
    chart.mark(50, "cut")
    chart.mark(80, "reset")
    chart.mark(5000, "cut")
    chart.refresh()
    changed = (pixels(chart) != plain).any(axis=2)[40:]
    columns = np.nonzero(changed.sum(axis=0) > 20)[0]
    runs = np.split(columns, np.nonzero(np.diff(columns) > 1)[0] + 1)
    assert len(runs) == 2
    assert near(pixels(chart)[40:], theme.COLOURS.warn)[:, runs[1]].any()
    with pytest.raises(ValueError, match="cut"):
        chart.mark(3, "jump")


def test_appending_draws_soon_and_without_being_asked(chart: TimeChart, qtbot: QtBot) -> None:
    chart.append(0, {"a": 2.0})
    for frame in range(1, 60):
        chart.append(frame, {"a": 2.0})
    qtbot.waitUntil(lambda: len(chart.drawn("a")) == 60, timeout=3000)


def test_a_hidden_chart_stores_without_drawing_and_catches_up(
    chart: TimeChart,
) -> None:
    chart.hide()
    for frame in range(20):
        chart.append(frame, {"a": 1.0})
    assert running_timers(chart) == []
    chart.show()
    assert len(chart.drawn("a")) == 20


def test_a_steady_value_does_not_fill_the_chart_with_its_last_digit(qtbot: QtBot) -> None:
    chart = TimeChart("Drift", "%", floor=1.0)
    qtbot.addWidget(chart)
    for frame in range(30):
        chart.append(frame, {"a": 1e-7 * frame})
    chart.refresh()
    low, high = chart.axis_span
    assert (low, high) == (0.0, 1.0)


def test_negative_values_are_inside_the_axis(chart: TimeChart) -> None:
    chart.append(0, {"a": -2.0, "b": -1.0})
    chart.refresh()
    low, high = chart.axis_span
    assert low < -2.0
    assert high > low


def test_clearing_forgets_values_and_marks(chart: TimeChart) -> None:
    empty = pixels(chart)
    for frame in range(50):
        chart.append(frame, {"a": 1.0})
    chart.mark(20, "cut")
    chart.refresh()
    chart.clear()
    np.testing.assert_array_equal(pixels(chart), empty)


def test_pinned_points_get_two_curves_each_in_the_colour_of_the_pin(chart: TimeChart) -> None:
    series = pin_series(4)
    assert len(series) == 8
    assert series["a3"].colour == series["b3"].colour
    assert series["b3"].is_dashed
    assert not series["a3"].is_dashed
    chart.set_series(series)
    chart.append(0, dict.fromkeys(series, 1.0))
    with pytest.raises(KeyError, match="a5"):
        chart.append(1, {"a5": 1.0})


def test_the_unit_gives_way_to_a_value_of_a_lane(chart: TimeChart) -> None:
    chart.append(0, {"a": 12.25, "b": 3.5})
    chart.resize(200, 120)
    header = pixels(chart)[:22]
    assert near(header, theme.COLOURS.lane_a).any()
    assert near(header, theme.COLOURS.lane_b).any()


def test_the_latest_values_are_in_the_header_in_their_colours(chart: TimeChart) -> None:
    chart.append(0, {"a": 0.125, "b": 0.25})
    chart.refresh()
    header = pixels(chart)[:22]
    assert near(header, theme.COLOURS.lane_a).any()
    assert near(header, theme.COLOURS.lane_b).any()


def test_other_series_replace_the_curves(chart: TimeChart) -> None:
    chart.append(0, {"a": 1.0})
    chart.set_series({"total": Series("All", "text")})
    assert chart.latest().keys() == {"total"}
    assert math.isnan(chart.latest()["total"])


class CountInto:
    """Stands in for a method and notes its calls."""

    def __init__(self, calls: list[int]) -> None:
        self._calls = calls

    def __call__(self) -> None:
        self._calls.append(1)


def test_a_chart_without_values_has_no_numbers_at_its_axis(chart: TimeChart) -> None:
    strip = np.s_[60:150, :40]
    chart.refresh()
    empty = pixels(chart)[strip].astype(int)
    chart.append(0, {"a": 0.5})
    chart.refresh()
    assert empty.std() < pixels(chart)[strip].astype(int).std()
    assert np.ptp(empty) < 60


def test_a_young_chart_spreads_its_few_frames_over_the_width(chart: TimeChart) -> None:
    for frame in range(9):
        chart.append(frame, {"a": 1.0 + frame % 2})
    chart.refresh()
    _, columns = np.nonzero(near(pixels(chart)[40:], theme.COLOURS.lane_a))
    assert columns.min() < 150


@pytest.mark.parametrize(
    ("value", "text"),
    [(1320.0, "1320"), (0.0166, "0.0166"), (48.25, "48.2"), (0.0, "0"), (math.nan, "–"), (2, "2")],
)
def test_values_are_written_without_exponents(value: float, text: str) -> None:
    assert short_number(value) == text


def test_values_between_gaps_are_drawn_although_no_line_joins_them(chart: TimeChart) -> None:
    for frame in range(40):
        chart.append(frame, {"a": 1.0} if frame % 2 else {}, {} if frame % 2 else {"a": "cut"})
    chart.refresh()
    assert chart.drawn_alone("a").tolist() == [1.0] * 20
    assert near(pixels(chart)[40:], LANES["a"].colour).sum() > 100


def test_a_chart_says_why_its_newest_value_is_missing(chart: TimeChart) -> None:
    chart.append(0, {}, {"a": "frames skipped", "b": "frames skipped"})
    chart.refresh()
    assert chart.why_missing == "frames skipped"
    chart.append(1, {"a": 1.0}, {"b": "warming up"})
    chart.refresh()
    assert chart.why_missing == "B: warming up"
    chart.append(2, {"a": 1.0, "b": 1.0})
    chart.refresh()
    assert chart.why_missing == ""


def move_over(chart: TimeChart, point: QPointF) -> None:
    """Move the mouse there without the pointer of the display, which tests share."""
    no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, point, point, no_button, no_button, no_key)
    QApplication.sendEvent(chart, event)


def test_under_the_cursor_stand_the_values_of_that_frame(chart: TimeChart) -> None:
    for frame in range(100, 200):
        chart.append(frame, {"a": frame / 1000} if frame != 150 else {}, {"b": "cut"})
    chart.refresh()
    assert chart.reading == "Flicker at frame 199, of spread: A 0.199, B – (cut)"
    move_over(chart, chart.place_of(49))
    assert chart.reading == "Flicker at frame 150, of spread: A –, B – (cut)"
    move_over(chart, chart.place_of(79))
    assert chart.reading.startswith("Flicker at frame 120, of spread: A 0.12,")


def test_another_unit_begins_with_an_empty_chart(chart: TimeChart) -> None:
    chart.append(0, {"a": 1.0})
    chart.set_unit("of spread")
    assert not chart.is_empty
    chart.set_unit("m")
    assert chart.is_empty
    assert chart.unit == "m"


def test_many_curves_have_their_names_at_their_ends(chart: TimeChart) -> None:
    assert chart.named("a") is None  # one of two, and not dashed
    chart.set_series(pin_series(2))
    chart.append(0, {"a1": 1.0, "b1": 2.0, "a2": 3.0})
    chart.append(1, {"a1": 1.5, "b1": 2.5})
    chart.refresh()
    assert chart.named("b1") == ("B1", 2.5)
    assert chart.named("a2") == ("A2", 3.0)
    assert chart.named("b2") is None

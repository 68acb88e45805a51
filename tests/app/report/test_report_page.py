"""The page of a report: complete in one file, with charts, slices and worst frames."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from app.report import CompareOptions, Report, compare_sessions
from app.report.charts import Curve, line_chart, ticks
from app.report.metric_table import CHARTED
from app.report.style import LANE_COLOURS
from app.report.thumbnails import MAX_COLUMNS, Slices, WorstFrames
from app.report.verdicts import figure, winner
from models.frames import Frame
from tests.support.planted_clip import (
    HEIGHT,
    WIDTH,
    Clip,
    Planted,
    planted_frame,
)


class _References(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [v or "" for k, v in attrs if k in ("src", "href", "srcset", "action")]


def test_the_page_asks_nobody_for_anything(report: Report) -> None:
    page = report.html.read_text()
    parser = _References()
    parser.feed(page)

    assert all(reference.startswith("data:") for reference in parser.found)
    assert len(parser.found) > 10
    assert not parser.tags & {"script", "iframe", "object", "embed", "base"}
    assert not re.search(r"url\(|@import|https?://", page)
    assert "default-src 'none'" in page


def test_the_page_shows_charts_slices_and_worst_frames(report: Report) -> None:
    page = report.html.read_text()

    assert page.count('class="curve a"') == 6 + len(CHARTED)  # six charts are in every report
    assert page.count('class="curve truth') == 1
    assert page.count("<image ") == 3
    assert "Worst" in page or "worst" in page
    assert page.count("<img ") >= 5
    assert "B flickers" not in report.sentences[0]
    said = re.fullmatch(
        r"A flickers .* less \(OPW ([\d.]+) against ([\d.]+)\)\.", report.sentences[0]
    )
    assert said is not None and float(said[1]) < float(said[2])  # the better lane's number first


def test_names_of_models_and_files_cannot_break_the_page(tmp_path: Path) -> None:
    sessions = {"a": ("<b>&", Planted()), "b": ("x'\"", Planted())}
    page = compare_sessions(Clip(3), sessions, tmp_path, CompareOptions()).html.read_text()

    assert "<b>&" not in page
    assert "&lt;b&gt;&amp;" in page


def test_the_lanes_have_the_colours_of_the_window() -> None:
    from widgets.colours import DARK

    assert {"a": DARK.lane_a, "b": DARK.lane_b} == LANE_COLOURS


def test_slices_stay_bounded_and_say_how_many_frames_they_skip() -> None:
    slices = Slices(("a",))
    rgb = np.zeros((4, 8, 3), np.uint8)
    for n in range(2 * MAX_COLUMNS + 10):
        slices.add(Frame(rgb, n, 0, 0, 0.0), {"a": np.full((4, 8), n, np.float32)})

    assert len(slices.rows) <= MAX_COLUMNS
    assert slices.every == 4
    assert slices.rows == list(range(0, 2 * MAX_COLUMNS + 10, 4))
    assert [int(line[0]) for line in slices.disparity["a"]] == slices.rows


def test_the_worst_frames_lie_apart() -> None:
    from app.core.flicker_values import FlickerResult, LaneFlicker

    worst = WorstFrames(("a",), 2)
    heat = np.zeros((HEIGHT, WIDTH), np.float32)
    frame = planted_frame(0)
    for row, error in enumerate([math.nan, 3, 9, 8, *[1] * 20, 5, 6, 2]):
        lane = LaneFlicker(error, error, error, heat, 1, 0, 1)
        worst.add(row, frame, {"a": heat}, FlickerResult(row, 0, True, 0, True, False, {"a": lane}))

    assert [(one.row, one.error) for one in worst.of("a")] == [(2, 9), (25, 6)]


def test_charts_keep_every_peak_of_a_long_clip() -> None:
    values = [0.0] * 20_000
    values[7777] = 10.0
    chart = line_chart([Curve("a", "a", values)], [])
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", chart)]

    assert min(heights) < 20
    assert len(heights) < 2500


def test_charts_leave_gaps_where_nothing_is_known() -> None:
    chart = line_chart([Curve("a", "a", [1.0, 2.0, math.nan, 2.0, 1.0])], [2])

    assert len(re.findall(r"M[\d.]+ [\d.]+L", chart)) == 2
    assert chart.count('class="cut"') == 1
    assert "nan" not in chart


def test_a_chart_of_nothing_says_so() -> None:
    assert "Nothing to plot" in line_chart([Curve("a", "a", [math.nan, math.nan])], [])
    assert "nan" not in line_chart([Curve("a", "a", [3.0, 3.0])], [], zero=False)


def test_ticks_are_round_numbers_within_the_limits() -> None:
    assert ticks(0.0, 1.0) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert ticks(0, 119, 8) == pytest.approx([0, 20, 40, 60, 80, 100])


def test_numbers_are_shown_with_three_digits() -> None:
    shown = [figure(x) for x in (0.0123456, 1.0, 12.345, 12345.6, 0.0, math.nan)]

    assert shown == ["0.0123", "1.00", "12.3", "12346", "0", "–"]


def test_a_difference_below_five_percent_has_no_winner() -> None:
    assert winner(1.00, 1.04, lower_is_better=True) == ""
    assert winner(1.0, 2.0, lower_is_better=True) == "a"
    assert winner(1.0, 2.0, lower_is_better=False) == "b"
    assert winner(math.nan, 2.0, lower_is_better=False) == ""

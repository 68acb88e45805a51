"""What is written beside the pictures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.core.results import FrameResult, LaneResult
from app.ui.readings import PaceMeter, colour_at, disparity_at
from models.frames import DepthMap, Unit
from tests.support.fakes import make_frame


def _lane(value: float, unit: Unit) -> LaneResult:
    disparity = np.full((12, 16), value, np.float32)
    levels = np.ones((12, 16), np.uint8)
    return LaneResult("m", DepthMap(disparity, unit, 0), levels, (0.0, 1.0), 1.0, False)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.5, Unit.RELATIVE, "0.5 relative"),
        (0.5, Unit.INVERSE_METRE, "0.5 1/m · 2.00 m"),
        (0.0, Unit.INVERSE_METRE, "0 1/m · far away"),
        (np.nan, Unit.RELATIVE, "unknown"),
    ],
)
def test_metres_are_shown_only_where_the_unit_gives_them(
    value: float, unit: Unit, text: str
) -> None:
    assert disparity_at(_lane(value, unit), 3.2, 4.9) == text


def test_outside_the_picture_there_is_nothing_to_say() -> None:
    assert disparity_at(_lane(1.0, Unit.RELATIVE), 16.0, 0) == ""
    assert colour_at(make_frame(), -1, 5) == ""


def test_the_colour_under_the_cursor_is_the_pixels_own() -> None:
    frame = make_frame(3)
    assert colour_at(frame, 2.9, 1.1) == "x 2 y 1 · #151515"


def test_frames_per_second_come_from_what_was_shown() -> None:
    meter = PaceMeter()
    for tick in range(11):
        frame = dataclasses.replace(make_frame(), captured_ns=tick * 50_000_000)
        result = FrameResult(frame, {}, stages_ms={"net": 20.0}, done_ns=frame.captured_ns)
        meter.add(result, frame.captured_ns + 30_000_000)
    pace = meter.read()
    assert pace.fps == pytest.approx(20.0)
    assert pace.latency_ms == pytest.approx(30.0)
    assert pace.stages_ms == {"net": 20.0, "draw": 30.0}


def test_a_pause_does_not_count_as_slowness() -> None:
    meter = PaceMeter()
    result = FrameResult(make_frame(), {}, stages_ms={}, done_ns=0)
    for shown_ns in (0, 40_000_000, 10_000_000_000, 10_040_000_000):
        meter.add(result, shown_ns)
    assert meter.read().fps == pytest.approx(25.0)

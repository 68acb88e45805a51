"""The analyzer: what it compares, and what it no longer compares once a lane's model changed."""

from __future__ import annotations

import numpy as np
import pytest

from app.analysis.analyzer import Analyzer
from app.analysis.request import AnalysisRequest
from app.core.results import LaneResult
from models.frames import DepthMap, Float32, Unit
from tests.support.fakes import make_frame

SIZE = (64, 48)
RAMP: Float32 = np.linspace(1, 2, SIZE[0] * SIZE[1], dtype=np.float32).reshape(SIZE[1], SIZE[0])
DIFFERENCE = AnalysisRequest(difference="clip")


def lane(disparity: Float32, index: int = 0) -> LaneResult:
    levels = np.full(disparity.shape, 128, np.uint8)
    return LaneResult("fake", DepthMap(disparity, Unit.RELATIVE, index), levels, (1, 2), 1, False)


def test_lane_b_is_laid_over_lane_a_before_the_difference() -> None:
    lanes = {"a": lane(RAMP), "b": lane(2 * RAMP + 1)}
    analysis = Analyzer().analyze(make_frame(size=SIZE), lanes, DIFFERENCE)
    assert analysis is not None
    assert analysis.difference is not None
    found = analysis.difference.alignment
    assert (found.scale, found.shift) == pytest.approx((0.5, -0.5), abs=1e-3)


@pytest.mark.parametrize("index", [1, 0], ids=["playing", "paused"])
def test_another_model_is_not_aligned_by_what_the_last_one_saw(index: int) -> None:
    analyzer = Analyzer()
    analyzer.analyze(make_frame(0, size=SIZE), {"a": lane(RAMP), "b": lane(2 * RAMP)}, DIFFERENCE)
    analyzer.forget("b")
    lanes = {"a": lane(RAMP), "b": lane(5 * RAMP)}
    analysis = analyzer.analyze(make_frame(index, size=SIZE), lanes, DIFFERENCE)
    assert analysis is not None
    assert analysis.difference is not None
    assert analysis.difference.alignment.scale == pytest.approx(0.2, abs=1e-3)


def test_the_scale_follows_at_once_when_the_lanes_are_aligned_in_another_way() -> None:
    analyzer, a = Analyzer(), np.linspace(0.1, 0.5, 4800, dtype=np.float32).reshape(60, 80)
    limits = []
    for index, method in enumerate(("none", "clip")):
        frame, lanes = make_frame(index, size=(80, 60)), {"a": lane(a), "b": lane(10 * a + 1)}
        analysis = analyzer.analyze(frame, lanes, AnalysisRequest(difference=method))
        assert analysis is not None
        assert analysis.difference is not None
        limits.append(analysis.difference.limit)
    assert limits[1] < limits[0] / 100


def test_another_model_does_not_count_as_flicker() -> None:
    analyzer, request = Analyzer(), AnalysisRequest(flicker_window=15)
    for index in range(2):
        analyzer.analyze(make_frame(0, size=SIZE), {"a": lane(RAMP, index)}, request)
    analyzer.forget("a")
    analysis = analyzer.analyze(
        make_frame(1, size=SIZE), {"a": lane(RAMP[::-1].copy(), 1)}, request
    )
    assert analysis is not None
    assert analysis.flicker is not None
    assert np.isnan(analysis.flicker.lanes["a"].flicker)


def test_an_xt_slice_of_another_model_begins_empty() -> None:
    analyzer, request = Analyzer(), AnalysisRequest(scan_line=0.5)
    for index in range(3):
        analysis = analyzer.analyze(make_frame(index, size=SIZE), {"a": lane(RAMP)}, request)
    assert analysis is not None
    assert analysis.slice_frames == {"a": 3}
    analyzer.forget("a")
    analysis = analyzer.analyze(make_frame(3, size=SIZE), {"a": lane(RAMP)}, request)
    assert analysis is not None
    assert analysis.slice_frames == {"a": 1}


def test_heat_that_comes_back_while_paused_is_that_of_the_frame_on_screen() -> None:
    analyzer, heat = Analyzer(), AnalysisRequest(flicker_window=15, heat=True)
    shown = {"a": lane(RAMP)}
    for index in range(3):
        analyzer.analyze(make_frame(index, size=SIZE), shown, heat)
    for index in range(3, 9):
        analyzer.analyze(make_frame(index, size=SIZE), shown, AnalysisRequest(scan_line=0.5))
    analysis = analyzer.analyze(make_frame(8, size=SIZE), shown, heat)
    assert analysis is not None
    assert analysis.flicker is not None
    assert analysis.flicker.frame_index == 8

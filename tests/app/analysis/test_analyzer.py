"""The analyzer: what it compares, and what it no longer compares once a lane's model changed."""

from __future__ import annotations

import numpy as np
import pytest

from app.analysis.analyzer import Analyzer
from app.analysis.request import AnalysisRequest
from app.analysis.steadiness import FEWEST_PAIRS
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


def test_heat_and_drift_are_worked_out_only_when_asked_for_and_flicker_is_the_same() -> None:
    numbers, everything = Analyzer(), Analyzer()
    rng = np.random.default_rng(3)
    lean, full = (
        AnalysisRequest(flicker_window=5),
        AnalysisRequest(flicker_window=5, heat=True, drift=True),
    )
    for index in range(6):
        frame = make_frame(index, size=SIZE)
        shown = {"a": lane(RAMP + rng.normal(0, 0.01, RAMP.shape).astype(np.float32), index)}
        one, two = numbers.analyze(frame, shown, lean), everything.analyze(frame, shown, full)
    assert one is not None
    assert two is not None
    assert one.flicker is not None
    assert two.flicker is not None
    lane_one, lane_two = one.flicker.lanes["a"], two.flicker.lanes["a"]
    assert lane_one.flicker == lane_two.flicker > 0
    assert lane_one.recent == lane_two.recent
    assert np.isnan([lane_one.scale, lane_one.shift]).all()
    assert np.isnan(lane_one.heat).all()
    asked_later = numbers.analyze(frame, shown, full)
    assert asked_later is not None
    assert asked_later.flicker is not None
    later = asked_later.flicker.lanes["a"]
    assert (later.scale, later.shift) == (lane_two.scale, lane_two.shift)
    np.testing.assert_allclose(later.heat, lane_two.heat, rtol=1e-3)


def test_a_sample_takes_every_pair_of_a_shots_first_frames_then_every_third() -> None:
    exact, sampled = Analyzer(), Analyzer()
    rng = np.random.default_rng(4)
    measured: list[int] = []
    for index in range(60):
        shown = {"a": lane(RAMP + rng.normal(0, 0.01, RAMP.shape).astype(np.float32), index)}
        frame = make_frame(index, size=SIZE)
        whole = exact.analyze(frame, shown, AnalysisRequest(flicker_window=5))
        part = sampled.analyze(frame, shown, AnalysisRequest(flicker_window=5, is_sampled=True))
        assert whole is not None
        assert part is not None
        assert whole.flicker is not None
        assert part.flicker is not None
        if part.flicker.frame_index == index:
            measured.append(index)
            one, other = part.flicker.lanes["a"], whole.flicker.lanes["a"]
            assert one.error == pytest.approx(other.error, nan_ok=True)
            assert one.flicker == pytest.approx(other.flicker, rel=0.05, nan_ok=True)
    assert measured[: FEWEST_PAIRS + 1] == list(range(FEWEST_PAIRS + 1))
    assert set(np.diff(measured[FEWEST_PAIRS + 1 :])) == {3}


def test_a_cut_is_measured_even_where_a_sample_is_enough() -> None:
    analyzer, request = Analyzer(), AnalysisRequest(flicker_window=5, is_sampled=True)
    for index in range(40):
        frame = make_frame(index, size=SIZE)
        analysis = analyzer.analyze(frame, {"a": lane(RAMP, 5)}, request, cut=index in (37, 39))
        assert analysis is not None
        assert analysis.flicker is not None
        if index > 36:
            assert analysis.flicker.frame_index == index
            assert analysis.flicker.paired == (index == 38)

"""When the numbers say that one lane is steadier, and when they say nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from app.analysis.steadiness import FEWEST_PAIRS, KEPT_PAIRS, Steadiness, times
from app.core.flicker_values import FlickerResult, LaneFlicker
from app.core.results import Analysis, FrameResult, LaneResult
from models.frames import DepthMap, Unit
from tests.support.fakes import make_frame

PLANE = np.ones((12, 16), np.float32)
MODELS = ("flashdepth-lite", "flashdepth-lite-per-frame")


def lane(model: str) -> LaneResult:
    depth = DepthMap(PLANE, Unit.RELATIVE, 0)
    return LaneResult(model, depth, PLANE.astype(np.uint8), (0.0, 1.0), 1.0, False)


def result(
    index: int, a: float, b: float, models: tuple[str, str] = MODELS, cut: bool = False
) -> FrameResult:
    nan = math.nan
    measured = {
        name: LaneFlicker(value, value, value, PLANE, nan, nan, 1.0)
        for name, value in (("a", a), ("b", b))
    }
    flicker = FlickerResult(index, 0, True, 0.0, False, False, measured)
    return FrameResult(
        make_frame(index=index),
        {"a": lane(models[0]), "b": lane(models[1])},
        analysis=Analysis(flicker=flicker),
        cut=cut,
    )


def fed(pairs: Sequence[tuple[float, float]]) -> Steadiness:
    made = Steadiness()
    for index, (a, b) in enumerate(pairs):
        made.add(result(index, a, b))
    return made


def test_the_steadier_lane_is_named_with_how_much_less_it_flickers() -> None:
    verdict = fed([(0.02, 0.05)] * KEPT_PAIRS).verdict()
    assert verdict is not None
    assert verdict.lane == "a"
    assert verdict.ratio == pytest.approx(2.5)
    other_way = fed([(0.05, 0.02)] * KEPT_PAIRS).verdict()
    assert other_way is not None
    assert other_way.lane == "b"


@pytest.mark.parametrize(
    "pairs",
    [
        [(0.02, 0.05)] * (FEWEST_PAIRS - 1),  # too few
        [(0.050, 0.055)] * KEPT_PAIRS,  # about the same
        [(0.0005, 0.003)] * KEPT_PAIRS,  # neither can be seen to flicker
        [(0.02, 0.05), (0.05, 0.02), (0.02, 0.08)] * 20,  # not the same lane each time
        [(math.nan, 0.05)] * KEPT_PAIRS,  # nothing was measured
    ],
)
def test_nothing_is_said_where_the_numbers_do_not_support_it(
    pairs: list[tuple[float, float]],
) -> None:
    assert fed(pairs).verdict() is None


def test_a_single_jump_decides_nothing() -> None:
    assert fed([(0.02, 0.021)] * 50 + [(0.02, 5.0)] * 5).verdict() is None


def test_a_cut_and_another_model_begin_anew() -> None:
    made = fed([(0.02, 0.05)] * KEPT_PAIRS)
    made.add(result(KEPT_PAIRS, 0.02, 0.05, cut=True))
    assert made.verdict() is None
    made = fed([(0.02, 0.05)] * KEPT_PAIRS)
    made.add(result(KEPT_PAIRS, 0.02, 0.05, ("flashdepth-lite", "depth-anything-v2-s")))
    assert made.verdict() is None


def test_a_frame_that_is_shown_again_counts_once() -> None:
    made = Steadiness()
    for _ in range(KEPT_PAIRS):
        made.add(result(7, 0.02, 0.05))
    assert made.verdict() is None


def test_the_truth_is_no_competitor() -> None:
    made = Steadiness()
    for index in range(KEPT_PAIRS):
        made.add(result(index, 0.02, 0.05, ("ground-truth", "flashdepth-lite")))
    assert made.verdict() is None


def test_a_ratio_is_rounded_down_and_not_endless() -> None:
    assert times(2.49) == "2.4×"
    assert times(10.0) == "10.0×"
    assert times(math.inf) == "more than 10×"

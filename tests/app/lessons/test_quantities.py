"""What the meters of the lessons compute, on results whose answers are known."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
import pytest

from app.core.results import FrameResult, LaneResult
from app.lessons.quantities import table
from app.lessons.quantities.quantity import Reading, Screen
from app.settings.settings import Settings
from models.frames import DepthMap, Float32, Frame, GroundTruth, Unit
from models.geometry import Intrinsics

SIZE = (64, 48)
TRUTH: Float32 = np.linspace(0.15, 0.8, SIZE[0] * SIZE[1], dtype=np.float32).reshape(48, 64)
SETTINGS = Settings(model_a="ground-truth", model_b="flashdepth-lite")
LEVELS = np.full(TRUTH.shape, 128, np.uint8)
NOISE: Float32 = np.random.default_rng(1).normal(0, 0.01, TRUTH.shape).astype(np.float32)


def screen(
    a: Float32 = TRUTH,
    b: Float32 = TRUTH,
    index: int = 0,
    fresh: bool = False,
    ends: tuple[float, float] = (0.1, 0.9),
    settings: Settings = SETTINGS,
) -> Screen:
    """Two lanes over a frame whose truth is known."""
    frame = Frame(
        np.zeros((*TRUTH.shape, 3), np.uint8), index, 0, 0, index / 25,
        Intrinsics.from_fov(60.0, *SIZE), GroundTruth(TRUTH),
    )  # fmt: skip
    lanes = {
        name: LaneResult(model, DepthMap(values, unit, index), LEVELS, ends, 1.0, fresh)
        for name, model, values, unit in (
            ("a", settings.model_a, a, Unit.INVERSE_METRE),
            ("b", settings.model_b, b, Unit.RELATIVE),
        )
    }
    return Screen(FrameResult(frame, lanes), settings)


def measured(key: str, screens: Iterable[Screen]) -> Reading | None:
    meter = table.find(key).make()
    for each in screens:
        meter.add(each)
    return meter.reading()


def value(key: str, *screens: Screen) -> float | str:
    reading = measured(key, screens)
    assert reading is not None
    assert reading.said.endswith(".")
    return reading.value


@pytest.mark.parametrize("key", table.KEYS)
def test_every_quantity_says_what_it_is_and_waits_for_something(key: str) -> None:
    quantity = table.find(key)
    assert quantity.title and quantity.needs.endswith(".")
    assert quantity.make().reading() is None


def test_a_lane_of_another_model_is_not_on_screen_yet() -> None:
    other = dataclasses.replace(screen(), settings=dataclasses.replace(SETTINGS, model_b="off"))
    assert other.lane("b") is None and other.lane("a") is not None
    assert measured("scale-between-lanes", [other]) is None


def test_scale_and_what_a_fit_leaves() -> None:
    b = 8.0 * TRUTH + 1.0
    assert value("scale-between-lanes", screen(b=8.0 * TRUTH)) == pytest.approx(8.0, rel=1e-4)
    assert value("difference-left", screen(b=b)) == pytest.approx(0.0, abs=0.01)


def test_the_depth_error_at_twice_the_distance_is_four_times_as_large_or_a_little_more() -> None:
    assert 4.0 < float(value("depth-error-ratio", screen(b=5.0 * (TRUTH + NOISE)))) < 4.5


def test_the_middle_of_the_picture_is_as_far_as_its_disparity_says() -> None:
    near: Float32 = np.full_like(TRUTH, 0.4)
    assert value("distance-in-the-middle", screen(a=near)) == pytest.approx(2.5, rel=1e-3)


def test_a_colour_wanders_only_with_the_range() -> None:
    still = [screen(index=n) for n in range(30)]
    assert value("colour-change", *still) == 0.0
    moving = [screen(index=n, ends=(0.1, 0.9 + 0.4 * (n % 2))) for n in range(30)]
    middle = float(np.median(TRUTH))
    wanted = 100 * ((middle - 0.1) / 0.8 - (middle - 0.1) / 1.2)
    assert float(value("colour-change", *moving)) == pytest.approx(wanted, rel=0.02)
    assert measured("colour-change", still[:10]) is None


def test_a_reset_is_compared_with_the_usual_change() -> None:
    steps = [screen(a=TRUTH + 0.001 * n, index=n, fresh=n == 0) for n in range(10)]
    assert measured("jump-at-a-reset", steps) is None  # the first frame is no reset
    jump = screen(a=TRUTH + 0.009 + 0.005, index=10, fresh=True)
    assert float(value("jump-at-a-reset", *steps, jump)) == pytest.approx(5.0, rel=1e-2)


def test_the_lane_that_is_nearer_to_the_truth_and_the_one_that_drifts() -> None:
    drifting = [screen(TRUTH + NOISE / 4, TRUTH * (1 + 0.1 * (n % 2)), n) for n in range(40)]
    assert value("nearer-the-truth", *drifting) == "a"
    assert value("more-drift", *drifting) == "b"
    alike = [screen(TRUTH + NOISE, 3 * (TRUTH + NOISE), n) for n in range(20)]
    assert value("nearer-the-truth", *alike) == "alike"


def test_an_order_turns_where_one_lane_drifts_and_the_other_has_wrong_shapes() -> None:
    seen = [screen(TRUTH + NOISE, TRUTH * (1 + 0.2 * (n % 2)), 4 * n) for n in range(45)]
    assert value("ranking", *seen) == "turns"
    assert measured("ranking", [dataclasses.replace(each) for each in seen[:20]]) is None


def test_the_ruler_is_compared_with_the_truth_between_the_same_pixels() -> None:
    laid = dataclasses.replace(SETTINGS, cloud_offset=0.0, cloud_gain=2.0)
    on = dataclasses.replace(screen(settings=laid), ruler=((5, 20), (55, 20)))
    assert float(value("ruler-error", on)) == pytest.approx(50.0, abs=0.1)
    assert measured("ruler-error", [screen(settings=laid)]) is None

"""The display range."""

from __future__ import annotations

import numpy as np
import pytest

from renderers.display_range import RangeMode, RangeSettings, RangeTracker, _percentiles
from renderers.levels import quantise


def ramp(low: float, high: float, shape: tuple[int, int] = (120, 160)) -> np.ndarray:
    return np.linspace(low, high, shape[0] * shape[1], dtype=np.float32).reshape(shape)


@pytest.mark.parametrize("mode", [RangeMode.STABLE, RangeMode.PER_FRAME])
@pytest.mark.parametrize("value", [0.0, 1.0, 250.0, 1e-9])
def test_a_constant_picture_still_gives_a_range_to_divide_by(mode: RangeMode, value: float) -> None:
    tracker = RangeTracker(RangeSettings(mode=mode))
    far, near = tracker.update({"a": np.full((40, 40), value, np.float32)}, shared=False)["a"]
    assert far < near
    assert np.isfinite(254 / (near - far))
    assert far <= value <= near


@pytest.mark.parametrize("mode", [RangeMode.STABLE, RangeMode.PER_FRAME])
def test_unknown_and_infinite_values_count_for_nothing(mode: RangeMode) -> None:
    clean = ramp(1.0, 2.0)
    dirty = clean.copy()
    dirty[::3] = np.nan
    dirty[1::3, ::2] = np.inf
    dirty[1::3, 1::2] = -np.inf
    far, near = RangeTracker(RangeSettings(mode=mode)).update({"a": dirty}, shared=False)["a"]
    assert 1.0 <= far < 1.05
    assert 1.95 < near <= 2.0


@pytest.mark.parametrize("mode", list(RangeMode))
def test_a_picture_without_a_single_known_value_gives_some_range(mode: RangeMode) -> None:
    unknown = np.full((30, 30), np.nan, np.float32)
    far, near = RangeTracker(RangeSettings(mode=mode)).update({"a": unknown}, shared=True)["a"]
    assert far < near


def test_a_stretch_without_known_values_keeps_the_range() -> None:
    tracker = RangeTracker()
    before = tracker.update({"a": ramp(1, 2)}, shared=True)
    after = tracker.update({"a": np.full((30, 30), np.nan, np.float32)}, shared=True)
    assert after == before


def test_a_few_near_pixels_do_not_move_the_range() -> None:
    plain, dusty = ramp(1, 2), ramp(1, 2)
    dusty.ravel()[::200] = 1000.0
    expected = RangeTracker().update({"a": plain}, shared=False)["a"]
    assert RangeTracker().update({"a": dusty}, shared=False)["a"] == pytest.approx(
        expected, rel=0.02
    )


def test_a_hand_near_the_lens_moves_the_range_slowly() -> None:
    tracker = RangeTracker(RangeSettings(time_constant_frames=30))
    for _ in range(60):
        settled = tracker.update({"a": ramp(1, 2)}, shared=False)["a"]
    hand = ramp(1, 2)
    hand[:40] = 10.0
    first = tracker.update({"a": hand}, shared=False)["a"]
    assert settled[1] < first[1] < settled[1] + 0.05 * (10.0 - settled[1])
    for _ in range(30):
        later = tracker.update({"a": hand}, shared=False)["a"]
    assert later[1] > settled[1] + 0.5 * (10.0 - settled[1])


def test_a_reset_converges_at_once() -> None:
    tracker = RangeTracker()
    for _ in range(60):
        tracker.update({"a": ramp(1, 2)}, shared=False)
    tracker.reset()
    fresh = RangeTracker().update({"a": ramp(50, 90)}, shared=False)
    assert tracker.update({"a": ramp(50, 90)}, shared=False) == fresh


def test_a_shared_range_is_the_same_for_both_lanes_and_holds_both() -> None:
    ranges = RangeTracker().update({"a": ramp(1, 2), "b": ramp(3, 4)}, shared=True)
    assert ranges["a"] == ranges["b"]
    assert ranges["a"][0] < 1.2
    assert ranges["a"][1] > 3.8


def test_apart_each_lane_has_its_own_range_under_the_same_rule() -> None:
    ranges = RangeTracker().update({"a": ramp(1, 2), "b": ramp(3, 4)}, shared=False)
    assert ranges["b"] == pytest.approx((ranges["a"][0] + 2, ranges["a"][1] + 2), abs=1e-3)


def test_lanes_that_differ_in_scale_and_level_alone_get_the_same_levels() -> None:
    tracker, rng = RangeTracker(), np.random.default_rng(2)
    for _ in range(5):
        one = rng.gamma(2.0, 1.0, (60, 80)).astype(np.float32)
        seen = {"a": one, "b": (7 * one - 30).astype(np.float32)}
        ranges = tracker.update(seen, shared=False)
    levels = {name: quantise(seen[name], ranges[name]).astype(int) for name in seen}
    assert np.abs(levels["a"] - levels["b"]).max() <= 1


def test_one_colour_means_as_many_deviations_from_the_median_in_either_lane() -> None:
    rng = np.random.default_rng(3)
    lanes = {"a": rng.normal(5, 1, (99, 99)), "b": 40 + 9 * rng.gamma(2.0, 1.0, (99, 99))}
    lanes = {name: one.astype(np.float32) for name, one in lanes.items()}
    ends = []
    for name, (far, near) in RangeTracker().update(lanes, shared=False).items():
        within = np.clip(lanes[name], *np.percentile(lanes[name], (2, 98)))
        median = np.median(within)
        deviation = np.mean(np.abs(within - median))
        ends.append(((far - median) / deviation, (near - median) / deviation))
    assert ends[0] == pytest.approx(ends[1], rel=0.01)


def test_a_few_near_pixels_of_one_lane_do_not_move_the_matched_ranges() -> None:
    plain, dusty = ramp(1, 2), ramp(3, 4)
    dusty.ravel()[::200] = 1000.0
    expected = RangeTracker().update({"a": plain, "b": ramp(3, 4)}, shared=False)
    found = RangeTracker().update({"a": plain, "b": dusty}, shared=False)
    for name in ("a", "b"):
        assert found[name] == pytest.approx(expected[name], rel=0.02)


@pytest.mark.parametrize("value", [0.0, 1e-9, 250.0])
def test_a_constant_or_unknown_lane_beside_another_still_gets_a_range(value: float) -> None:
    unknown = np.full((30, 30), np.nan, np.float32)
    seen = {"a": ramp(1, 2), "b": np.full((30, 30), value, np.float32), "c": unknown}
    for far, near in RangeTracker().update(seen, shared=False).values():
        assert np.isfinite(254 / (near - far))
        assert far < near


def test_per_frame_follows_each_frame_from_end_to_end() -> None:
    tracker = RangeTracker(RangeSettings(mode=RangeMode.PER_FRAME))
    assert tracker.update({"a": ramp(1, 2)}, shared=True)["a"] == (1.0, 2.0)
    assert tracker.update({"a": ramp(5, 9)}, shared=True)["a"] == (5.0, 9.0)


def test_a_fixed_range_ignores_the_picture() -> None:
    tracker = RangeTracker(RangeSettings(mode=RangeMode.FIXED, fixed=(0.25, 4.0)))
    assert tracker.update({"a": ramp(1, 2), "b": ramp(7, 8)}, shared=False) == {
        "a": (0.25, 4.0),
        "b": (0.25, 4.0),
    }


def test_changing_the_settings_keeps_what_was_followed() -> None:
    tracker = RangeTracker()
    before = tracker.update({"a": ramp(1, 2)}, shared=False)["a"]
    tracker.configure(RangeSettings(mode=RangeMode.FIXED))
    tracker.update({"a": ramp(5, 9)}, shared=False)
    tracker.configure(RangeSettings())
    assert tracker.update({"a": ramp(1, 2)}, shared=False)["a"] == pytest.approx(before)


@pytest.mark.parametrize(
    "wrong",
    [
        {"fixed": (1.0, 1.0)},
        {"low_percentile": 60.0, "high_percentile": 40.0},
        {"time_constant_frames": 0.5},
    ],
)
def test_unusable_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError):
        RangeSettings(**wrong)


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
def test_the_percentiles_are_numpys(count: int) -> None:
    sample = np.random.default_rng(count).random(count, np.float32)
    ours = _percentiles(sample, 0.0, 2.0, 98.0, 100.0)
    assert np.allclose(ours, np.percentile(sample, (0, 2, 98, 100)), rtol=1e-6)

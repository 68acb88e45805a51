import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.metrics import (
    Alignment,
    FlowWarpedError,
    ScaleDrift,
    Spread,
    SpreadSums,
    StaticNoise,
    StepDrift,
    photometric_weight,
    static_noise,
    step_drift,
    warped_error,
)

ONES = np.ones((24, 32), np.float32)


def _ramp() -> np.ndarray:
    return np.linspace(1, 5, ONES.size, dtype=np.float32).reshape(ONES.shape)


@given(
    seed=st.integers(0, 100),
    scale=st.sampled_from([1e-6, 1.0, 3e7]),
    shift=st.sampled_from([0.0, -2.0, 1000.0]),
)
@settings(max_examples=40)
def test_the_streamed_spread_is_the_spread_of_all_frames(
    seed: int, scale: float, shift: float
) -> None:
    rng = np.random.default_rng(seed)
    frames = scale * (rng.gamma(2.0, 1.0, (5, 30, 40)) + shift).astype(np.float32)
    sums = SpreadSums()
    for frame in frames:
        sums.add(frame)

    median = float(np.median(frames))
    assert sums.spread.median == pytest.approx(median, abs=3e-3 * scale)
    expected = float(np.mean(np.abs(frames - median)))
    assert sums.spread.deviation == pytest.approx(expected, rel=1e-4)


def test_the_spread_of_two_values_is_known_by_hand() -> None:
    sums = SpreadSums()
    sums.add(np.float32([1, 1, 1, 4, np.nan, np.inf]))

    assert sums.spread == Spread(pytest.approx(1.0, abs=1e-6), pytest.approx(0.75, abs=1e-6))


def test_nothing_seen_has_no_spread() -> None:
    assert math.isnan(SpreadSums().spread.deviation)


def test_faded_frames_lose_their_say() -> None:
    sums = SpreadSums()
    sums.add(ONES)
    sums.fade(0.1)
    sums.add(9 * ONES)

    assert sums.spread.median == pytest.approx(9.0)


def test_normalised_disparity_has_median_zero_and_deviation_one() -> None:
    sums = SpreadSums()
    sums.add(_ramp())
    normalised = sums.spread.normalised(_ramp())

    assert np.median(normalised) == pytest.approx(0.0, abs=5e-3)
    assert np.mean(np.abs(normalised)) == pytest.approx(1.0, rel=1e-3)
    assert normalised.dtype == np.float32
    assert np.all(Spread(3.0, 0.0).normalised(3 * ONES) == 0.0)


def test_the_photometric_weight_falls_as_nvds_says() -> None:
    grey = np.float32([[0.5, 0.5, 0.5]])
    weight = photometric_weight(np.float32([[0.5, 0.6, np.nan]]), grey)

    np.testing.assert_allclose(weight, [[1.0, math.exp(-0.5), 0.0]], rtol=1e-5)


def test_the_warped_error_is_a_weighted_mean_over_what_compares() -> None:
    previous = np.float32([[1, 2, 3, np.nan]])
    disparity = np.float32([[2, 4, 9, 1]])
    # |differences| 1 2 6 with weights 1 .5 0 -> (1 + 1) / 1.5
    assert warped_error(previous, disparity, np.float32([[1, 0.5, 0, 1]])) == pytest.approx(4 / 3)
    assert math.isnan(warped_error(previous, disparity, 0 * previous[:, :4]))


def test_opw_matches_a_case_done_by_hand() -> None:
    # Half of the pixels at 1, half at 3: median 2, deviation 1. The second frame is .5 higher.
    frame = ONES.copy()
    frame[:12] = 3.0
    opw = FlowWarpedError()
    opw.add(frame)
    opw.add(frame + np.float32(0.5), warped_error(frame, frame + np.float32(0.5), ONES))
    both = np.stack([frame, frame + np.float32(0.5)])
    deviation = np.mean(np.abs(both - np.median(both)))

    assert opw.value == pytest.approx(0.5 / deviation, rel=1e-3)
    assert opw.pairs == 1


@given(scale=st.floats(0.1, 100), shift=st.floats(0, 100), amplitude=st.floats(0.01, 0.3))
@settings(max_examples=25)
def test_opw_is_proportional_to_flicker_and_blind_to_scale_and_shift(
    scale: float, shift: float, amplitude: float
) -> None:
    opw = FlowWarpedError()
    last = np.nan * ONES
    for n in range(6):
        seen = np.float32(scale) * (_ramp() + amplitude * (-1) ** n) + np.float32(shift)
        opw.add(seen, warped_error(last, seen, ONES))
        last = seen

    # A ramp from 1 to 5 has deviation 1, and a little more while it is shaken.
    deviation = 1 + amplitude**2 / 4
    assert opw.value == pytest.approx(2 * amplitude / deviation, rel=0.005)


def test_opw_without_a_pair_or_without_spread_is_unknown() -> None:
    opw = FlowWarpedError()
    opw.add(ONES)
    assert math.isnan(opw.value)
    opw.add(ONES, 0.0)
    assert math.isnan(opw.value)


def test_static_noise_matches_a_case_done_by_hand() -> None:
    # Every pixel alternates between 9 and 11: std 1, median 10 -> 10 %.
    frames = np.stack([(10 + (-1) ** n) * ONES for n in range(40)])

    assert static_noise(frames) == pytest.approx(10.0)


def test_static_noise_is_proportional_to_planted_noise() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, (40, *ONES.shape)).astype(np.float32)

    one, two = static_noise(10 + 0.1 * noise), static_noise(10 + 0.2 * noise)

    assert one == pytest.approx(1.0, rel=0.05)
    assert two == pytest.approx(2 * one, rel=0.02)


def test_static_noise_of_unknown_pixels_is_unknown() -> None:
    assert math.isnan(static_noise(np.full((5, 2, 2), np.nan, np.float32)))


def test_static_windows_do_not_reach_across_shots() -> None:
    noise = StaticNoise(window=10)
    for shot in range(3):
        for _ in range(9):
            noise.add((shot + 1) * ONES)
        noise.end_shot()

    assert noise.value == pytest.approx(0.0)


def test_static_noise_holds_one_window_only() -> None:
    noise = StaticNoise(window=10)
    for n in range(95):
        noise.add((10 + (-1) ** n) * ONES)
        assert len(noise._held) < 10

    assert noise.value == pytest.approx(10.0, rel=0.02)


def test_a_short_shot_counts_only_if_there_is_no_longer_one() -> None:
    noise = StaticNoise(window=40)
    for n in range(4):
        noise.add((10 + (-1) ** n) * ONES)
    assert noise.value == pytest.approx(10.0)
    noise.end_shot()
    assert noise.value == pytest.approx(10.0)
    for _ in range(25):
        noise.add(ONES)
    assert noise.value == pytest.approx(0.0)


def test_another_size_starts_a_new_static_window() -> None:
    noise = StaticNoise()
    noise.add(ONES)
    noise.add(np.ones((3, 3), np.float32))

    assert math.isnan(noise.value)


def test_scale_drift_matches_a_case_done_by_hand() -> None:
    # g = 1; p = 1, 2: s = 1, 1/2; mean 3/4; std 1/4 -> 1/3
    drift = ScaleDrift()
    drift.add(ONES, ONES)
    drift.add(2 * ONES, ONES)
    same = Alignment(1.0, 0.0)

    np.testing.assert_allclose(drift.scales(same), [1.0, 0.5])
    assert drift.value(same) == pytest.approx(1 / 3)


def test_scale_drift_takes_the_alignment_into_account() -> None:
    drift = ScaleDrift()
    for factor in (1.0, 1.1, 0.9):
        aligned = np.float32(factor) * _ramp()
        drift.add((aligned - 3) / 2, _ramp())

    expected = np.array([1, 1 / 1.1, 1 / 0.9])
    np.testing.assert_allclose(drift.scales(Alignment(2.0, 3.0)), expected, rtol=1e-4)
    assert drift.value(Alignment(2.0, 3.0)) == pytest.approx(np.std(expected / expected.mean()))


def test_scale_drift_of_fewer_than_two_known_frames_is_unknown() -> None:
    drift = ScaleDrift()
    assert math.isnan(drift.value(Alignment(1, 0)))
    drift.add(ONES, ONES)
    drift.add(ONES, np.nan * ONES)
    assert math.isnan(drift.value(Alignment(1, 0)))


def test_step_drift_tells_scale_from_level() -> None:
    spread = Spread(3.0, 1.0)
    ramp = _ramp()

    scale, level = step_drift(ramp, 1.1 * (ramp - 3) + 3, spread)
    assert scale == pytest.approx(1.1, abs=1e-3)
    assert level == pytest.approx(0.0, abs=1e-3)

    scale, level = step_drift(ramp, ramp + np.float32(0.5), spread)
    assert scale == pytest.approx(1.0, abs=1e-3)
    assert level == pytest.approx(0.5, abs=1e-3)


def test_step_drift_is_not_moved_by_an_object_that_moves() -> None:
    ramp = _ramp()
    later = ramp.copy()
    later[:8, :12] += 4

    scale, level = step_drift(ramp, later, Spread(3.0, 1.0))

    assert (scale, level) == (pytest.approx(1.0, abs=1e-3), pytest.approx(0.0, abs=1e-3))


def test_step_drift_of_nothing_is_unknown() -> None:
    assert all(math.isnan(x) for x in step_drift(np.nan * ONES, ONES, Spread(1, 1)))


def test_step_drift_is_a_root_mean_square_about_one() -> None:
    drift = StepDrift()
    assert math.isnan(drift.value)
    for scale in (1.1, 0.9, math.nan):
        drift.add(scale)

    assert drift.value == pytest.approx(0.1)

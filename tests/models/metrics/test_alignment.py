import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import (
    AlignmentSums,
    PairSample,
    align_least_squares,
    align_medians,
    align_robust,
)


def _map(seed: int = 0, shape: tuple[int, int] = (30, 40)) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.5, 8.0, shape).astype(np.float32)


def test_least_squares_solves_a_case_done_by_hand() -> None:
    # x = 0 1 2, y = 1 2 6: mean x 1, mean y 3, Sxy 5, Sxx 2 -> scale 2.5, shift 0.5
    found = align_least_squares(np.float32([0, 1, 2]), np.float32([1, 2, 6]))

    assert found.scale == pytest.approx(2.5)
    assert found.shift == pytest.approx(0.5)


def test_least_squares_agrees_with_scikit_learn() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    x = _map()
    y = 0.3 * x + 2 + np.random.default_rng(1).normal(0, 0.5, x.shape).astype(np.float32)
    theirs = linear_model.LinearRegression().fit(x.reshape(-1, 1).astype(float), y.ravel())

    ours = align_least_squares(x, y)

    assert ours.scale == pytest.approx(theirs.coef_[0], rel=1e-6)
    assert ours.shift == pytest.approx(theirs.intercept_, rel=1e-6)


@given(scale=st.floats(0.01, 50), shift=st.floats(-20, 20))
def test_every_alignment_finds_the_scale_and_shift_that_were_planted(
    scale: float, shift: float
) -> None:
    x = _map()
    y = np.float32(scale) * x + np.float32(shift)

    for align in (align_least_squares, align_medians, align_robust):
        found = align(x, y)
        assert found.scale == pytest.approx(scale, rel=1e-3, abs=1e-4)
        np.testing.assert_allclose(found.apply(x), y, atol=1e-3 * float(np.abs(y).max()))


def test_the_scale_is_never_negative() -> None:
    x = _map()

    found = align_least_squares(x, -x)

    assert found.scale == 0.0
    assert found.shift == pytest.approx(-float(x.mean()), rel=1e-5)


def test_a_constant_map_is_moved_to_the_mean_of_the_reference() -> None:
    reference = _map()

    for align in (align_least_squares, align_medians, align_robust):
        found = align(np.full_like(reference, 3.0), reference)
        assert found.scale == 0.0
        assert found.shift == pytest.approx(float(reference.mean()), abs=0.05)


def test_unknown_pixels_are_left_out_of_both_maps() -> None:
    x = _map()
    y = 2 * x + 1
    x[3:6], y[:, 5:9] = np.nan, np.nan

    found = align_least_squares(x, y)

    assert (found.scale, found.shift) == (pytest.approx(2.0), pytest.approx(1.0, abs=1e-5))


def test_maps_without_a_common_pixel_cannot_be_aligned() -> None:
    x, y = np.float32([1, np.nan]), np.float32([np.nan, 1])

    for align in (align_least_squares, align_medians, align_robust):
        with pytest.raises(ValueError, match="no pixel is known in both"):
            align(x, y)


def test_maps_of_different_size_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        align_least_squares(_map(shape=(3, 4)), _map(shape=(4, 3)))


def test_a_robust_fit_forgets_forty_percent_of_wild_pixels_on_either_side() -> None:
    rng = np.random.default_rng(3)
    x = _map()
    y = 0.5 * x + 1 + rng.normal(0, 0.01, x.shape).astype(np.float32)
    wild = rng.permutation(x.size)[: int(0.4 * x.size)]
    y.ravel()[wild[::2]] += rng.uniform(5, 40, wild[::2].size)
    x.ravel()[wild[1::2]] *= rng.uniform(5, 40, wild[1::2].size)

    robust, plain = align_robust(x, y), align_least_squares(x, y)

    assert robust.scale == pytest.approx(0.5, abs=0.01)
    assert robust.shift == pytest.approx(1.0, abs=0.03)
    assert abs(plain.scale - 0.5) > 0.1


def test_the_robust_fit_is_the_minimum_of_the_biweight_loss_that_scipy_finds() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(4)
    x = _map().ravel().astype(float)
    y = 0.7 * x + 0.2 + rng.standard_t(2, x.size) * 0.1
    ours = align_robust(x.astype(np.float32), y.astype(np.float32), iterations=100)
    residual = ours.scale * x + ours.shift - y
    limit = 4.685 * 1.4826 * np.median(np.abs(residual))

    def loss(p: np.ndarray) -> float:
        inside = np.clip(1 - ((p[0] * x + p[1] - y) / limit) ** 2, 0, None)
        return float(np.sum(1 - inside**3))

    theirs = optimize.minimize(loss, (0.7, 0.2), method="Nelder-Mead", tol=1e-10)

    assert ours.scale == pytest.approx(theirs.x[0], abs=1e-3)
    assert ours.shift == pytest.approx(theirs.x[1], abs=3e-3)


def test_sums_over_frames_equal_one_fit_over_all_pixels_even_far_from_zero() -> None:
    frames = [_map(seed) + np.float32(500) for seed in range(6)]
    truths = [0.5 * f + _map(seed + 50) for seed, f in enumerate(frames)]
    sums = AlignmentSums()
    for frame, truth in zip(frames, truths, strict=True):
        sums.add(frame, truth)

    ours, whole = sums.solve(), np.polyfit(np.ravel(frames).astype(float), np.ravel(truths), 1)

    assert sums.count == 6 * 1200
    assert ours.scale == pytest.approx(whole[0], rel=1e-3)
    assert ours.shift == pytest.approx(whole[1], rel=1e-3)


def test_a_sample_of_pairs_stays_bounded_and_still_spans_the_clip() -> None:
    sample = PairSample(per_frame=64, capacity=16)
    for seed in range(200):
        x = _map(seed)
        sample.add(x, 3 * x - 1)

    assert len(sample._pairs) <= 16
    found = sample.solve()
    assert found.scale == pytest.approx(3.0, abs=1e-4)
    assert found.shift == pytest.approx(-1.0, abs=1e-3)


def test_a_cleared_sample_cannot_be_solved() -> None:
    sample = PairSample()
    sample.add(_map(), _map())
    sample.clear()

    with pytest.raises(ValueError, match="no pixel"):
        sample.solve()

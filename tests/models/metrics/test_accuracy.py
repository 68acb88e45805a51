import math

import numpy as np
import pytest

from models.metrics import (
    AccuracySums,
    abs_rel,
    boundary_f1,
    boundary_f1_at,
    delta,
    depth_from_disparity,
)


def _f(*values: float) -> np.ndarray:
    return np.array([values], np.float32)


def test_disparity_is_inverted_and_clipped_at_seventy_metres() -> None:
    depth = depth_from_disparity(_f(0.5, 0.01, 0.0, -3.0, np.nan))

    np.testing.assert_allclose(depth, _f(2, 70, 70, 70, np.nan), rtol=1e-6)


def test_absrel_and_delta_match_a_case_done_by_hand() -> None:
    truth, depth = _f(1, 2, 4, 10), _f(1.1, 2, 3, 16)
    # relative errors .1 0 .25 .6; ratios 1.1 1 1.333 1.6 against 1.25, 1.5625, 1.953
    assert abs_rel(depth, truth) == pytest.approx(0.2375, rel=1e-6)
    assert delta(depth, truth) == pytest.approx(0.5)
    assert delta(depth, truth, 1.25**2) == pytest.approx(0.75)
    assert delta(depth, truth, 1.25**3) == pytest.approx(1.0)


def test_unknown_and_far_truth_is_left_out() -> None:
    truth, depth = _f(1, np.nan, 0, 80, np.inf, 2), _f(1.5, 3, 3, 3, 3, np.nan)

    assert abs_rel(depth, truth) == pytest.approx(0.5)
    assert delta(depth, truth) == 0.0


def test_nothing_known_gives_nan() -> None:
    assert math.isnan(abs_rel(_f(1), _f(np.nan)))
    assert math.isnan(delta(_f(1), _f(np.nan)))
    assert math.isnan(AccuracySums().abs_rel)
    assert math.isnan(AccuracySums().delta(1))


def test_sums_weigh_every_known_pixel_alike() -> None:
    sums = AccuracySums()
    first = sums.add(_f(2, 2, 2), _f(1, 1, 1))
    second = sums.add(_f(1, 1, 5), _f(1, np.nan, np.nan))

    assert (first, second) == (pytest.approx(1.0), pytest.approx(0.0))
    assert sums.abs_rel == pytest.approx(0.75)
    assert sums.delta(1) == pytest.approx(0.25)
    assert sums.pixels == 4


def _box(far: float = 4.0, near: float = 2.0, at: int = 5) -> np.ndarray:
    depth = np.full((20, 20), far, np.float32)
    depth[at : at + 8, at : at + 8] = near
    return depth


def test_the_same_edges_score_one_at_any_scale() -> None:
    assert boundary_f1(_box(), _box()) == pytest.approx(1.0)
    assert boundary_f1(7 * _box(), _box()) == pytest.approx(1.0)


def test_a_flat_map_scores_zero_against_edges() -> None:
    assert boundary_f1(np.ones((20, 20), np.float32), _box()) == 0.0
    assert boundary_f1(_box(), np.ones((20, 20), np.float32)) == 0.0


def test_boundary_f1_matches_a_case_done_by_hand() -> None:
    # Both maps step outwards to the right once; the estimate adds a false step to the right.
    truth, estimate = _f(1, 1, 2, 2, 2), _f(1, 1, 2, 2, 3)
    # one direction with edges: precision 1/2, recall 1 -> F1 2/3
    assert boundary_f1_at(estimate, truth, 1.1) == pytest.approx(2 / 3)


def test_precision_and_recall_are_averaged_over_directions_before_f1() -> None:
    # Right: 1 hit of 1 found, 1 wanted. Left: 0 found, 1 wanted -> P = 1/2, R = 1/2, F1 = 1/2.
    truth, estimate = _f(1, 2, 1), _f(1, 2, 2)

    assert boundary_f1_at(estimate, truth, 1.1) == pytest.approx(0.5)


def test_an_edge_the_wrong_way_round_is_no_hit() -> None:
    assert boundary_f1_at(_f(2, 1), _f(1, 2), 1.1) == 0.0


def test_thresholds_are_weighted_by_their_size() -> None:
    # A step of 1.15 exceeds the first five of the ten thresholds; the truth exceeds all.
    t = np.linspace(1.05, 1.25, 10)
    expected = t[t < 1.15].sum() / t.sum()

    assert boundary_f1(_f(1, 1.15), _f(1, 2)) == pytest.approx(expected, rel=1e-6)


def test_neighbours_of_unknown_pixels_count_nowhere() -> None:
    truth, estimate = _box(), _box()
    truth[0, :] = np.nan
    estimate[0, ::2] = 9.0  # false edges, but nobody knows the truth there

    assert boundary_f1_at(estimate, truth, 1.1) == pytest.approx(1.0)


def test_maps_without_any_edge_have_no_score() -> None:
    flat = np.ones((8, 8), np.float32)

    assert math.isnan(boundary_f1(flat, flat))


def test_an_edge_one_pixel_off_scores_zero() -> None:
    truth, estimate = _f(1, 1, 2, 2, 2), _f(1, 1, 1, 2, 2)

    assert boundary_f1_at(estimate, truth, 1.1) == 0.0


def test_absrel_agrees_with_scikit_learn() -> None:
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(5)
    truth = rng.uniform(0.5, 60.0, (30, 40)).astype(np.float32)
    depth = (truth * rng.uniform(0.6, 1.7, truth.shape)).astype(np.float32)
    expected = sklearn_metrics.mean_absolute_percentage_error(truth.ravel(), depth.ravel())

    assert abs_rel(depth, truth) == pytest.approx(expected, rel=1e-6)
    sums = AccuracySums()
    sums.add(depth[:10], truth[:10])
    sums.add(depth[10:], truth[10:])
    assert sums.abs_rel == pytest.approx(expected, rel=1e-6)

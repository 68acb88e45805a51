"""Signed difference of two lanes."""

from __future__ import annotations

import numpy as np
import pytest

from renderers.colormap import NEUTRAL_LEVEL, diverging_table
from renderers.difference import DifferenceRange, difference_levels


def test_agreement_is_neutral_and_the_sign_says_who_sees_it_nearer() -> None:
    a = np.array([[1.0, 2.0, 1.0, 9.0, 1.0]], np.float32)
    b = np.array([[1.0, 1.0, 2.0, 1.0, 9.0]], np.float32)
    assert difference_levels(a, b, 1.0).tolist() == [[NEUTRAL_LEVEL, 255, 1, 255, 1]]


def test_unknown_in_either_lane_is_unknown() -> None:
    a = np.array([[np.nan, 1.0, np.inf]], np.float32)
    b = np.array([[1.0, np.nan, np.inf]], np.float32)
    assert difference_levels(a, b, 1.0).tolist() == [[0, 0, 0]]


def test_planted_differences_show_where_and_how_large_they_are() -> None:
    rng = np.random.default_rng(2)
    a = rng.random((200, 150), np.float32)
    b = a.copy()
    b[70:130, 20:60] += 0.05
    levels = difference_levels(a, b, 0.1)
    inside = np.zeros(a.shape, bool)
    inside[70:130, 20:60] = True
    assert (levels[~inside] == NEUTRAL_LEVEL).all()
    assert (np.abs(levels[inside].astype(int) - 64) <= 1).all()


def test_equal_differences_of_either_sign_look_equally_strong() -> None:
    table = diverging_table().astype(float)
    away = np.linalg.norm(table - table[NEUTRAL_LEVEL], axis=1)
    assert away[1] == pytest.approx(away[255], rel=0.2)


def _differences(size: float, outliers: int = 0) -> np.ndarray:
    """Ten thousand differences spread evenly within -size to size, and some huge or unknown."""
    found = np.linspace(-size, size, 10_000, dtype=np.float32)
    found[:outliers] = 1e6
    found[-50:] = np.nan
    return found


def test_the_range_shows_small_differences_in_full_colour_whatever_a_few_pixels_do() -> None:
    for outliers in (0, 100):
        assert DifferenceRange().update(_differences(0.04, outliers), (0.0, 1.0)) == 0.05


def test_the_range_is_a_round_number_that_grows_at_once_and_shrinks_late() -> None:
    found = DifferenceRange()
    limits = [found.update(_differences(size), (0.0, 1.0)) for size in (0.04, 0.3, 0.041, 0.039)]
    assert limits == [0.05, 0.5, 0.5, 0.5]
    later = [found.update(_differences(0.04), (0.0, 1.0)) for _ in range(40)]
    assert later[:20] == [0.5] * 20 and later[-1] == 0.05
    found.reset()
    assert found.update(_differences(0.015), (0.0, 1.0)) == 0.02


@pytest.mark.parametrize("sample", [np.zeros(100, np.float32), np.full(9, np.nan, np.float32)])
def test_equal_lanes_show_no_amplified_rounding(sample: np.ndarray) -> None:
    assert DifferenceRange().update(sample, (2.0, 4.0)) == 0.02


def test_a_limit_of_nothing_and_unequal_shapes_are_refused() -> None:
    a = np.zeros((4, 4), np.float32)
    with pytest.raises(ValueError):
        difference_levels(a, a, 0.0)
    with pytest.raises(ValueError):
        difference_levels(a, a[:2], 1.0)

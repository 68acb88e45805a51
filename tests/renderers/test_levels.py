"""Display levels."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from renderers.levels import quantise


def test_levels_run_from_one_at_far_to_255_at_near() -> None:
    disparity = np.array([[1.0, 2.0, 3.0]], np.float32)
    assert quantise(disparity, (1.0, 3.0)).tolist() == [[1, 128, 255]]


def test_values_outside_the_range_are_clamped_and_never_look_unknown() -> None:
    disparity = np.array([[-9.0, -np.inf, 99.0, np.inf]], np.float32)
    assert quantise(disparity, (0.0, 1.0)).tolist() == [[1, 1, 255, 255]]


@pytest.mark.parametrize("width", [1, 3, 8, 33, 64])
def test_only_nan_is_level_zero_wherever_it_lies_in_a_row(width: int) -> None:
    for column in range(width):
        disparity = np.full((3, width), 0.5, np.float32)
        disparity[1, column] = np.nan
        levels = quantise(disparity, (0.0, 1.0))
        assert levels[1, column] == 0
        assert (levels == 0).sum() == 1


@settings(max_examples=50, deadline=None)
@given(
    hnp.arrays(np.float32, (70, 9), elements=st.floats(-1e6, 1e6, width=32)),
    st.floats(-1e3, 1e3),
    st.floats(1e-2, 1e3),
)
def test_levels_agree_with_the_formula(disparity: np.ndarray, far: float, span: float) -> None:
    near = far + span
    expected = 1 + 254 * (np.clip(disparity.astype(np.float64), far, near) - far) / span
    got = quantise(disparity, (far, near))
    # float32 of far and the product limits the accuracy for a narrow range far from zero.
    tolerance = 0.51 + 254 * abs(far) / span * 4e-7
    assert np.abs(got - expected).max() <= tolerance


def test_the_given_output_is_filled_without_a_frame_sized_allocation() -> None:
    disparity = np.random.default_rng(1).random((720, 1280), np.float32)
    out = np.empty(disparity.shape, np.uint8)
    quantise(disparity, (0.0, 1.0), out)
    tracemalloc.start()
    try:
        assert quantise(disparity, (0.0, 1.0), out) is out
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < disparity.nbytes / 8


def test_an_empty_range_or_a_misfit_output_is_refused() -> None:
    disparity = np.zeros((4, 4), np.float32)
    with pytest.raises(ValueError, match="range"):
        quantise(disparity, (1.0, 1.0))
    with pytest.raises(ValueError, match="out"):
        quantise(disparity, (0.0, 1.0), np.zeros((4, 5), np.uint8))
    with pytest.raises(ValueError, match="out"):
        quantise(disparity, (0.0, 1.0), np.zeros((4, 8), np.uint8)[:, ::2])

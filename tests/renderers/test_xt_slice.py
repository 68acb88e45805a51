"""The x-t slice."""

from __future__ import annotations

import numpy as np
import pytest

from renderers.xt_slice import XtSlice, window_for


def line(value: int) -> np.ndarray:
    return np.full(5, value, np.uint8)


def test_lines_come_in_order_with_the_newest_last() -> None:
    ring = XtSlice(5, 3)
    for value in (1, 2):
        ring.push(line(value))
    assert ring.picture()[:, 0].tolist() == [0, 1, 2]
    assert ring.filled == 2


@pytest.mark.parametrize("count", [3, 4, 7, 50])
def test_old_lines_fall_out_however_many_were_pushed(count: int) -> None:
    ring = XtSlice(5, 3)
    for value in range(1, count + 1):
        picture = ring.push(line(value))
    assert picture[:, 2].tolist() == [count - 2, count - 1, count]
    assert ring.filled == 3


def test_reading_copies_nothing_and_is_fit_for_a_picture() -> None:
    ring = XtSlice(5, 4)
    picture = ring.push(line(9))
    assert picture.base is not None
    assert picture.flags.c_contiguous
    assert picture.shape == (4, 5)


def test_a_steady_source_makes_straight_stripes_and_a_flickering_one_torn_ones() -> None:
    rng = np.random.default_rng(7)
    stripes = rng.integers(1, 255, 64, np.uint8)
    steady, torn = XtSlice(64, 20), XtSlice(64, 20)
    for frame in range(20):
        steady.push(stripes)
        torn.push(np.clip(stripes + 20 * (frame % 2), 1, 255).astype(np.uint8))
    assert np.ptp(steady.picture(), axis=0).max() == 0
    assert np.ptp(torn.picture(), axis=0).min() > 0 or np.ptp(torn.picture(), axis=0).mean() > 15


def test_a_line_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="5 levels"):
        XtSlice(5, 3).push(np.zeros(4, np.uint8))
    with pytest.raises(ValueError):
        XtSlice(0, 3)


def test_a_young_slice_is_stretched_over_the_whole_picture() -> None:
    kept = XtSlice(2, 16)
    for level in (1, 2, 3):
        kept.push(np.full(2, level, np.uint8))
    window = window_for(kept.filled, kept.history)
    assert window == 4
    picture = kept.stretched(window)
    assert picture.shape == (16, 2)
    assert picture[:, 0].tolist() == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4


@pytest.mark.parametrize(("filled", "window"), [(0, 15), (15, 15), (16, 30), (121, 240)])
def test_the_window_grows_with_what_was_seen(filled: int, window: int) -> None:
    assert window_for(filled, 240) == window


def test_a_window_that_does_not_fill_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        XtSlice(2, 16).stretched(5)


def test_breaks_are_told_by_their_age_until_they_fall_out() -> None:
    kept = XtSlice(5, 4)
    kept.push(line(1), "reset")  # nothing is before the first line
    assert kept.breaks() == ()
    kept.push(line(2), "cut")
    kept.push(line(3))
    assert kept.breaks() == ((1, "cut"),)
    kept.push(line(4), "reset")
    assert kept.breaks() == ((2, "cut"), (0, "reset"))
    kept.push(line(5))
    assert kept.breaks() == ((1, "reset"),)  # the line before the cut has fallen out


def test_the_newest_line_can_be_replaced_with_its_break() -> None:
    kept = XtSlice(5, 3)
    for value in (1, 2, 3, 4):
        kept.push(line(value), "cut" if value == 4 else "")
    kept.replace(line(9), "reset")
    assert kept.picture()[:, 0].tolist() == [2, 3, 9]
    assert kept.breaks() == ((0, "reset"),)
    kept.push(line(5))
    assert kept.picture()[:, 0].tolist() == [3, 9, 5]
    assert kept.breaks() == ((1, "reset"),)

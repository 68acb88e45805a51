"""A picture in a frame of other proportions."""

from __future__ import annotations

import numpy as np

from renderers.letterbox import letterboxed


def test_a_letterbox_keeps_proportions_and_is_black_around() -> None:
    picture = letterboxed(np.full((50, 100, 3), 255, np.uint8), (100, 100))
    assert (picture[25:75] == 255).all() and not picture[:25].any() and not picture[75:].any()


def test_the_border_has_the_colour_that_was_asked_for() -> None:
    picture = letterboxed(np.zeros((10, 40, 3), np.uint8), (20, 20), (1, 2, 3))
    assert (picture[:7] == (1, 2, 3)).all() and not picture[8:12].any()

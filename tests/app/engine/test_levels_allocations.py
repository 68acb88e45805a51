"""The step from disparity to levels takes one array per lane and nothing else of a frame's size."""

from __future__ import annotations

import tracemalloc

import numpy as np

from renderers.levels import quantise

HEIGHT, WIDTH = 1080, 1920


def _peak_bytes(out: np.ndarray | None) -> int:
    disparity = np.linspace(0, 1, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)
    quantise(disparity, (0.0, 1.0), out)
    tracemalloc.start()
    try:
        levels = quantise(disparity, (0.0, 1.0), out)
        assert levels.shape == disparity.shape
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_levels_cost_one_byte_per_pixel() -> None:
    assert _peak_bytes(None) < 1.35 * HEIGHT * WIDTH


def test_levels_into_a_given_array_cost_no_frame() -> None:
    assert _peak_bytes(np.empty((HEIGHT, WIDTH), np.uint8)) < 0.35 * HEIGHT * WIDTH

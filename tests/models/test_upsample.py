"""Disparity comes back at the frame's size: edges sharp and in place, slopes untouched."""

import numpy as np
import pytest

from models.metrics.boundary import boundary_f1
from models.opencv import cv2
from models.scenes.demo import demo_scene
from models.scenes.renderer import Renderer
from models.upsample import upsample


def softened(disparity: np.ndarray, width: int, height: int) -> np.ndarray:
    """What a network would make of it at best: smaller and a little blurred."""
    small = cv2.resize(disparity, (width, height), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), 0.7)


def plain(disparity: np.ndarray, width: int, height: int) -> np.ndarray:
    return cv2.resize(disparity, (width, height), interpolation=cv2.INTER_LINEAR)


def test_a_step_comes_back_steep_and_in_its_place() -> None:
    truth = np.full((120, 160), 0.2, np.float32)
    truth[:, 75:] = 0.9
    restored = upsample(softened(truth, 40, 30), 160, 120)
    between = ((restored > 0.25) & (restored < 0.85)).sum(axis=1)
    crossings = (restored[60] < 0.55).sum()
    assert between.max() <= 2
    assert abs(crossings - 75) <= 1


def test_a_long_slope_is_left_alone() -> None:
    rows = np.linspace(0.02, 1, 40, dtype=np.float32)
    slope = np.repeat(rows[:, None], 60, 1)
    restored = upsample(slope, 240, 160)
    assert np.abs(restored - plain(slope, 240, 160))[8:-8].max() < 1e-6


def test_nothing_leaves_the_range_around_it() -> None:
    rng = np.random.default_rng(0)
    small = rng.random((30, 40), np.float32)
    restored = upsample(small, 160, 120)
    assert restored.min() >= small.min()
    assert restored.max() <= small.max()


def test_flat_and_empty_disparity_stay_as_they_are() -> None:
    for value in (0.0, 3.5):
        restored = upsample(np.full((30, 40), value, np.float32), 160, 120)
        assert np.allclose(restored, value)


@pytest.mark.parametrize("size", [(40, 30), (41, 30), (20, 15), (7, 5), (160, 120), (400, 31)])
def test_every_size_gets_its_shape(size: tuple[int, int]) -> None:
    restored = upsample(np.random.default_rng(0).random((30, 40), np.float32), *size)
    assert restored.shape == (size[1], size[0])
    assert restored.dtype == np.float32
    assert restored.flags.c_contiguous
    assert np.isfinite(restored).all()


def test_on_a_rendered_room_edges_gain_and_surfaces_lose_nothing() -> None:
    renderer = Renderer(640, 360, 1)
    try:
        truth = renderer.render(demo_scene(0), 1.0).disparity
    finally:
        renderer.close()
    small = softened(truth, 320, 182)
    ours, bilinear = upsample(small, 640, 360), plain(small, 640, 360)

    def f1(disparity: np.ndarray) -> float:
        return boundary_f1(1 / np.maximum(disparity, 0.01), 1 / np.maximum(truth, 0.01))

    around = np.ones((15, 15))
    spread = cv2.dilate(truth, around) / cv2.erode(truth, around)
    surface = spread < 1.15
    assert f1(ours) > 2 * f1(bilinear)
    assert np.abs(ours - truth)[surface].mean() <= np.abs(bilinear - truth)[surface].mean()

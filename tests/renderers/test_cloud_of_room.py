"""The cloud of the built-in room, whose true geometry is known: flat walls, no flying pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from models.opencv import cv2
from models.scenes import RenderedFrame, Renderer, demo_scene
from renderers.cloud_options import CloudOptions
from tests.support.room import PLANES, on_planes, points_and_pixels

WIDTH, HEIGHT = 640, 480
TIMES_S = (2.0, 9.0)
MILLIMETRE = 1e-3


@pytest.fixture(scope="module", params=TIMES_S)
def frame(request: pytest.FixtureRequest) -> Iterator[RenderedFrame]:
    renderer = Renderer(WIDTH, HEIGHT, threads=1)
    yield renderer.render(demo_scene(0), request.param)
    renderer.close()


def cloud(
    frame: RenderedFrame, disparity: np.ndarray, options: CloudOptions
) -> tuple[np.ndarray, np.ndarray]:
    """World points (N, 3), z up, and the index of the pixel that each came from."""
    points, pixels = points_and_pixels(disparity, frame.intrinsics, options)
    camera = np.c_[points * (1, -1, -1), np.ones(len(points))]
    return (camera @ frame.camera_to_world.T)[:, :3], pixels


def surfaces(frame: RenderedFrame) -> dict[str, tuple[int, float, np.ndarray]]:
    """World axis, its value and the pixels (flat bool) of floor and back wall."""
    shown = on_planes(frame.depth_m, frame.intrinsics, frame.camera_to_world)
    return {name: (axis, value, shown[name].ravel()) for name, axis, value in PLANES}


@pytest.mark.parametrize("name", ["floor", "back wall"])
def test_walls_and_floor_are_flat_to_a_millimetre(frame: RenderedFrame, name: str) -> None:
    axis, value, on_plane = surfaces(frame)[name]
    assert on_plane.mean() > 0.05
    points, pixels = cloud(frame, (1 / frame.depth_m).astype(np.float32), CloudOptions())
    residual = points[on_plane[pixels], axis] - value
    assert np.abs(residual).max() < MILLIMETRE


def test_culling_takes_next_to_nothing_from_the_true_room(frame: RenderedFrame) -> None:
    _, pixels = cloud(frame, (1 / frame.depth_m).astype(np.float32), CloudOptions())
    assert len(pixels) > 0.97 * WIDTH * HEIGHT
    for _, _, on_plane in surfaces(frame).values():
        assert on_plane[pixels].sum() > 0.99 * on_plane.sum()


@pytest.mark.parametrize("network_size", [(518, 392), (320, 240)])
def test_depth_at_a_networks_resolution_leaves_no_flying_pixels(
    frame: RenderedFrame, network_size: tuple[int, int]
) -> None:
    disparity = (1 / frame.depth_m).astype(np.float32)
    low = cv2.resize(disparity, network_size, interpolation=cv2.INTER_AREA)
    smeared = cv2.resize(low, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    # A pixel flies if no true surface near it, three pixels either way, is where it is.
    padded = np.pad(disparity, 3, mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, (7, 7))
    gap = np.abs(views / smeared[..., None, None] - 1).min(axis=(2, 3)) > 0.03

    def flying(options: CloudOptions) -> float:
        _, pixels = cloud(frame, smeared, options)
        return float(gap.ravel()[pixels].mean())

    before, after = flying(CloudOptions(edge_ratio=math.inf)), flying(CloudOptions())
    assert before > 0.005
    assert after < 0.1 * before
    assert after < 0.005

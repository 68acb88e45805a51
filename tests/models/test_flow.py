import numpy as np
import pytest

from models.flow import (
    FlowEstimator,
    FlowPreset,
    reduce_disparity,
    reduce_grey,
    warp,
    working_size,
)
from models.opencv import cv2


def _texture(width: int = 400, height: int = 300, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 4).astype(np.float32)
    return np.clip((soft - 127) * 6 + 127, 0, 255).astype(np.uint8)


def _crop(texture: np.ndarray, x: int, y: int) -> np.ndarray:
    return np.ascontiguousarray(texture[y : y + 240, x : x + 320])


@pytest.mark.parametrize("preset", list(FlowPreset))
def test_a_shifted_picture_has_that_flow(preset: FlowPreset) -> None:
    texture = _texture()
    estimator = FlowEstimator(preset, short_side=120)
    # The window moves right by 6 and down by 4, so things move left and up.
    flow = estimator(_crop(texture, 20, 20), _crop(texture, 26, 24))

    assert flow.size == (160, 120)
    inside = flow.flow_to_previous[15:-15, 15:-15]
    assert np.median(inside[..., 0]) == pytest.approx(3.0, abs=0.15)
    assert np.median(inside[..., 1]) == pytest.approx(2.0, abs=0.15)
    assert flow.median_px == pytest.approx(13**0.5, abs=0.2)
    assert flow.valid[15:-15, 15:-15].mean() > 0.97


def test_warping_by_the_flow_brings_the_previous_picture_onto_this_one() -> None:
    texture = _texture()
    flow = FlowEstimator(FlowPreset.FAST, 120)(_crop(texture, 20, 20), _crop(texture, 26, 24))

    before = np.abs(flow.previous_grey - flow.grey)[flow.valid].mean()
    after = np.abs(warp(flow.previous_grey, flow.flow_to_previous) - flow.grey)[flow.valid].mean()

    assert after < 0.2 * before


def test_a_still_picture_does_not_move() -> None:
    picture = _crop(_texture(), 0, 0)
    flow = FlowEstimator(short_side=120)(picture, picture)

    assert np.abs(flow.flow_to_previous).max() < 0.05
    assert flow.median_px < 0.05
    assert flow.valid.all()


def test_what_was_hidden_before_is_invalid() -> None:
    texture, patch = _texture(), _texture(seed=5)[:100, :60]
    pictures = []
    for x in (100, 112):  # the patch moves right and uncovers a strip on its left
        picture = _crop(texture, 0, 0)
        picture[70:170, x : x + 60] = patch
        pictures.append(picture)
    flow = FlowEstimator(FlowPreset.MEDIUM, 120)(*pictures)

    strip = flow.valid[40:80, 51:55]
    assert strip.mean() < 0.55
    assert flow.valid[:30].mean() > 0.95
    assert flow.valid[40:80, 62:80].mean() > 0.8


def test_pictures_of_different_size_make_no_pair() -> None:
    with pytest.raises(ValueError, match="make no pair"):
        FlowEstimator().between(np.zeros((20, 20), np.uint8), np.zeros((20, 21), np.uint8))


def test_too_small_a_working_size_is_refused() -> None:
    with pytest.raises(ValueError, match="16 pixels"):
        FlowEstimator(short_side=8)


def test_warp_follows_its_definition_and_knows_nothing_outside() -> None:
    previous = np.arange(12, dtype=np.float32).reshape(3, 4)
    flow = np.zeros((3, 4, 2), np.float32)
    flow[..., 0] = 1.0

    warped = warp(previous, flow)

    np.testing.assert_array_equal(warped[:, :3], previous[:, 1:])
    assert np.isnan(warped[:, 3]).all()


def test_warp_spreads_unknown_pixels_but_no_numbers_made_of_them() -> None:
    previous = np.ones((4, 6), np.float32)
    previous[1, 2] = np.nan
    flow = np.full((4, 6, 2), 0.5, np.float32)

    warped = warp(previous, flow)

    assert np.isnan(warped[0:2, 1:3]).all()
    assert np.all((warped == 1.0) | np.isnan(warped))


@pytest.mark.parametrize(
    ("size", "short_side", "expected"),
    [
        ((640, 480), 192, (160, 120)),  # a third would leave a remainder
        ((1920, 1080), 192, (320, 180)),
        ((701, 500), 192, (234, 167)),  # no divisor nearby leaves none
        ((640, 272), 192, (320, 136)),
        ((100, 80), 192, (100, 80)),
    ],
)
def test_the_working_size_is_a_whole_divisor(
    size: tuple[int, int], short_side: int, expected: tuple[int, int]
) -> None:
    assert working_size(*size, short_side) == expected


def test_reduced_disparity_is_the_mean_of_known_pixels() -> None:
    disparity = np.float32([[1, 3, 5, 5], [1, np.nan, np.nan, np.nan]])

    reduced = reduce_disparity(disparity, (2, 1))

    assert reduced[0, 0] == pytest.approx(5 / 3)
    assert reduced[0, 1] == pytest.approx(5.0)
    disparity[0, 2] = np.nan
    assert np.isnan(reduce_disparity(disparity, (2, 1))[0, 1])


def test_disparity_at_the_working_size_is_left_alone() -> None:
    disparity = np.ones((3, 4), np.float32)

    assert reduce_disparity(disparity, (4, 3)) is disparity


def test_grey_has_the_size_asked_for() -> None:
    assert reduce_grey(np.full((48, 64, 3), 77, np.uint8), (16, 12)).shape == (12, 16)
    assert (reduce_grey(np.full((48, 64, 3), 77, np.uint8), (16, 12)) == 77).all()

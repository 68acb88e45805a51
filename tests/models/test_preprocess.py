"""Pictures reach the network as the authors' script would hand them over."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.preprocess import (
    IMAGENET_14,
    PictureFormat,
    network_size,
    picture_steps,
    prepare,
    prepare_on_device,
    resize_steps,
    strip_note,
)

REFERENCE = Path(__file__).parents[1] / "fixtures" / "flashdepth" / "fixture_preprocess.npz"


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_native_sizes_are_the_authors() -> None:
    with np.load(REFERENCE) as file:
        for width, height, *_capped, w, h in file["sizes"].tolist():
            assert network_size(width, height) == (w, h)


@pytest.mark.parametrize("name", ["a", "b"])
def test_native_pictures_are_the_authors(name: str) -> None:
    with np.load(REFERENCE) as file:
        rgb, expected = file[f"{name}/rgb"], file[f"{name}/out"]
        capped = tuple(file[f"{name}/resolution"].tolist())
    last = (expected.shape[2], expected.shape[1])
    picture = prepare(rgb, (capped, last))[0].numpy()
    assert np.abs(picture - expected).max() < 2e-5


def test_a_long_native_picture_is_shrunk_before_it_is_stretched() -> None:
    assert resize_steps(3840, 2160) == ((2044, 1149), (2044, 1162))
    assert resize_steps(2044, 1148) == ((2044, 1148),)


@pytest.mark.parametrize(
    ("source", "input_size", "expected"),
    [
        ((1280, 720), 518, (924, 518)),
        ((720, 1280), 518, (518, 924)),
        ((640, 480), 224, (308, 224)),
        ((518, 518), 518, (518, 518)),
        ((2044, 1148), 1148, (2044, 1148)),
        ((320, 200), 500, (812, 504)),
    ],
)
def test_an_input_size_is_the_short_side(
    source: tuple[int, int], input_size: int, expected: tuple[int, int]
) -> None:
    assert network_size(*source, input_size) == expected


def test_other_networks_have_other_multiples() -> None:
    assert network_size(1280, 720, 320, multiple=32) == (576, 320)


@pytest.mark.parametrize(
    ("source", "input_size", "multiple", "expected"),
    [
        ((32, 1024), 288, 32, (64, 2048)),
        ((1024, 32), 288, 32, (2048, 64)),
        ((5000, 1), 518, 14, (2072, 14)),
        ((1, 5000), 1036, 14, (14, 4144)),
        ((3840, 1080), 518, 14, (1848, 518)),  # a wide screen is no strip
    ],
)
def test_the_long_side_of_a_strip_is_bounded_and_that_is_said(
    source: tuple[int, int], input_size: int, multiple: int, expected: tuple[int, int]
) -> None:
    size = network_size(*source, input_size, multiple)
    assert size == expected
    note = strip_note(source, input_size, size)
    if min(expected) < input_size:
        assert f"gets it at {expected[0]}x{expected[1]} pixels instead of {input_size}" in note
    else:
        assert note == ""
    for scale in (1.0, 0.7):
        smaller = resize_steps(*source, input_size, multiple, scale)[-1]
        assert max(smaller) <= max(expected)


def test_the_long_side_of_a_strip_is_bounded_with_nearest_multiples_too() -> None:
    nearest = PictureFormat(is_nearest=True)
    assert picture_steps((5000, 1), 518, nearest) == ((2044, 14),)
    assert picture_steps((32, 1024), 518, nearest) == ((28, 896),)


def test_a_native_picture_has_no_note() -> None:
    assert strip_note((5000, 1), None, network_size(5000, 1)) == ""


@pytest.mark.parametrize(("width", "input_size"), [(0, 518), (640, 0)])
def test_sizes_below_one_are_refused(width: int, input_size: int) -> None:
    with pytest.raises(ValueError, match="no network takes"):
        network_size(width, 480, input_size)


def test_the_device_path_equals_the_one_on_the_cpu() -> None:
    rgb = noise(150, 110)
    for steps in [((154, 112),), ((90, 66), (98, 70)), ((150, 110),)]:
        here = prepare(rgb, steps)
        there = prepare_on_device(torch.from_numpy(rgb), steps, IMAGENET_14)
        torch.testing.assert_close(there, here, atol=1e-4, rtol=0)


def test_strong_shrinking_averages_all_pixels() -> None:
    stripes = np.zeros((200, 200, 3), np.uint8)
    stripes[:, ::2] = 255
    plain = PictureFormat((0, 0, 0), (1, 1, 1), 1)
    for picture in (
        prepare(stripes, ((40, 40),), plain),
        prepare_on_device(torch.from_numpy(stripes), ((40, 40),), plain),
    ):
        assert picture.min() > 0.35
        assert picture.max() < 0.65


def test_the_picture_is_left_alone() -> None:
    rgb = noise(28, 28)
    before = rgb.copy()
    prepare(rgb, ((28, 28),))
    assert np.array_equal(rgb, before)


@pytest.mark.parametrize(
    ("size", "input_size", "expected"),
    [
        ((640, 480), 288, (256, 192)),
        ((640, 480), None, (448, 320)),
        ((4088, 2296), None, (1376, 768)),  # of the reduced picture, 2044 wide
    ],
)
def test_a_scale_takes_a_fraction_of_the_input_size(
    size: tuple[int, int], input_size: int | None, expected: tuple[int, int]
) -> None:
    assert resize_steps(*size, input_size, 32, 2 / 3) == (expected,)
    assert resize_steps(*size, input_size, 32, 1.0) == resize_steps(*size, input_size, 32)

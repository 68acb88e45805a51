"""Pictures at the size of the screen: where pixels land, which colours are mixed, what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from models.frames import UInt8
from renderers.prescale import Part, Prescaler, premultiplied


def whole(picture: UInt8, columns: int, rows: int) -> Part:
    height, width = picture.shape[:2]
    return Part(0, 0, width, height, columns, rows)


def ramp(width: int = 64, height: int = 32) -> UInt8:
    """Red grows to the right, green downwards."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[..., 0] = np.linspace(0, 250, width).round()
    rgb[..., 1] = np.linspace(0, 250, height).round()[:, None]
    return rgb


@pytest.fixture
def prescaler() -> Prescaler:
    return Prescaler()


def test_a_picture_comes_out_in_the_order_of_the_screen(prescaler: Prescaler) -> None:
    rgb = np.full((10, 20, 3), (200, 100, 50), np.uint8)
    fitted = prescaler.rgb(rgb, whole(rgb, 7, 5))
    assert fitted.shape == (5, 7, 4)
    assert (fitted == (50, 100, 200, 255)).all()


def test_a_part_equals_the_same_part_of_the_whole(prescaler: Prescaler) -> None:
    rgb = ramp()
    full = prescaler.rgb(rgb, whole(rgb, 128, 64)).copy()
    part = prescaler.rgb(rgb, Part(16, 8, 32, 16, 64, 32))
    np.testing.assert_allclose(part.astype(int), full[16:48, 32:96].astype(int), atol=2)


def test_a_part_reaches_fractions_of_a_pixel(prescaler: Prescaler) -> None:
    rgb = ramp()
    at_0, at_half = (
        prescaler.rgb(rgb, Part(left, 0, 32, 32, 32, 32))[..., 2].astype(float).mean()
        for left in (8.0, 8.5)
    )
    assert at_half - at_0 == pytest.approx(250 / 63 / 2, abs=0.6)


def test_levels_are_mixed_before_they_become_colours(prescaler: Prescaler) -> None:
    table = np.zeros((256, 3), np.uint8)
    table[:, 0] = np.arange(256)
    table[150] = (0, 255, 0)  # between the two levels in the picture
    levels = np.repeat(np.array([[100, 200]], np.uint8), 4, axis=0)
    fitted = prescaler.levels(levels, table, whole(levels, 201, 4))
    assert (fitted[..., 1] == 255).any()


def test_unknown_is_never_mixed_into_a_level_in_between(prescaler: Prescaler) -> None:
    table = np.full((256, 3), (0, 255, 0), np.uint8)  # no level but these two may show
    table[0], table[200] = (10, 10, 10), (90, 90, 90)
    levels = np.repeat(np.array([[0, 200]], np.uint8), 4, axis=0)
    fitted = prescaler.levels(levels, table, whole(levels, 50, 4))
    assert int(fitted[..., 1].max()) <= 90


def test_the_colours_of_what_is_transparent_tint_nothing(prescaler: Prescaler) -> None:
    rgba = np.zeros((4, 8, 4), np.uint8)
    rgba[:, :4] = (255, 0, 0, 255)
    rgba[:, 4:] = (0, 255, 0, 0)
    fitted = prescaler.rgba(premultiplied(rgba), whole(rgba, 64, 4))
    assert int(fitted[..., 1].max()) == 0
    assert 0 < int(fitted[:, 32, 3].max()) < 255


def test_frames_of_one_size_share_their_memory(prescaler: Prescaler) -> None:
    rgb = ramp()
    first = prescaler.rgb(rgb, whole(rgb, 50, 40))
    second = prescaler.rgb(255 - rgb, whole(rgb, 50, 40))
    assert np.shares_memory(first, second)

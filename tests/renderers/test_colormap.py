"""Colour maps."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import UsageError
from renderers.colormap import (
    COLORMAPS,
    NEUTRAL_LEVEL,
    UNKNOWN,
    apply,
    diverging_table,
    table,
)


def lightness(colours: np.ndarray) -> np.ndarray:
    """CIE L* of (N, 3) uint8 sRGB."""
    unit = colours / 255.0
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


@pytest.mark.parametrize("name", COLORMAPS)
def test_every_table_keeps_level_zero_for_the_unknown(name: str) -> None:
    colours = table(name)
    assert colours.shape == (256, 3)
    assert colours.dtype == np.uint8
    assert tuple(colours[0]) == UNKNOWN


def test_the_default_map_brightens_evenly_from_far_to_near() -> None:
    steps = np.diff(lightness(table(COLORMAPS[0])[1:])[::8])
    assert (steps > 0).all()
    assert steps.std() < 0.25 * steps.mean()


def test_far_and_near_ends_reach_the_ends_of_the_map() -> None:
    grey = table("grey")
    assert tuple(grey[1]) == (0, 0, 0)
    assert tuple(grey[255]) == (255, 255, 255)


def test_an_unknown_map_names_its_neighbours() -> None:
    with pytest.raises(UsageError, match="inferno"):
        table("infernal")


def test_applying_a_table_is_a_look_up_in_rgb_order() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    colours = table("turbo")
    np.testing.assert_array_equal(apply(levels, colours), colours[levels])


def test_the_diverging_table_is_darkest_at_no_difference_and_even_on_both_sides() -> None:
    light = lightness(diverging_table()[1:])
    assert light.argmin() == NEUTRAL_LEVEL - 1
    negative, positive = light[: NEUTRAL_LEVEL - 1], light[NEUTRAL_LEVEL:]
    assert (np.diff(negative[::4]) < 0).all()
    assert (np.diff(positive[::4]) > 0).all()
    assert tuple(diverging_table()[0]) == UNKNOWN

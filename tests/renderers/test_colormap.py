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
from renderers.colormap_names import COLOR_BLIND_SAFE


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


def linear(colours: np.ndarray) -> np.ndarray:
    """Linear light 0-1 of (N, 3) sRGB 0-255."""
    unit = colours / 255.0
    return np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)


def oklab(light: np.ndarray) -> np.ndarray:
    """Oklab of (N, 3) linear light (Ottosson 2020)."""
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.cbrt(np.clip(light, 0, 1) @ to_lms.T) @ to_lab.T


EYES = {
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
"""What is left of linear RGB without one kind of cone (Machado et al. 2009)."""


def closest_pair(name: str, eyes: str) -> float:
    """Smallest difference between levels that are a sixth of the range apart, to such eyes."""
    lab = oklab(linear(table(name)[1:].astype(float)) @ np.array(EYES[eyes]).T)
    levels = np.arange(len(lab))
    apart = np.abs(levels[:, None] - levels) >= 40
    return float(np.linalg.norm(lab[:, None] - lab, axis=2)[apart].min())


def test_the_default_map_goes_in_equal_steps_and_is_bright_at_both_ends() -> None:
    colours = table(COLORMAPS[0])[1:].astype(float)
    steps = np.linalg.norm(np.diff(oklab(linear(colours))[::8], axis=0), axis=1)
    assert steps.std() < 0.1 * steps.mean()
    luminance = linear(colours) @ np.array([0.2126, 0.7152, 0.0722])
    assert luminance.min() > 0.2
    assert luminance[0] == pytest.approx(luminance[-1], rel=0.2)


@pytest.mark.parametrize("name", COLOR_BLIND_SAFE)
@pytest.mark.parametrize("eyes", EYES)
def test_safe_maps_tell_depths_apart_to_all_eyes(name: str, eyes: str) -> None:
    assert closest_pair(name, eyes) > 0.033


def test_a_map_that_is_not_safe_does_not() -> None:
    for name in set(COLORMAPS) - set(COLOR_BLIND_SAFE):
        assert min(closest_pair(name, eyes) for eyes in EYES) < 0.033


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

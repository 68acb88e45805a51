"""Stereo pairs: how far things move, what hides what, and what fills the holes."""

from __future__ import annotations

import numpy as np
import pytest

from renderers.stereo import FORMS, parallax, stereo_picture, views
from renderers.stereo_options import STEREO_FORMS, StereoOptions

WIDTH, HEIGHT = 200, 40
FAR, NEAR = 1, 255


def striped(at: int, level: int = NEAR) -> tuple[np.ndarray, np.ndarray]:
    """A near, white stripe of 20 columns from `at` on, before a far, blue gradient."""
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[..., 2] = np.linspace(60, 200, WIDTH).astype(np.uint8)
    levels = np.full((HEIGHT, WIDTH), FAR, np.uint8)
    rgb[:, at : at + 20] = 255
    levels[:, at : at + 20] = level
    return rgb, levels


def place_of_white(view: np.ndarray) -> float:
    """Middle column of what is white."""
    weight = (view[..., 0] / 255.0).mean(axis=0)
    return float((weight * np.arange(WIDTH)).sum() / weight.sum())


@pytest.mark.parametrize("strength", [0.0, 0.013, 0.05, 0.1])
@pytest.mark.parametrize("zero", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("level", [FAR + 40, 130, NEAR])
def test_things_move_by_the_formula(strength: float, zero: float, level: int) -> None:
    rgb, levels = striped(90, level)
    options = StereoOptions(strength, zero)
    left, right = views(rgb, levels, options)
    nearness = (level - 1) / 254
    wanted = strength * WIDTH * (nearness - zero)
    assert parallax(levels, options)[0, 95] == pytest.approx(wanted, abs=1e-4)
    assert place_of_white(left) - 99.5 == pytest.approx(wanted / 2, abs=0.5)
    assert place_of_white(right) - 99.5 == pytest.approx(-wanted / 2, abs=0.5)


def test_without_parallax_both_eyes_see_the_picture() -> None:
    rgb, levels = striped(50)
    for view in views(rgb, levels, StereoOptions(0.0)):
        np.testing.assert_array_equal(view, rgb)


def test_what_is_near_hides_what_is_far() -> None:
    rgb, levels = striped(90)
    for view in views(rgb, levels, StereoOptions(0.1, 0.5)):
        whites = (view == 255).all(axis=2).sum(axis=1)
        assert (np.abs(whites - 20) <= 1).all()  # all of the stripe is there, in every row


def test_holes_show_the_background_and_nothing_of_the_foreground() -> None:
    rgb, levels = striped(90)
    for view in views(rgb, levels, StereoOptions(0.1, 0.5)):
        is_stripe = view[..., 0] > 0
        assert is_stripe.sum(axis=1).max() <= 22  # the stripe is not smeared
        background = view[~is_stripe]
        assert (background[:, :2] == 0).all()
        assert background[:, 2].min() >= 60 and background[:, 2].max() <= 200
        # Mirrored at the hole's edge, the gradient goes on smoothly on both sides of the stripe,
        # with which a pixel at each side moves along.
        assert (np.abs(np.diff(view[0, :, 2].astype(int))) > 2).sum() <= 4


def test_unknown_disparity_counts_as_far() -> None:
    rgb, levels = striped(90)
    unknown = np.where(levels == FAR, 0, levels).astype(np.uint8)
    for one, other in zip(
        views(rgb, levels, StereoOptions()), views(rgb, unknown, StereoOptions()), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_the_eyes_are_each_others_mirror() -> None:
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    levels = rng.integers(0, 255, (HEIGHT, WIDTH), np.uint8)
    left, right = views(rgb, levels, StereoOptions(0.05, 0.4))
    of_mirror = views(rgb[:, ::-1].copy(), levels[:, ::-1].copy(), StereoOptions(0.05, 0.4))
    np.testing.assert_array_equal(left, of_mirror[1][:, ::-1])
    np.testing.assert_array_equal(right, of_mirror[0][:, ::-1])


def test_every_form_has_a_name_for_the_menus() -> None:
    assert list(FORMS) == list(STEREO_FORMS)


def test_each_form_puts_the_eyes_where_it_says() -> None:
    rgb, levels = striped(90)
    left, right = views(rgb, levels, StereoOptions())
    made = {form: stereo_picture(rgb, levels, StereoOptions(form=form)) for form in FORMS}
    np.testing.assert_array_equal(made["beside"], np.concatenate((left, right), axis=1))
    np.testing.assert_array_equal(made["above"], np.concatenate((left, right), axis=0))
    np.testing.assert_array_equal(made["anaglyph"][..., 1:], right[..., 1:])
    assert made["anaglyph"].shape == rgb.shape
    # Red is what the left eye sees, so the white stripe is red at the right and cyan at the left.
    red, cyan = made["anaglyph"][0, :, 0].astype(int), made["anaglyph"][0, :, 1].astype(int)
    assert np.flatnonzero(red > 200).max() > np.flatnonzero(cyan > 200).max()
    for form, about in FORMS.items():
        assert made[form].shape == (about.rows * HEIGHT, about.columns * WIDTH, 3)


def test_texture_moves_by_fractions_of_a_pixel() -> None:
    """A slope is not cut into steps of whole pixels."""
    levels = np.tile(np.linspace(100, 160, WIDTH).astype(np.uint8), (HEIGHT, 1))
    wave = 128 + 100 * np.sin(np.arange(WIDTH) / 4)
    rgb = np.repeat(np.tile(wave.astype(np.uint8), (HEIGHT, 1))[..., None], 3, axis=2)
    options = StereoOptions(0.06, 0.5)
    left, _ = views(rgb, levels, options)
    came_from = np.arange(WIDTH, dtype=float)
    for _ in range(20):  # solve x = from + shift(from)
        at = np.interp(came_from, np.arange(WIDTH), parallax(levels, options)[0] / 2)
        came_from = np.arange(WIDTH) - at
    wanted = 128 + 100 * np.sin(came_from / 4)
    inner = slice(10, WIDTH - 10)
    assert np.abs(left[0, inner, 0] - wanted[inner]).max() < 100 / 4 * 0.5  # half a pixel


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (7, 13)])
def test_pictures_of_any_size_have_two_views(shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 90, np.uint8)
    levels = np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape)
    for view in views(rgb, levels, StereoOptions(0.1, 0.2)):
        np.testing.assert_array_equal(view, rgb)


@pytest.mark.parametrize("wrong", [{"strength": 0.2}, {"zero": -1.0}, {"form": "hologram"}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        StereoOptions(**wrong)  # type: ignore[arg-type]

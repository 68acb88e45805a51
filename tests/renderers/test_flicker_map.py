"""The flicker heat map."""

from __future__ import annotations

import numpy as np

from models.frames import Float32, UInt8
from models.opencv import cv2
from renderers.flicker_map import (
    FULL_SCALE,
    flicker_levels,
    flicker_rgba,
    grey_levels,
    heat_table,
    legend_table,
)


def shown(rgb: UInt8, heat: Float32) -> UInt8:
    """(H, W, 3) uint8, the heat over the grey picture as a pane paints it."""
    overlay = cv2.resize(flicker_rgba(heat), rgb.shape[1::-1]).astype(np.float32)
    base = np.float32(grey_levels(rgb))[..., None]
    mixed: UInt8 = np.round(base + overlay[..., 3:] / 255 * (overlay[..., :3] - base)).astype(
        np.uint8
    )
    return mixed


def test_steady_places_are_clear_and_hot_ones_opaque() -> None:
    heat = np.array([[0.0, FULL_SCALE / 4, FULL_SCALE, 9.0, np.nan]], np.float32)
    alpha = flicker_rgba(heat)[0, :, 3].astype(int)
    assert alpha[0] == 0
    assert 0 < alpha[1] < alpha[2] == alpha[3]
    assert alpha[4] == 0
    assert flicker_levels(heat)[0].tolist() == [1, 128, 255, 255, 0]


def test_hotter_is_never_more_transparent_nor_darker() -> None:
    table = heat_table().astype(int)
    assert (np.diff(table[1:, 3]) >= 0).all()
    assert table[255, :3].sum() > table[2, :3].sum()


def test_small_and_heavy_flicker_are_both_told_apart() -> None:
    heat = np.array([[0.0, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5]], np.float32)
    colours = shown(np.full((1, 7, 3), 120, np.uint8), heat)[0].astype(int)
    steps = np.abs(np.diff(colours, axis=0)).sum(axis=1)
    assert (steps > 12).all()


def test_the_legend_has_the_colours_that_are_seen() -> None:
    heat = np.array([[0.05, 0.2, 0.4]], np.float32)
    legend = legend_table()[flicker_levels(heat)[0]].astype(int)
    dimmed = np.full((1, 3, 3), 105, np.uint8)  # grey_levels makes this the legend's grey
    assert np.abs(shown(dimmed, heat)[0].astype(int) - legend).max() <= 2


def test_planted_flicker_glows_where_it_is_and_the_rest_stays_grey() -> None:
    rgb = np.random.default_rng(4).integers(0, 255, (120, 160, 3), np.uint8)
    heat = np.zeros((60, 80), np.float32)
    heat[20:40, 30:50] = FULL_SCALE
    picture = shown(rgb, heat)
    colourful = np.ptp(picture.astype(int), axis=2)
    assert (colourful[42:78, 62:98] > 40).all()
    colourful[38:82, 58:102] = 0
    assert colourful.max() == 0


def test_the_grey_picture_is_dimmed_and_never_looks_unknown() -> None:
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[:2] = 255
    grey = grey_levels(rgb)
    assert grey.min() == 1
    assert 100 < grey.max() < 200

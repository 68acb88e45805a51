"""Flicker as a heat map over a grey picture: steady places stay grey, flickering places glow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2
from renderers import colormap
from renderers.levels import quantise

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

FULL_SCALE = 0.5
"""Flicker shown in the hottest colour: change per frame in units of the lane's mean deviation."""

GAMMA = 0.5
"""Exponent from flicker to colour; it keeps 0.01 visible and 0.1 distinguishable from 0.5."""

MARKS = (0.01, 0.05, 0.1, 0.25)
"""Values labelled beside the colours."""

HEAT_MAP = "inferno"
_MOST_OPAQUE = 235
_COLDEST = 0.25
_UNDER_LEGEND = 64


def flicker_levels(heat: Float32, full_scale: float = FULL_SCALE) -> UInt8:
    """Heat (h, w) float32, 0 steady, to levels (h, w) uint8: 0 where NaN, 1 steady, 255 hottest.

    Levels follow the square root of the heat, so that both weak and strong flicker are
    distinguishable.
    """
    rooted = np.sqrt(np.maximum(heat, np.float32(0.0)))
    return quantise(rooted, (0.0, full_scale**GAMMA))


def heat_table() -> UInt8:
    """RGBA (256, 4) uint8 per level, straight alpha: transparent where steady or unknown."""
    ramp = np.linspace(0.0, 1.0, 255)
    # The dark end of the map would hide the picture without adding information.
    hot = colormap.table(HEAT_MAP)[
        1 + np.round(254 * (_COLDEST + (1 - _COLDEST) * ramp)).astype(int)
    ]
    table = np.zeros((256, 4), np.uint8)
    table[1:, :3] = hot
    table[1:, 3] = np.round(_MOST_OPAQUE * ramp**0.6)
    return table


def legend_table() -> UInt8:
    """Colours (256, 3) uint8 of the heat as they appear over a dimmed picture."""
    table = heat_table().astype(np.float32)
    alpha = table[:, 3:] / 255.0
    mixed: UInt8 = np.round(_UNDER_LEGEND + alpha * (table[:, :3] - _UNDER_LEGEND)).astype(np.uint8)
    return mixed


def flicker_rgba(heat: Float32, full_scale: float = FULL_SCALE) -> UInt8:
    """Heat (h, w) float32 as an overlay (h, w, 4) uint8 RGBA of straight alpha."""
    overlay: UInt8 = np.take(heat_table(), flicker_levels(heat, full_scale), axis=0)
    return overlay


def grey_levels(rgb: UInt8) -> UInt8:
    """The picture in grey, dimmed so that the heat map stands out: (H, W) uint8 levels, never 0."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return cv2.convertScaleAbs(grey, grey, 0.6, 1.0)  # type: ignore[no-any-return]

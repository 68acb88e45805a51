"""Colour maps for display levels.

Levels are uint8: 0 is unknown, 1–255 run from far to near. A table gives the colour of each
level. The first map in the menu is bright at both ends, so that a projector shows what is far; its
hues go from blue over yellow to red in steps that look equally large. It is safe for colour-blind
viewers; so are the others except `turbo`, which is included because it is well known.
"""

from __future__ import annotations

import difflib

import numpy as np
from numpy.typing import NDArray

from models.errors import UsageError
from models.opencv import cv2
from renderers.colormap_names import COLORMAPS as COLORMAPS

UInt8 = NDArray[np.uint8]
Rgb = tuple[int, int, int]

UNKNOWN: Rgb = (0x20, 0x22, 0x25)
"""Colour of unknown disparity; no map uses it for a level."""

_SPECTRAL: tuple[Rgb, ...] = (
    (0x78, 0x78, 0xEB),
    (0x46, 0xA5, 0xEB),
    (0x5F, 0xD7, 0xCD),
    (0xAF, 0xEE, 0xA5),
    (0xFA, 0xFA, 0x96),
    (0xFF, 0xD7, 0x5F),
    (0xFF, 0x9B, 0x4B),
    (0xFF, 0x5F, 0x55),
    (0xF5, 0x3C, 0x7D),
)
"""From far to near: as bright at both ends, and for colour-blind eyes from blue to yellow."""

NEUTRAL_LEVEL = 128
"""The level of a diverging table that means no difference."""


def table(name: str) -> UInt8:
    """Colours (256, 3) uint8 RGB of all levels: entry 0 for unknown, 1–255 far to near.

    Raises UsageError, with similar names, if there is no such map.
    """
    if name not in COLORMAPS:
        near = difflib.get_close_matches(name, COLORMAPS, n=3, cutoff=0.4) or list(COLORMAPS)
        raise UsageError(f"There is no colour map named {name!r}; choose {', '.join(near)}.")
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    if name == "grey":
        colours = np.repeat(ramp, 3, axis=1).astype(np.float64)
    elif name == "spectral":
        colours = _evenly_through(_SPECTRAL).astype(np.float64)
    else:
        code = getattr(cv2, f"COLORMAP_{name.upper()}")
        colours = cv2.applyColorMap(ramp, code)[:, 0, ::-1].astype(np.float64)
    result = np.empty((256, 3), np.uint8)
    result[0] = UNKNOWN
    positions = np.linspace(0.0, 255.0, 255)
    for channel in range(3):
        spread = np.interp(positions, np.arange(256.0), colours[:, channel])
        result[1:, channel] = np.round(spread)
    return result


def diverging_table(
    negative: Rgb = (0xE8, 0x98, 0x00),
    neutral: Rgb = (0x2C, 0x2E, 0x33),
    positive: Rgb = (0x4C, 0xB5, 0xF5),
) -> UInt8:
    """Colours for signed levels: (256, 3) uint8 RGB, 1 most negative, 128 zero, 255 most positive.

    Negative is close to lane B's amber and positive to lane A's blue, equally light and
    distinguishable with all common colour deficiencies. The ramps are straight in Oklab (Ottosson
    2020), so that equal differences look equally large.
    """
    ends = _oklab(np.array([negative, neutral, positive], np.float64))
    steps = np.linspace(-1.0, 1.0, 255)[:, None]
    lab = np.where(
        steps < 0, ends[1] + (ends[0] - ends[1]) * -steps, ends[1] + (ends[2] - ends[1]) * steps
    )
    result = np.empty((256, 3), np.uint8)
    result[0] = UNKNOWN
    result[1:] = _srgb(lab)
    return result


def apply(levels: UInt8, colours: UInt8) -> UInt8:
    """Colour `levels` (H, W) uint8 by a (256, 3) table: (H, W, 3) uint8 RGB."""
    # OpenCV calls the channels of a user map B, G, R but copies them in order.
    return cv2.applyColorMap(levels, np.ascontiguousarray(colours)[:, None, :])  # type: ignore[no-any-return]


def _evenly_through(stops: tuple[Rgb, ...]) -> UInt8:
    """256 colours (256, 3) along a smooth curve near `stops`, equally far apart in Oklab."""
    lab = _oklab(np.array(stops, np.float64))
    places, smooth = np.linspace(0, 1, 2001), 100
    curve = np.stack(
        [np.interp(places, np.linspace(0, 1, len(lab)), axis) for axis in lab.T], axis=1
    )
    # Mirrored at its ends, so that the mean over neighbours keeps them.
    ends = 2 * curve[0] - curve[smooth:0:-1], 2 * curve[-1] - curve[-2 : -smooth - 2 : -1]
    long = np.concatenate([ends[0], curve, ends[1]])
    mean = np.ones(2 * smooth + 1) / (2 * smooth + 1)
    curve = np.stack([np.convolve(axis, mean, "valid") for axis in long.T], axis=1)
    way = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))]
    even = np.linspace(0, way[-1], 256)
    return _srgb(np.stack([np.interp(even, way, axis) for axis in curve.T], axis=1))


def _oklab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert sRGB 0–255 to Oklab, (N, 3)."""
    unit = rgb / 255.0
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    lms: NDArray[np.float64] = np.cbrt(linear @ _TO_LMS.T)
    lab: NDArray[np.float64] = lms @ _TO_LAB.T
    return lab


def _srgb(lab: NDArray[np.float64]) -> UInt8:
    """Convert Oklab to sRGB 0–255, (N, 3), clipped to the gamut."""
    linear = ((lab @ np.linalg.inv(_TO_LAB).T) ** 3) @ np.linalg.inv(_TO_LMS).T
    linear = np.clip(linear, 0.0, 1.0)
    unit = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(unit * 255.0).astype(np.uint8)


_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

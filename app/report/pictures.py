"""Conversion of arrays to pictures that are embedded in the page."""

from __future__ import annotations

import base64
from typing import cast

import numpy as np

from models.frames import Float32, UInt8
from models.metrics import Spread
from models.opencv import cv2
from renderers.colormap import COLORMAPS, table
from renderers.levels import quantise

_DISPARITY = table(COLORMAPS[0])
_HEAT = np.array(
    [(0, 0, 0), (0x5A, 0x0F, 0x3C), (0xC8, 0x1E, 0x3C), (0xFF, 0x78, 0x28), (0xFF, 0xF0, 0x8C)],
    np.float64,
)


def common_range(maps: list[tuple[Float32, Spread]]) -> tuple[float, float]:
    """Range that all (H, W) disparity maps are shown over, in deviations from each lane's median.

    It spans the 1st to the 99th percentile of all maps together; (-1, 1) if nothing is known.
    """
    known = [spread.normalised(one[np.isfinite(one)]) for one, spread in maps]
    values = np.concatenate(known) if known else np.empty(0, np.float32)
    if values.size == 0 or float(np.ptp(values)) == 0.0:
        return -1.0, 1.0
    low, high = (float(p) for p in np.percentile(values, (1.0, 99.0)))
    return (low, high) if low < high else (low - 1.0, low + 1.0)


def disparity_picture(disparity: Float32, spread: Spread, limits: tuple[float, float]) -> UInt8:
    """(H, W) disparity to (H, W, 3) RGB over `limits`, given in deviations from the median."""
    return _DISPARITY[quantise(spread.normalised(disparity), limits)]


def heat_picture(error: Float32, rgb: UInt8, most: float) -> UInt8:
    """Error over the dimmed grey picture: (H, W) and (H, W, 3) to (H, W, 3) RGB.

    `most` is the error of the hottest colour; unknown pixels show the picture alone.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float64)[..., None] * 0.35
    level = np.clip(np.nan_to_num(error, nan=0.0) / max(most, 1e-12), 0.0, 1.0)
    position = level * (len(_HEAT) - 1)
    heat = np.stack(
        [np.interp(position, np.arange(len(_HEAT)), _HEAT[:, c]) for c in range(3)], axis=-1
    )
    cover = np.minimum(4.0 * level, 1.0)[..., None]
    return cast(UInt8, np.round(grey * (1.0 - cover) + heat * cover).astype(np.uint8))


def png_uri(rgb: UInt8) -> str:
    """(H, W, 3) RGB as a data URI, exact."""
    return _uri(".png", "image/png", rgb, [cv2.IMWRITE_PNG_COMPRESSION, 7])


def jpeg_uri(rgb: UInt8) -> str:
    """(H, W, 3) RGB as a data URI, for photographs."""
    return _uri(".jpg", "image/jpeg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 88])


def _uri(suffix: str, kind: str, rgb: UInt8, how: list[int]) -> str:
    done, data = cv2.imencode(suffix, cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), how)
    if not done:
        raise ValueError(f"OpenCV cannot write {suffix} pictures of {rgb.shape}")
    return f"data:{kind};base64,{base64.b64encode(data.tobytes()).decode('ascii')}"

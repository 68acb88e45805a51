"""Convert disparity to display levels without a frame-sized temporary array."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

_BAND_ROWS = 64


def quantise(
    disparity: Float32, display_range: tuple[float, float], out: UInt8 | None = None
) -> UInt8:
    """Disparity (H, W) float32 to levels (H, W) uint8: 0 where NaN, else 1 (far) to 255 (near).

    Works in bands of rows that fit the CPU cache.

    Parameters
    ----------
    display_range
        (far, near) disparity, far < near; values outside are clamped, infinities too.
    out
        (H, W) uint8, C-contiguous; receives the levels if given.

    Raises
    ------
    ValueError
        If far >= near or `out` does not fit.
    """
    gain, bias = _gain_and_bias(display_range)
    out = _output(out, disparity.shape)
    scratch = _scratch(disparity)
    for top in range(0, len(disparity), _BAND_ROWS):
        band = disparity[top : top + _BAND_ROWS]
        clamped = scratch[: len(band)]
        np.clip(band, *display_range, out=clamped)
        # NaN passes the clamp and saturates to level 0; everything else is at least 1.
        cv2.convertScaleAbs(clamped, out[top : top + _BAND_ROWS], gain, bias)
    return out


def quantise_difference(minuend: Float32, subtrahend: Float32, limit: float) -> UInt8:
    """Levels (H, W) uint8 of `minuend` - `subtrahend`: 1 at -limit, 128 at 0, 255 at +limit.

    0 where either is NaN; clamped at +-limit.

    Raises
    ------
    ValueError
        Unless limit > 0 and the shapes agree.
    """
    if minuend.shape != subtrahend.shape:
        raise ValueError(f"cannot subtract {subtrahend.shape} from {minuend.shape}")
    gain, bias = _gain_and_bias((-limit, limit))
    out = np.empty(minuend.shape, np.uint8)
    scratch = _scratch(minuend)
    for top in range(0, len(minuend), _BAND_ROWS):
        rows = slice(top, top + _BAND_ROWS)
        difference = scratch[: len(minuend[rows])]
        with np.errstate(invalid="ignore"):
            np.subtract(minuend[rows], subtrahend[rows], out=difference)
        np.clip(difference, -limit, limit, out=difference)
        cv2.convertScaleAbs(difference, out[rows], gain, bias)
    return out


def _gain_and_bias(display_range: tuple[float, float]) -> tuple[float, float]:
    """Gain and bias that map far to 1 and near to 255."""
    far, near = display_range
    if not far < near:
        raise ValueError(f"a display range runs from far to a larger near, not {far} to {near}")
    gain = 254.0 / (near - far)
    return gain, 1.0 - far * gain


def _output(out: UInt8 | None, shape: tuple[int, ...]) -> UInt8:
    if out is None:
        return np.empty(shape, np.uint8)
    if out.shape != shape or out.dtype != np.uint8 or not out.flags.c_contiguous:
        raise ValueError("out must be uint8, C-contiguous and as large as the disparity")
    return out


def _scratch(like: Float32) -> Float32:
    return np.empty((min(_BAND_ROWS, len(like)), like.shape[1]), np.float32)

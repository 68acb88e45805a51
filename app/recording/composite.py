"""The source and both lanes side by side, as a video frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.results import LANES, FrameResult
from models.opencv import cv2
from renderers import colormap

UInt8 = NDArray[np.uint8]

_MAX_WIDTH = 1920


def composite_size(frame_size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of `side_by_side` for frames of that size."""
    width, height = frame_size
    scale = min(1.0, _MAX_WIDTH / (3 * width))
    return 3 * max(1, round(width * scale)), max(1, round(height * scale))


def side_by_side(result: FrameResult, colours: UInt8) -> UInt8:
    """RGB | lane A | lane B as (H, W, 3) uint8; a lane that is off is left dark.

    Parameters
    ----------
    result
        The frame's result.
    colours
        (256, 3) uint8 as from renderers.colormap.table.
    """
    width, height = composite_size(result.frame.size)
    third = width // 3
    picture = np.empty((height, width, 3), np.uint8)
    picture[:, third:] = colormap.UNKNOWN
    picture[:, :third] = _resized(result.frame.rgb, (third, height))
    for column, name in enumerate(LANES, start=1):
        if name in result.lanes:
            levels = _resized(result.lanes[name].levels, (third, height))
            picture[:, column * third : (column + 1) * third] = colormap.apply(levels, colours)
    return picture


def _resized(picture: UInt8, size: tuple[int, int]) -> UInt8:
    if picture.shape[1::-1] == size:
        return picture
    resized: UInt8 = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return resized

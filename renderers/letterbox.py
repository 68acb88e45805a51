"""A picture in the middle of a frame of other proportions."""

from __future__ import annotations

import numpy as np

from models.frames import UInt8
from models.opencv import cv2
from renderers.colormap import Rgb


def resized(picture: UInt8, size: tuple[int, int]) -> UInt8:
    """The (H, W[, C]) picture at (width, height) pixels."""
    if picture.shape[1::-1] == size:
        return picture
    # Averaging areas takes five times as long, and is only seen where pixels would be left out.
    shrinks_far = picture.shape[1] > 2 * size[0] or picture.shape[0] > 2 * size[1]
    way = cv2.INTER_AREA if shrinks_far else cv2.INTER_LINEAR
    made: UInt8 = cv2.resize(picture, size, interpolation=way)
    return made


def letterboxed(picture: UInt8, size: tuple[int, int], border: Rgb = (0, 0, 0)) -> UInt8:
    """The (H, W, 3) picture, as large as it fits, in the middle of one of that (width, height)."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return np.ascontiguousarray(picture)
    scale = min(size[0] / width, size[1] / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    frame = np.full((size[1], size[0], 3), border, np.uint8)
    frame[top : top + inner[1], left : left + inner[0]] = resized(picture, inner)
    return frame

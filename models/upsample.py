"""Upsampling of a network's disparity to the frame's size, with sharp edges.

Plain interpolation turns the edge of an object into a ramp one or two network pixels wide: blurred
on screen, and a veil of points in the cloud. Here a ramp between two plateaus is made steep again
around its middle, which interpolation puts at the edge to a fraction of a pixel. Colours are not
used: a printed pattern is no edge in depth.

A continuous slope, such as a floor towards the horizon, is no edge and stays as it is: twice the
distance spans twice the disparity there, while across an edge it spans little more.
"""

from __future__ import annotations

import numpy as np

from models.frames import Float32
from models.opencv import cv2

STEEPNESS = 5.0
"""Factor by which an edge becomes steeper."""
FAINTEST = 0.05
"""Steps in disparity below this fraction are ignored; from twice this on they count as edges."""

NEAR_REACH, FAR_REACH = 2, 4
"""Network pixels from the middle of a neighbourhood to its side."""
PLATEAU, SLOPE = 1.3, 1.7
"""Span of the far neighbourhood over that of the near one: at an edge, and on a slope."""
SHRUNK, ALIKE = 0.75, 1.1
"""Below the first enlargement it is averaged; up to the second edges are left as they are."""

_NEAR = np.ones((2 * NEAR_REACH + 1,) * 2, np.uint8)
_FAR = np.ones((2 * FAR_REACH + 1,) * 2, np.uint8)


def enlargement(before: tuple[int, int], after: tuple[int, int]) -> float:
    """The larger of the two sides' scale factors."""
    return max(after[0] / before[0], after[1] / before[1])


def upsample(disparity: Float32, width: int, height: int) -> Float32:
    """(h, w) disparity, finite and >= 0, to (height, width); float32, C-contiguous.

    Pixel centres are aligned as for any resized picture, not the corners' centres as in the
    published evaluation scripts, which would shift disparity against colour by up to half a network
    pixel.
    """
    before = disparity.shape[1], disparity.shape[0]
    if before == (width, height):
        return np.ascontiguousarray(disparity)
    scale = enlargement(before, (width, height))
    if scale < SHRUNK:
        shrunk: Float32 = cv2.resize(disparity, (width, height), interpolation=cv2.INTER_AREA)
        return shrunk
    if scale <= ALIKE:
        return _enlarged(disparity, width, height)
    low, high = cv2.erode(disparity, _NEAR), cv2.dilate(disparity, _NEAR)
    gain = 1 + (STEEPNESS - 1) * _edges(disparity, low, high)  # (h, w), 1 where there is no edge
    offset = (1 - gain) * (low + high) * 0.5
    upsampled = _enlarged(disparity, width, height)
    upsampled *= _enlarged(gain, width, height)
    upsampled += _enlarged(offset, width, height)
    np.maximum(upsampled, _enlarged(low, width, height), out=upsampled)
    np.minimum(upsampled, _enlarged(high, width, height), out=upsampled)
    return upsampled


def _edges(disparity: Float32, low: Float32, high: Float32) -> Float32:
    """(h, w) from 0, no edge, to 1, by the extremes of the near neighbourhood."""
    span = high - low
    faintest = FAINTEST * np.maximum(low, 0) + np.float32(1e-9)
    edges: Float32 = np.clip(span / faintest - 1, 0, 1)
    # Mirrored at its border pixels, so that slopes continue beyond the picture.
    reach = min(FAR_REACH, *(side - 1 for side in disparity.shape))
    wider = np.pad(disparity, reach, mode="reflect", reflect_type="odd")
    inside = slice(reach, -reach or None), slice(reach, -reach or None)
    far_span = (cv2.dilate(wider, _FAR) - cv2.erode(wider, _FAR))[inside]
    slope = far_span / np.maximum(span, faintest)
    edges *= np.clip((SLOPE - slope) / (SLOPE - PLATEAU), 0, 1)
    return edges


def _enlarged(maps: Float32, width: int, height: int) -> Float32:
    enlarged: Float32 = cv2.resize(maps, (width, height), interpolation=cv2.INTER_LINEAR)
    return enlarged

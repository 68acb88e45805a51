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
    gain = _edges(disparity, low, high)
    gain *= STEEPNESS - 1
    gain += 1  # (h, w), 1 where there is no edge
    offset = 1 - gain
    offset *= low + high
    offset *= 0.5
    upsampled = _enlarged(disparity, width, height)
    room = np.empty_like(upsampled)  # one for all: fresh memory costs more than the interpolation
    upsampled *= _enlarged(gain, width, height, room)
    upsampled += _enlarged(offset, width, height, room)
    np.maximum(upsampled, _enlarged(low, width, height, room), out=upsampled)
    np.minimum(upsampled, _enlarged(high, width, height, room), out=upsampled)
    return upsampled


def _edges(disparity: Float32, low: Float32, high: Float32) -> Float32:
    """(h, w) from 0, no edge, to 1, by the extremes of the near neighbourhood."""
    span: Float32 = high - low
    faintest: Float32 = np.maximum(low, 0)
    faintest *= FAINTEST
    faintest += np.float32(1e-9)
    edges: Float32 = span / faintest
    edges -= 1
    np.clip(edges, 0, 1, out=edges)
    reach = min(FAR_REACH, *(side - 1 for side in disparity.shape))
    wider = _mirrored(disparity, reach)
    inside = slice(reach, -reach or None), slice(reach, -reach or None)
    slope = cv2.dilate(wider, _FAR)[inside] - cv2.erode(wider, _FAR)[inside]
    slope /= np.maximum(span, faintest, out=span)
    np.subtract(SLOPE, slope, out=slope)
    slope /= SLOPE - PLATEAU
    edges *= np.clip(slope, 0, 1, out=slope)
    return edges


def _mirrored(disparity: Float32, reach: int) -> Float32:
    """Mirrored at its border pixels, so that slopes continue beyond the picture."""
    height, width = disparity.shape
    wider = np.empty((height + 2 * reach, width + 2 * reach), np.float32)
    wider[reach : reach + height, reach : reach + width] = disparity
    for lines in (wider[:, reach : reach + width], wider.T):  # rows, then whole columns
        last = len(lines) - reach - 1
        for edge, outwards in ((reach, -1), (last, 1)):
            for by in range(1, reach + 1):
                np.subtract(
                    2 * lines[edge], lines[edge - outwards * by], out=lines[edge + outwards * by]
                )
    return wider


def _enlarged(maps: Float32, width: int, height: int, room: Float32 | None = None) -> Float32:
    enlarged: Float32 = cv2.resize(maps, (width, height), dst=room, interpolation=cv2.INTER_LINEAR)
    return enlarged

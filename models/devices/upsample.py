"""`models.upsample` for a tensor on its own device.

At 2044x1148 the host would need longer for it than a fast device for the network.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from models.preprocess import Size
from models.upsample import (
    ALIKE,
    FAINTEST,
    FAR_REACH,
    NEAR_REACH,
    PLATEAU,
    SHRUNK,
    SLOPE,
    STEEPNESS,
    enlargement,
)

MOST_PIXELS = 4096 * 2304
"""Largest frame; beyond it, memory would run out in a way that a smaller input cannot fix."""


def is_left_to_the_host(before: Size, after: Size) -> bool:
    """Whether upsampling (width, height) `before` to `after` is left to the host.

    Much smaller results are averaged over areas on the host, and frames of more than `MOST_PIXELS`
    are upsampled there.
    """
    return enlargement(before, after) < SHRUNK or after[0] * after[1] > MOST_PIXELS


def upsample_on_device(disparity: Tensor, size: Size) -> Tensor:
    """(h, w) float32 disparity, finite and >= 0, to `size`, (width, height).

    Equal to `models.upsample` up to rounding; returned unchanged if `is_left_to_the_host`.
    """
    height, width = disparity.shape
    if (width, height) == size or is_left_to_the_host((width, height), size):
        return disparity
    if enlargement((width, height), size) <= ALIKE:
        return _enlarged(disparity[None], size)[0]
    low, high = -_greatest(-disparity, NEAR_REACH), _greatest(disparity, NEAR_REACH)
    gain = 1 + (STEEPNESS - 1) * _edges(disparity, low, high)  # (h, w), 1 where there is no edge
    offset = (1 - gain) * (low + high) * 0.5
    maps = torch.stack([disparity, gain, offset, low, high])
    upsampled, gain, offset, low, high = _enlarged(maps, size)
    upsampled.mul_(gain).add_(offset)  # in place: at the frame's size every map counts
    return torch.minimum(torch.maximum(upsampled, low, out=upsampled), high)


def _edges(disparity: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """(h, w) from 0, no edge, to 1, by the extremes of the near neighbourhood."""
    span = high - low
    faintest = FAINTEST * low.clamp(min=0) + 1e-9
    edges = (span / faintest - 1).clamp(0, 1)
    reach = min(FAR_REACH, *(side - 1 for side in disparity.shape))
    wider = _mirrored(_mirrored(disparity, reach).T, reach).T
    far_span = _greatest(wider, FAR_REACH) + _greatest(-wider, FAR_REACH)
    height, width = disparity.shape
    far_span = far_span[reach : reach + height, reach : reach + width]
    slope = far_span / torch.maximum(span, faintest)
    return edges * ((SLOPE - slope) / (SLOPE - PLATEAU)).clamp(0, 1)


def _mirrored(disparity: Tensor, reach: int) -> Tensor:
    """`reach` additional rows above and below, mirrored at the border so that slopes continue."""
    if reach == 0:
        return disparity
    above = 2 * disparity[:1] - disparity[1 : reach + 1].flip(0)
    below = 2 * disparity[-1:] - disparity[-reach - 1 : -1].flip(0)
    return torch.cat([above, disparity, below])


def _greatest(values: Tensor, reach: int) -> Tensor:
    """Maximum of the neighbours up to `reach` away, in a square."""
    return F.max_pool2d(values[None], 2 * reach + 1, stride=1, padding=reach)[0]


def _enlarged(maps: Tensor, size: Size) -> Tensor:
    """(n, h, w) maps to `size`, bilinear."""
    width, height = size
    return F.interpolate(maps[None], (height, width), mode="bilinear", align_corners=False)[0]

"""Optical flow from a picture to the previous one, at reduced size.

Dense inverse search (Kroeger et al. 2016) as implemented by OpenCV, run in both directions on grey
pictures whose short side is reduced below a limit; pixels whose forward and backward flows disagree
are hidden in one of the two pictures and marked invalid (Sundaram et al. 2010, section 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import cast

import numpy as np

from models.frames import Bool, Float32, UInt8
from models.opencv import cv2

_CLOSES_RELATIVE = 0.01  # of the squared lengths of both flows
_CLOSES_ABSOLUTE = 0.5  # px^2, at the working size


class FlowPreset(Enum):
    """Quality against time; the values are OpenCV's."""

    ULTRAFAST = 0
    FAST = 1
    MEDIUM = 2


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Motion from a picture to its predecessor, at the working size.

    Attributes
    ----------
    flow_to_previous
        (h, w, 2) float32, pixels (x, y) of the working size. What is seen at p was at p + flow in
        the previous picture.
    valid
        (h, w) bool, False where it was hidden, outside, or could not be followed.
    grey
        (h, w) float32 in 0–1, the picture.
    previous_grey
        (h, w) float32 in 0–1, its predecessor, not warped.
    """

    flow_to_previous: Float32
    valid: Bool
    grey: Float32
    previous_grey: Float32

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) at which the flow was computed."""
        return self.valid.shape[1], self.valid.shape[0]

    @property
    def median_px(self) -> float:
        """Median length of the flow in pixels of the working size; 0 for a still picture."""
        return float(np.median(np.hypot(*np.moveaxis(self.flow_to_previous[::4, ::4], -1, 0))))


def working_size(width: int, height: int, short_side: int) -> tuple[int, int]:
    """(width, height) divided by a number that brings the short side to `short_side` or below.

    The divisor is the smallest whole number, or one up to half as large again that leaves no
    remainder, because area resizing is several times cheaper then.
    """
    least = max(1, math.ceil(min(width, height) / short_side))
    even = (d for d in range(least, 3 * least // 2 + 1) if not (width % d or height % d))
    divisor = next(even, least)
    return max(1, round(width / divisor)), max(1, round(height / divisor))


def reduce_grey(rgb: UInt8, size: tuple[int, int]) -> UInt8:
    """(H, W, 3) uint8 to (h, w) uint8 grey, area-averaged to `size` (width, height)."""
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return cast(UInt8, cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))


def reduce_disparity(disparity: Float32, size: tuple[int, int]) -> Float32:
    """(H, W) float32 to (h, w), the mean of the known pixels; NaN where less than half is known."""
    if disparity.shape[::-1] == size:
        return disparity
    mean = cast(Float32, cv2.resize(disparity, size, interpolation=cv2.INTER_AREA))
    if np.isfinite(mean).all():  # what is unknown makes every mean unknown that it is part of
        return mean
    known = np.isfinite(disparity)
    share = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(np.where(known, disparity, 0), size, interpolation=cv2.INTER_AREA)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(share >= 0.5, total / share, np.nan).astype(np.float32)


def warp(previous: Float32, flow_to_previous: Float32) -> Float32:
    """Warp a map of the previous picture onto this one: out(p) = previous(p + flow(p)).

    `previous` (h, w) float32, `flow_to_previous` (h, w, 2); bilinear; NaN over half a pixel beyond
    the outermost centres and wherever an unknown pixel would contribute.
    """
    height, width = previous.shape
    x = flow_to_previous[..., 0] + np.arange(width, dtype=np.float32)
    y = flow_to_previous[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    warped = cv2.remap(previous, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # A constant border of NaN would contribute, with weight zero, to the last row and column.
    outside = (np.abs(x - (width - 1) / 2) > width / 2) | (
        np.abs(y - (height - 1) / 2) > height / 2
    )
    warped[outside] = np.nan
    return cast(Float32, warped)


class FlowEstimator:
    """Flow between pictures of any size, computed at a reduced one. Used from one thread.

    Parameters
    ----------
    preset
        Quality against time.
    short_side
        Upper limit of the working size's short side in pixels, at least 16 (ValueError).
    """

    def __init__(self, preset: FlowPreset = FlowPreset.FAST, short_side: int = 192) -> None:
        if short_side < 16:
            raise ValueError(f"flow needs a short side of 16 pixels or more, not {short_side}")
        self._search = cv2.DISOpticalFlow.create(preset.value)
        self._short_side = short_side

    def __call__(self, previous_rgb: UInt8, rgb: UInt8) -> Flow:
        """Flow from `rgb` back to `previous_rgb`, both (H, W, 3) uint8."""
        size = self.working_size(rgb)
        return self.between(reduce_grey(previous_rgb, size), reduce_grey(rgb, size))

    def working_size(self, rgb: UInt8) -> tuple[int, int]:
        """(width, height) at which flow for a picture of this size is computed."""
        return working_size(rgb.shape[1], rgb.shape[0], self._short_side)

    def between(self, previous: UInt8, grey: UInt8) -> Flow:
        """The same for grey (h, w) uint8 pictures made by `reduce_grey`; saves repeated work.

        Raises
        ------
        ValueError
            If the two differ in size.
        """
        if previous.shape != grey.shape:
            raise ValueError(f"pictures of {previous.shape} and {grey.shape} make no pair")
        back = self._search.calc(grey, previous, None)
        forth = self._search.calc(previous, grey, None)
        return Flow(back, _closes(back, forth), _unit(grey), _unit(previous))


def _closes(back: Float32, forth: Float32) -> Bool:
    """True where the flow there and back returns to the start."""
    forth_x, forth_y = (warp(np.ascontiguousarray(forth[..., axis]), back) for axis in (0, 1))
    away = np.square(back[..., 0] + forth_x) + np.square(back[..., 1] + forth_y)
    length = np.square(back).sum(axis=-1) + np.square(forth_x) + np.square(forth_y)
    with np.errstate(invalid="ignore"):
        return cast(Bool, away < _CLOSES_RELATIVE * length + _CLOSES_ABSOLUTE)


def _unit(grey: UInt8) -> Float32:
    return grey.astype(np.float32) * np.float32(1 / 255)

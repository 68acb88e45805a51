"""From a shot to a clip at the network's size: which frames, how they are scaled, which part.

Sizes are (width, height) in pixels. Pictures are resized by a cubic kernel and clipped to [0, 1]
after each step; targets are averaged over areas, as inverse depth.
"""

from __future__ import annotations

import numpy as np

from models.frames import Float32, UInt8
from models.opencv import cv2
from models.training.paper.config import Crop, Fit

Size = tuple[int, int]

KNOWN_SHARE = 0.5
"""Share of a reduced pixel's area that must be known for its mean to count."""


def frame_numbers(
    entry: int, count: int, stride: int, length: int, rng: np.random.Generator
) -> list[int]:
    """Which frames of a shot make the clip of its frame `entry`, in the order of time.

    It begins or ends there, with equal chance where both fit. A shot that is too short for either
    gives the frames after `entry`, then earlier ones, and repeats its last to fill up.
    """
    reach = stride * (length - 1)
    starts = [s for s in (entry, entry - reach) if s >= 0 and s + reach < count]
    if starts:
        start = starts[int(rng.integers(len(starts)))]
        return list(range(start, start + reach + 1, stride))
    after = list(range(entry, count, stride))
    before = list(range(entry - stride, -1, -stride))
    numbers = sorted((after + before)[:length])
    return numbers + [numbers[-1]] * (length - len(numbers))


def resize_steps(size: Size, scale: float, fit: Fit, crop: Size) -> list[Size]:
    """The sizes that a frame takes in turn, before it is cropped; sides are truncated."""
    width, height = size
    steps = []
    if scale != 1.0:
        width, height = int(width * scale), int(height * scale)
        steps.append((width, height))
    factor = max(crop[0] / width, crop[1] / height)
    if factor > 1.0 or (fit == "cover" and factor != 1.0):
        # Truncation may lose the last pixel of the side that fits exactly.
        fitted = max(crop[0], int(width * factor)), max(crop[1], int(height * factor))
        steps.append(fitted)
    return steps


def corner(size: Size, crop: Size, kind: Crop, rng: np.random.Generator) -> tuple[int, int]:
    """Left and top of the part of a frame of `size` that is cut out."""
    free = size[0] - crop[0], size[1] - crop[1]
    if kind == "centre":
        return free[0] // 2, free[1] // 2
    return int(rng.integers(free[0] + 1)), int(rng.integers(free[1] + 1))


def resized_picture(rgb: UInt8, steps: list[Size]) -> Float32:
    """(H, W, 3) uint8 to float32 in [0, 1]."""
    picture: Float32 = rgb.astype(np.float32) / 255.0
    for size in steps:
        picture = np.clip(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), 0.0, 1.0)
    return picture


def resized_target(inverse_depth: Float32, steps: list[Size], *, mask_apart: bool) -> Float32:
    """(H, W) float32 inverse depth with NaN where unknown, averaged over areas.

    With `mask_apart` the mean is over what is known, if that is at least half of the area. Without,
    unknown pixels count as -1 and a mean below zero is unknown, as in the released code, where a
    pixel that is a tenth unknown gets a wrong value.
    """
    known = np.isfinite(inverse_depth)
    if not mask_apart:
        mixed = np.where(known, inverse_depth, np.float32(-1.0))
        for size in steps:
            mixed = np.asarray(cv2.resize(mixed, size, interpolation=cv2.INTER_AREA))
        return np.where(mixed >= 0, mixed, np.float32(np.nan))
    value, share = np.where(known, inverse_depth, np.float32(0.0)), known.astype(np.float32)
    for size in steps:
        value = np.asarray(cv2.resize(value, size, interpolation=cv2.INTER_AREA))
        share = np.asarray(cv2.resize(share, size, interpolation=cv2.INTER_AREA))
    out = np.full(value.shape, np.nan, np.float32)
    np.divide(value, share, out=out, where=share >= KNOWN_SHARE)
    return out

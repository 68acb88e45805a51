"""Two views of one picture, for a left and a right eye, from the disparity of its pixels.

Depth-image-based rendering: each pixel moves sideways by its parallax, nearer ones hide farther
ones, and what no pixel reaches is filled from the background beside it.

    parallax = strength · width · (nearness − zero)

Nearness is 0 at the far end of the display range (level 1, and where disparity is unknown) and 1 at
the near end (level 255). A pixel lies half a parallax further right in the left eye's view and half
a parallax further left in the right eye's: what is nearer than `zero` stands before the screen,
what is farther behind it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2
from renderers.stereo_options import StereoOptions

UInt8 = NDArray[np.uint8]
Float32 = NDArray[np.float32]
Index = NDArray[np.intp]

MOST_PIXELS = 1280 * 720
"""Of a live picture: larger ones than a screen's part shows cost time for nothing."""
_FAR_LEVEL, _NEAR_LEVEL = 1, 255
_SAME_SURFACE_LEVELS = 12
_JUMP_LEVELS = 24


def parallax(levels: UInt8, options: StereoOptions) -> Float32:
    """(H, W) float32, the formula above in pixels: left eye's x minus right eye's x."""
    return 2.0 * _shifts(levels.shape[1], options.strength, options.zero)[levels]


def views(rgb: UInt8, levels: UInt8, options: StereoOptions) -> tuple[UInt8, UInt8]:
    """The left and the right eye's views, each (H, W, 3) uint8.

    Parameters
    ----------
    rgb
        (H, W, 3) uint8.
    levels
        (H, W) uint8: 0 unknown, 1 far to 255 near.
    options
        Strength and plane of the screen.

    Raises
    ------
    ValueError
        Unless both are equally large.
    """
    return _seen_by(rgb, rgb, levels, options)


def stereo_picture(rgb: UInt8, levels: UInt8, options: StereoOptions) -> UInt8:
    """Both views in one picture, whose size depends on the form; parameters as of `views`."""
    form = FORMS[options.form]
    return form.join(*_seen_by(form.for_left(rgb), rgb, levels, options))


def scaled_stereo_picture(
    rgb: UInt8, levels: UInt8, options: StereoOptions, most_pixels: int = MOST_PIXELS
) -> UInt8:
    """`stereo_picture` of the picture brought to at most `most_pixels` before, in its shape."""
    height, width = levels.shape
    scale = math.sqrt(most_pixels / (width * height))
    if scale >= 1.0:
        return stereo_picture(rgb, levels, options)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return stereo_picture(
        cv2.resize(rgb, size, interpolation=cv2.INTER_AREA),
        cv2.resize(levels, size, interpolation=cv2.INTER_NEAREST),  # 0 is no level to mix with
        options,
    )


def _beside(left: UInt8, right: UInt8) -> UInt8:
    return np.concatenate((left, right), axis=1)


def _above(left: UInt8, right: UInt8) -> UInt8:
    return np.concatenate((left, right), axis=0)


def _grey(rgb: UInt8) -> UInt8:
    grey: UInt8 = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return grey


def _same(rgb: UInt8) -> UInt8:
    return rgb


def _red_and_cyan(grey: UInt8, rgb: UInt8) -> UInt8:
    joined = rgb.copy()
    cv2.insertChannel(grey, joined, 0)
    return joined


@dataclass(frozen=True, slots=True)
class StereoForm:
    """How both views become one picture.

    Attributes
    ----------
    join
        Makes the picture of the eyes' views.
    for_left
        From the picture to what the left eye sees of it.
    columns, rows
        How many views stand beside and above each other.
    """

    join: Callable[[UInt8, UInt8], UInt8]
    for_left: Callable[[UInt8], UInt8] = _same
    columns: int = 1
    rows: int = 1


FORMS: Mapping[str, StereoForm] = {
    # Half colour: the left eye sees grey in red, so that saturated colours do not flicker.
    "anaglyph": StereoForm(_red_and_cyan, _grey),
    "beside": StereoForm(_beside, columns=2),
    "above": StereoForm(_above, rows=2),
}
"""By the keys of STEREO_FORMS."""


@lru_cache(maxsize=8)
def _shifts(width: int, strength: float, zero: float) -> Float32:
    """(256,) float32: by level, how far to the right a pixel moves in the left eye's view."""
    nearness = (np.arange(256) - _FAR_LEVEL) / (_NEAR_LEVEL - _FAR_LEVEL)
    shifts = (0.5 * strength * width * (np.maximum(nearness, 0.0) - zero)).astype(np.float32)
    shifts.flags.writeable = False
    return shifts


def _seen_by(
    for_left: UInt8, for_right: UInt8, levels: UInt8, options: StereoOptions
) -> tuple[UInt8, UInt8]:
    if levels.shape != for_left.shape[:2]:
        raise ValueError(f"levels are of the size {for_left.shape[:2]}, not {levels.shape}")
    shifts = _shifts(levels.shape[1], options.strength, options.zero)
    known = _with_sharp_edges(np.maximum(levels, np.uint8(_FAR_LEVEL)))
    left = _moved(for_left, known, shifts)
    # The right eye's view is the left eye's of the scene in a mirror.
    mirrored = _moved(cv2.flip(for_right, 1), cv2.flip(known, 1), shifts)
    return left, cv2.flip(mirrored, 1)


def _with_sharp_edges(levels: UInt8) -> UInt8:
    """(H, W) levels whose jumps lie just outside of what is near, without values in between.

    Networks blur a jump over some pixels, and the picture mixes the colours of both sides at it:
    left as they are, such pixels would stay behind as an outline.
    """
    reach = max(1, round(levels.shape[1] / 320))  # the angle of `point_cloud.edge_step`
    levels = cv2.dilate(levels, np.ones((2 * reach + 1,) * 2, np.uint8))
    window = np.ones((4 * reach + 1,) * 2, np.uint8)
    near, far = cv2.dilate(levels, window), cv2.erode(levels, window)
    _, is_jump = cv2.threshold(cv2.subtract(near, far), _JUMP_LEVELS, 255, cv2.THRESH_BINARY)
    is_near = cv2.compare(cv2.subtract(levels, far), cv2.subtract(near, levels), cv2.CMP_GE)
    cv2.copyTo(near, is_near, far)
    sharp: UInt8 = cv2.copyTo(far, is_jump, levels)
    return sharp


def _moved(picture: UInt8, levels: UInt8, shifts: Float32) -> UInt8:
    """(H, W[, C]): each pixel moved to the right by the shift of its level, 1 to 255."""
    height, width = levels.shape
    reach = int(np.ceil(np.abs(shifts).max())) + 1
    room = width + 2 * reach  # what leaves the picture lands in the margins
    # Of two pixels that meet, the one from further left moved further, so it is the nearer one.
    # NumPy keeps the last value that is assigned to a place: assign from right to left.
    steps = np.rint(shifts).astype(np.intp)
    from_right = levels[:, ::-1]
    place = steps[from_right]
    place += _places(height, width, reach)
    arrived = np.zeros(height * room, np.uint8)
    arrived[place] = from_right
    seen = np.ascontiguousarray(arrived.reshape(height, room)[:, reach : reach + width])
    x = np.arange(width, dtype=np.float32) - cv2.LUT(seen, shifts)
    _keep_off_edges(x, seen, levels, steps)
    missing = np.flatnonzero(seen.ravel() == 0)
    if missing.size:
        _fill(x, seen, missing, levels)
    if picture.ndim == 2:
        return _sampled(picture, x)
    # OpenCV is three times as fast with four channels as with three.
    four = _sampled(cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA), x)
    moved: UInt8 = cv2.cvtColor(four, cv2.COLOR_RGBA2RGB)
    return moved


def _sampled(picture: UInt8, x: Float32) -> UInt8:
    """`picture` at column `x` of each pixel's own row."""
    sampled: UInt8 = cv2.remap(
        picture, x, _rows(*x.shape), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return sampled


@lru_cache(maxsize=2)
def _rows(height: int, width: int) -> Float32:
    rows = np.repeat(np.arange(height, dtype=np.float32)[:, None], width, axis=1)
    rows.flags.writeable = False
    return rows


@lru_cache(maxsize=2)
def _places(height: int, width: int, reach: int) -> Index:
    """(H, W) flat indices of pixels from right to left in rows with margins of `reach`."""
    column = np.arange(reach + width - 1, reach - 1, -1, dtype=np.intp)
    places = column + (np.arange(height, dtype=np.intp) * (width + 2 * reach))[:, None]
    places.flags.writeable = False
    return places


def _keep_off_edges(x: Float32, seen: UInt8, levels: UInt8, steps: Index) -> None:
    """Take whole pixels where a fraction would mix two surfaces.

    Parameters
    ----------
    x
        (H, W), where in the source each pixel comes from; changed there.
    seen, levels
        (H, W), the level of what arrived at each pixel, and those of the source.
    steps
        (256,) by level, how many whole pixels it moved.
    """
    width = levels.shape[1]
    if width < 2:
        return
    change = cv2.absdiff(levels[:, 1:], levels[:, :-1])
    jumps = np.flatnonzero(change.ravel() > _SAME_SURFACE_LEVELS)
    row, left = np.divmod(jumps, width - 1)
    for column in (left, left + 1):
        level = levels[row, column]
        to = column + steps[level]
        inside = np.clip(to, 0, width - 1)
        won = (to == inside) & (seen[row, inside] == level)
        x[row[won], to[won]] = column[won]


def _fill(x: Float32, seen: UInt8, missing: Index, levels: UInt8) -> None:
    """Let holes continue the background beside them, mirrored at their edge.

    A hole within one surface, where a slope is stretched, is interpolated.

    Parameters
    ----------
    x
        (H, W), where in the source each pixel comes from; changed at `missing`.
    seen
        (H, W), the level of what arrived at each pixel, 0 in holes.
    missing
        Flat indices of the holes' pixels, ascending.
    levels
        (H, W) of the source.
    """
    height, width = x.shape
    is_begin = np.diff(missing, prepend=-2) != 1
    is_begin |= missing % width == 0
    begins = np.flatnonzero(is_begin)
    lengths = np.diff(begins, append=missing.size)
    first = missing[begins]
    last = first + lengths - 1
    left, right = np.maximum(first - 1, 0), np.minimum(last + 1, height * width - 1)
    flat_seen, flat_x = seen.ravel(), x.ravel()
    beyond = np.int16(_NEAR_LEVEL + 1)  # at the picture's edge there is nothing to continue
    left_level = np.where(first % width > 0, flat_seen[left].astype(np.int16), beyond)
    right_level = np.where(last % width < width - 1, flat_seen[right].astype(np.int16), beyond)
    from_left = left_level <= right_level  # the farther side is the background
    run = np.repeat(np.arange(begins.size), lengths)
    edge = np.where(from_left, left, right)[run]
    background = np.minimum(left_level, right_level)[run].astype(np.int16)
    away = np.abs(missing - edge) * np.where(from_left, -1, 1)[run]
    mirrored = flat_x[edge] + away
    column = np.rint(mirrored).astype(np.intp)
    found = levels[missing // width, np.clip(column, 0, width - 1)]
    is_background = found <= background + _SAME_SURFACE_LEVELS
    is_background &= (column >= 0) & (column < width)
    filled = np.where(is_background, mirrored, flat_x[edge])
    is_slope = (np.abs(left_level - right_level) <= _SAME_SURFACE_LEVELS)[run]
    share = (missing - left[run]) / (right - left)[run]
    between = flat_x[left][run] * (1.0 - share) + flat_x[right][run] * share
    flat_x[missing] = np.where(is_slope, between, filled)

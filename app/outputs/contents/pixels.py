"""Crops, scales and colours pictures for an output.

OpenCV does all of it without holding the interpreter's lock.
"""

from __future__ import annotations

import math

import numpy as np

from app.outputs.scene import Shares
from models.frames import UInt8
from models.opencv import cv2
from renderers.letterbox import resized
from widgets.colours import DARK

Size = tuple[int, int]
_LANE_COLOURS = {
    "a": tuple(bytes.fromhex(DARK.lane_a[1:])), "b": tuple(bytes.fromhex(DARK.lane_b[1:])),
}  # fmt: skip
WHOLE: Shares = (0.0, 0.0, 1.0, 1.0)


def fitted(size: Size, room: Size) -> Size:
    """The largest (width, height) of the proportions of `size` in `room`; never enlarged.

    Both are even, as video formats need them, and at least 2.
    """
    scale = min(1.0, room[0] / size[0], room[1] / size[1])
    return tuple(max(2, 2 * round(side * scale / 2)) for side in size)  # type: ignore[return-value]


def scaled(picture: UInt8, size: Size, part: Shares = WHOLE) -> UInt8:
    """`part` of an (H, W[, C]) picture at (width, height) pixels."""
    return resized(_cropped(picture, part), size)


def coloured(levels: UInt8, table: UInt8, size: Size, part: Shares = WHOLE) -> UInt8:
    """`part` of (H, W) levels in the colours of a (256, 3) table, at (width, height) pixels.

    Level 0 is "unknown", not the lowest of the others: where it occurs, colours are interpolated.
    """
    colours = table.reshape(256, 1, 3)
    cropped = _cropped(levels, part)
    if int(cropped.min()) == 0:
        return scaled(cv2.applyColorMap(np.ascontiguousarray(cropped), colours), size)
    made: UInt8 = cv2.applyColorMap(np.ascontiguousarray(scaled(cropped, size)), colours)
    return made


def blend(picture: UInt8, overlay: UInt8, part: Shares = WHOLE) -> UInt8:
    """`part` of an (h, w, 4) overlay with straight alpha, laid over the (H, W, 3) picture."""
    laid = scaled(cv2.cvtColor(overlay, cv2.COLOR_RGBA2mRGBA), picture.shape[1::-1], part)
    through = 255 - laid[..., 3:].astype(np.uint16)
    mixed = (picture * through + 127) // 255
    made: UInt8 = cv2.add(mixed.astype(np.uint8), np.ascontiguousarray(laid[..., :3]))
    return made


def draw_letter(canvas: UInt8, at: Size, lane: str) -> None:
    """Write lane "a"'s or "b"'s letter on its colour into an (H, W, 3) picture, at (x, y)."""
    side = max(18, canvas.shape[0] // 24)
    left, top = at[0] + side // 4, at[1] + side // 4
    cv2.rectangle(canvas, (left, top), (left + side, top + side), _LANE_COLOURS[lane], -1)
    font, scale, letter = cv2.FONT_HERSHEY_DUPLEX, side / 32, lane.upper()
    (width, height), _ = cv2.getTextSize(letter, font, scale, 1)
    corner = (left + (side - width) // 2, top + (side + height) // 2)
    cv2.putText(canvas, letter, corner, font, scale, (16, 16, 16), 1, cv2.LINE_AA)


def _cropped(picture: UInt8, part: Shares) -> UInt8:
    height, width = picture.shape[:2]
    left = min(width - 1, max(0, math.floor(part[0] * width + 0.5)))
    top = min(height - 1, max(0, math.floor(part[1] * height + 0.5)))
    right = min(width, max(left + 1, math.floor((part[0] + part[2]) * width + 0.5)))
    bottom = min(height, max(top + 1, math.floor((part[1] + part[3]) * height + 0.5)))
    return picture[top:bottom, left:right]

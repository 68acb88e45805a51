"""Resize pictures to the size at which they are painted.

Qt's painter can do that itself, but it holds Python's global interpreter lock meanwhile, which the
network needs hundreds of times per frame. OpenCV releases the lock and takes less time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frames import UInt8
from models.opencv import cv2

_SAME = 1e-3  # source pixels; a part that differs less from the whole picture counts as the whole


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture and the size to resize it to.

    Attributes
    ----------
    left, top, width, height
        In pixels of the picture, fractions included; pixel (0, 0) spans 0 to 1.
    columns, rows
        Pixels of the result, both at least 1.
    """

    left: float
    top: float
    width: float
    height: float
    columns: int
    rows: int

    def is_whole(self, picture: UInt8) -> bool:
        """Whether the part is all of the (H, W) or (H, W, C) picture."""
        height, width = picture.shape[:2]
        off = (self.left, self.top, self.width - width, self.height - height)
        return all(abs(by) < _SAME for by in off)

    def is_within(self, picture: UInt8) -> bool:
        """Whether the part lies inside the (H, W[, C]) picture, up to a pixel of the result."""
        height, width = picture.shape[:2]
        right, bottom = self.left + self.width, self.top + self.height
        across, down = self.width / self.columns, self.height / self.rows
        return bool(right < width + across and bottom < height + down)


@dataclass(frozen=True, slots=True, eq=False)
class Prescaled:
    """A picture that was resized before it is painted.

    Attributes
    ----------
    part
        What of the picture it shows, and at which size.
    pixels
        (rows, columns, 4) uint8, opaque.
    table
        (256, 3) uint8 colours if the picture was made from levels, else None.
    """

    part: Part
    pixels: UInt8
    table: UInt8 | None = None

    def shows(self, part: Part, table: UInt8 | None) -> bool:
        """Whether it shows this part in these colours."""
        return self.part == part and self.table is table


class Prescaler:
    """Resizes the pictures of one layer into its own buffers.

    A result is valid until the next call, unless `detach` keeps it. Opaque results are (rows,
    columns, 4) uint8 in the order blue, green, red, 255, which is Qt's native screen format, so
    that it copies them without converting.
    """

    def __init__(self) -> None:
        self._memory: dict[str, UInt8] = {}

    def rgb(self, picture: UInt8, part: Part) -> UInt8:
        """Resize `part` of an (H, W, 3) uint8 picture, bilinear, opaque."""
        return self._opaque(self._fit(picture, part, "rgb"), part)

    def rgba(self, picture: UInt8, part: Part) -> UInt8:
        """Resize `part` of an (H, W, 4) uint8 picture with premultiplied alpha, bilinear."""
        return self._fit(picture, part, "rgba")

    def levels(self, levels: UInt8, table: UInt8, part: Part) -> UInt8:
        """Resize `part` of (H, W) uint8 levels in the colours of a (256, 3) RGB table, opaque.

        Level 0 means "unknown" and is not the lowest of the other levels. If it occurs, colours are
        interpolated; otherwise levels are.
        """
        if int(levels.min()) == 0:
            coloured = cv2.applyColorMap(levels, table.reshape(256, 1, 3))
            return self.rgb(coloured, part)
        fitted = self._fit(levels, part, "levels")
        room = self._room(part, 4, "opaque")
        # One 32-bit number per pixel holds all four bytes: one table look-up, no three-channel
        # step.
        cv2.LUT(fitted, _opaque_numbers(table), dst=room.view(np.int32)[..., 0])
        return room

    def detach(self, pixels: UInt8) -> UInt8:
        """Return the last result, (rows, columns, 4); later calls will not overwrite it."""
        self._memory.pop("opaque", None)
        return pixels

    def _opaque(self, rgb: UInt8, part: Part) -> UInt8:
        room = self._room(part, 4, "opaque")
        opaque: UInt8 = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA, dst=room)
        return opaque

    def _fit(self, picture: UInt8, part: Part, purpose: str) -> UInt8:
        size = (part.columns, part.rows)
        room = self._room(part, picture.shape[2] if picture.ndim == 3 else 1, purpose)
        if part.is_whole(picture):
            fitted: UInt8 = cv2.resize(picture, size, dst=room, interpolation=cv2.INTER_LINEAR)
            return fitted
        across, down = part.width / part.columns, part.height / part.rows
        back = np.array(  # from a pixel of the result to one of the picture, centres at .0
            [
                [across, 0.0, part.left + across / 2 - 0.5],
                [0.0, down, part.top + down / 2 - 0.5],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped: UInt8 = cv2.warpAffine(
            picture, back, size, dst=room, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return warped

    def _room(self, part: Part, channels: int, purpose: str) -> UInt8:
        shape = (part.rows, part.columns) if channels == 1 else (part.rows, part.columns, channels)
        room = self._memory.get(purpose)
        if room is None or room.shape != shape:
            room = self._memory[purpose] = np.empty(shape, np.uint8)
        return room


def _opaque_numbers(table: UInt8) -> NDArray[np.int32]:
    """Numbers (1, 256) int32 whose bytes are blue, green, red and 255 of a (256, 3) RGB table."""
    opaque: NDArray[np.int32] = cv2.cvtColor(table[None], cv2.COLOR_RGB2BGRA).view(np.int32)
    return opaque[..., 0]


def premultiplied(rgba: UInt8) -> UInt8:
    """Multiply the colours of (H, W, 4) uint8 with straight alpha by their alpha.

    Interpolation needs premultiplied colours, or transparent pixels would tint their neighbours.
    """
    multiplied: UInt8 = cv2.cvtColor(rgba, cv2.COLOR_RGBA2mRGBA)
    return multiplied

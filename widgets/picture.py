"""Arrays as Qt images without copying them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6 import sip
from PyQt6.QtGui import QImage

UInt8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image that looks into an array and keeps it alive for as long as it is shown.

    image : what a painter draws.
    array : the pixels behind it; nobody may write to them.
    """

    image: QImage
    array: UInt8

    @property
    def width(self) -> int:
        return self.image.width()

    @property
    def height(self) -> int:
        return self.image.height()


class ColourTable:
    """A (256, 3) uint8 table in the form Qt wants, converted only when it changes."""

    def __init__(self) -> None:
        self._source: UInt8 | None = None
        self._colours: list[int] = []

    def colours(self, table: UInt8) -> list[int]:
        """256 opaque colours as 0xAARRGGBB. Raises ValueError for any other shape."""
        if table is not self._source:
            if table.shape != (256, 3):
                raise ValueError(f"a colour table is (256, 3), not {table.shape}")
            r, g, b = table.astype(np.uint32).T
            self._colours = (0xFF000000 | r << 16 | g << 8 | b).tolist()
            self._source = table
        return self._colours


def rgb_picture(rgb: UInt8) -> Picture:
    """(H, W, 3) uint8 sRGB as a picture. Raises ValueError for any other shape."""
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"an RGB picture is (H, W, 3) uint8, not {rgb.shape} {rgb.dtype}")
    return _wrapped(rgb, 3, QImage.Format.Format_RGB888)


def rgba_picture(rgba: UInt8) -> Picture:
    """(H, W, 4) uint8, straight alpha, as a picture. Raises ValueError for any other shape."""
    if rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.dtype != np.uint8:
        raise ValueError(f"an overlay is (H, W, 4) uint8, not {rgba.shape} {rgba.dtype}")
    return _wrapped(rgba, 4, QImage.Format.Format_RGBA8888)


def levels_picture(levels: UInt8, colours: list[int]) -> Picture:
    """(H, W) uint8 through 256 colours as a picture. Raises ValueError for any other shape."""
    if levels.ndim != 2 or levels.dtype != np.uint8:
        raise ValueError(f"levels are (H, W) uint8, not {levels.shape} {levels.dtype}")
    picture = _wrapped(levels, 1, QImage.Format.Format_Indexed8)
    picture.image.setColorTable(colours)
    return picture


def _wrapped(array: UInt8, channels: int, form: QImage.Format) -> Picture:
    height, width = array.shape[:2]
    if array.strides[-1] != 1 or (channels > 1 and array.strides[1] != channels):
        array = np.ascontiguousarray(array)
    start = sip.voidptr(array.ctypes.data)
    image = QImage(start, width, height, array.strides[0], form)  # type: ignore[call-overload]
    return Picture(image, array)

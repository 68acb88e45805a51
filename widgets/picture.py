"""Arrays as Qt images without copying, and drawing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6 import sip
from PyQt6.QtCore import QPointF, QRect, QRectF
from PyQt6.QtGui import QImage, QPainter

from renderers.prescale import Part, Prescaled, Prescaler, premultiplied

UInt8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image that shares an array's memory and keeps it alive while it is shown.

    Attributes
    ----------
    image
        What a painter draws.
    array
        The pixels; they must not be written to.
    table
        (256, 3) uint8, the colours of a picture of levels.
    prescaled
        The same picture resized for panes, whose size may have changed since.
    """

    image: QImage
    array: UInt8
    table: UInt8 | None = None
    prescaled: Sequence[Prescaled] = ()

    @property
    def width(self) -> int:
        return self.image.width()

    @property
    def height(self) -> int:
        return self.image.height()


class ColourTable:
    """A (256, 3) uint8 table in Qt's form, converted only when it changes."""

    def __init__(self) -> None:
        self._source: UInt8 | None = None
        self._colours: list[int] = []

    def colours(self, table: UInt8) -> list[int]:
        """256 opaque colours as 0xAARRGGBB.

        Raises
        ------
        ValueError
            For any other shape.
        """
        if table is not self._source:
            if table.shape != (256, 3):
                raise ValueError(f"a colour table is (256, 3), not {table.shape}")
            r, g, b = table.astype(np.uint32).T
            self._colours = (0xFF000000 | r << 16 | g << 8 | b).tolist()
            self._source = table
        return self._colours


def rgb_picture(rgb: UInt8, prescaled: Sequence[Prescaled] = ()) -> Picture:
    """(H, W, 3) uint8 sRGB as a picture.

    Raises
    ------
    ValueError
        For any other shape.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"an RGB picture is (H, W, 3) uint8, not {rgb.shape} {rgb.dtype}")
    return _wrapped(rgb, 3, QImage.Format.Format_RGB888, prescaled=prescaled)


def rgba_picture(rgba: UInt8) -> Picture:
    """(H, W, 4) uint8, straight alpha, as a picture.

    Raises
    ------
    ValueError
        For any other shape.
    """
    if rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.dtype != np.uint8:
        raise ValueError(f"an overlay is (H, W, 4) uint8, not {rgba.shape} {rgba.dtype}")
    return _wrapped(premultiplied(rgba), 4, QImage.Format.Format_RGBA8888_Premultiplied)


def levels_picture(
    levels: UInt8, table: UInt8, colours: list[int], prescaled: Sequence[Prescaled] = ()
) -> Picture:
    """(H, W) uint8 through a (256, 3) uint8 table as a picture.

    `colours` is the table converted by ColourTable.

    Raises
    ------
    ValueError
        For levels of another shape.
    """
    if levels.ndim != 2 or levels.dtype != np.uint8:
        raise ValueError(f"levels are (H, W) uint8, not {levels.shape} {levels.dtype}")
    picture = _wrapped(levels, 1, QImage.Format.Format_Indexed8, table, prescaled)
    picture.image.setColorTable(colours)
    return picture


def draw_smooth(
    painter: QPainter,
    picture: Picture,
    rect: QRectF,
    clip: QRectF,
    prescaler: Prescaler,
    pixel_ratio: float,
) -> Part | None:
    """Draw the whole picture into `rect`, smoothly; only `clip` is visible.

    Returns the visible part, or None if there is none.

    Parameters
    ----------
    painter, picture
        What to draw with, and what.
    rect, clip
        In units of the painter.
    prescaler
        One per repeatedly painted picture; unused if the picture has a matching resized version.
    pixel_ratio
        Physical pixels per unit of the painter.
    """
    target = _on_pixels(rect.intersected(clip), pixel_ratio)
    if target.isEmpty():
        return None
    part = Part(0, 0, picture.width, picture.height, target.width(), target.height())
    if not clip.contains(rect):
        across, down = picture.width / rect.width(), picture.height / rect.height()
        part = Part(
            (target.left() / pixel_ratio - rect.left()) * across,
            (target.top() / pixel_ratio - rect.top()) * down,
            target.width() / pixel_ratio * across,
            target.height() / pixel_ratio * down,
            target.width(),
            target.height(),
        )
    image = _scaled_image(picture, part, prescaler)
    image.setDevicePixelRatio(pixel_ratio)
    painter.drawImage(QPointF(target.left(), target.top()) / pixel_ratio, image)
    return part


def _scaled_image(picture: Picture, part: Part, prescaler: Prescaler) -> QImage:
    if picture.image.hasAlphaChannel():
        return _view_as_image(prescaler.rgba(picture.array, part), picture.image.format())
    ready = next((made for made in picture.prescaled if made.shows(part, picture.table)), None)
    if ready is not None:
        pixels = ready.pixels
    elif picture.table is None:
        pixels = prescaler.rgb(picture.array, part)
    else:
        pixels = prescaler.levels(picture.array, picture.table, part)
    return _view_as_image(pixels, QImage.Format.Format_RGB32)


def _on_pixels(rect: QRectF, pixel_ratio: float) -> QRect:
    """The physical pixels that `rect` covers, rounded at its edges."""
    left, top = round(rect.left() * pixel_ratio), round(rect.top() * pixel_ratio)
    right, bottom = round(rect.right() * pixel_ratio), round(rect.bottom() * pixel_ratio)
    return QRect(left, top, right - left, bottom - top)


def _wrapped(
    array: UInt8,
    channels: int,
    form: QImage.Format,
    table: UInt8 | None = None,
    prescaled: Sequence[Prescaled] = (),
) -> Picture:
    if array.strides[-1] != 1 or (channels > 1 and array.strides[1] != channels):
        array = np.ascontiguousarray(array)
    return Picture(_view_as_image(array, form), array, table, prescaled)


def _view_as_image(array: UInt8, form: QImage.Format) -> QImage:
    height, width = array.shape[:2]
    start = sip.voidptr(array.ctypes.data)
    image: QImage = QImage(start, width, height, array.strides[0], form)  # type: ignore[call-overload]
    return image

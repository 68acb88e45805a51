"""What protocols do to pictures before a network gets them."""

from __future__ import annotations

import numpy as np

from models.errors import SourceError
from models.frames import UInt8
from models.opencv import cv2


def even(rgb: UInt8) -> UInt8:
    """(H, W, 3) without the last row and column where they make a side odd."""
    height, width = rgb.shape[:2]
    return rgb[: height - height % 2, : width - width % 2]


def swapped(rgb: UInt8) -> UInt8:
    """With red and blue exchanged, as the published extraction of frames leaves them."""
    return np.ascontiguousarray(rgb[..., ::-1])


def swapped_even(rgb: UInt8) -> UInt8:
    """`even`, then `swapped`."""
    return swapped(even(rgb))


def swapped_jpeg(rgb: UInt8) -> UInt8:
    """`swapped`, and encoded once more as the extraction writes JPEG, at quality 95."""
    done, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 95])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR) if done else None
    if decoded is None:
        raise SourceError("A picture could not be encoded as JPEG; use --protocol vda.")
    # Written as if it were BGR and read as BGR, then exchanged once: the network gets b, g, r.
    return swapped(decoded)


def cropped(rgb: UInt8, rows: slice, columns: slice) -> UInt8:
    """A part of a picture; all of it where nothing would be left."""
    part = rgb[rows, columns]
    return part if part.size else rgb


def scannet_crop(rgb: UInt8) -> UInt8:
    """Without 8 rows at the top and bottom and 11 columns at the sides."""
    return cropped(rgb, slice(8, -8), slice(11, -11))


def nyu_crop(rgb: UInt8) -> UInt8:
    """Rows 45 to 471, columns 41 to 601: without the white border."""
    return cropped(rgb, slice(45, 471), slice(41, 601))


def swapped_scannet(rgb: UInt8) -> UInt8:
    """`scannet_crop`, then `swapped_jpeg`."""
    return swapped_jpeg(scannet_crop(rgb))


def swapped_nyu(rgb: UInt8) -> UInt8:
    """`nyu_crop`, then `swapped_jpeg`."""
    return swapped_jpeg(nyu_crop(rgb))

"""Pictures in files of their own, decoded to upright RGB; and depth pictures, as stored.

Size and kind are read from the header first, so that nothing large is read, decoded or allocated
in vain.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import av.error
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from app.media.alpha import over_grey
from app.media.open import open_bytes, open_file
from app.media.orientation import Orientation
from app.media.picture_header import PictureHeader, read_header
from models.errors import SourceError
from models.opencv import cv2

UInt8 = NDArray[np.uint8]
Float32 = NDArray[np.float32]

MOST_PIXELS = 200_000_000
LONGEST_SIDE = 32_767
"""Pixels; more than this neither Qt nor FFmpeg handles."""
_MOST_BYTES_PER_PIXEL = 16  # four channels of 32 bits, not compressed
_MOST_METADATA_BYTES = 64 << 20


def read_picture(path: Path) -> UInt8:
    """(H, W, 3) uint8 sRGB, upright, over neutral grey where it is transparent.

    Samples of 16 bits and more are reduced to 8. Floating point runs from 0 to 1, or to the largest
    value of 8 or 16 bits where it does; that of OpenEXR is light, and everything above 1 is white.

    Raises
    ------
    SourceError
        If it cannot be read, or is too large; the header decides that.
    """
    header, data = _load(path, path.name)
    if header.kind == "exr":
        return _read_exr(path)
    if not (header.has_alpha or header.is_deep):
        return _decoded(path.name, data, cv2.IMREAD_COLOR_RGB).astype(np.uint8, copy=False)
    stored = _eight_bit(_decoded(path.name, data, cv2.IMREAD_UNCHANGED))
    return Orientation.of_exif(header.orientation).apply(_rgb_of(stored, header.kind))


def read_depth(path: Path) -> NDArray[np.generic]:
    """(H, W) values as stored, such as millimetres; as they lie in the file.

    Raises
    ------
    SourceError
        If it cannot be read, is too large or has colours.
    """
    name = f"{path.parent.name}/{path.name}"
    _, data = _load(path, name)
    stored = _decoded(name, data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if stored.ndim != 2:
        raise SourceError(f"{name} has colours; store depth as a grey picture.")
    return stored


def read_colours(path: Path) -> UInt8:
    """(H, W, 3) uint8 sRGB as `read_picture`, but whatever the picture says of transparency.

    Raises
    ------
    SourceError
        If it cannot be read, or is too large.
    """
    header, data = _load(path, path.name)
    if header.kind == "exr" or header.is_deep:
        return read_picture(path)
    return _decoded(path.name, data, cv2.IMREAD_COLOR_RGB).astype(np.uint8, copy=False)


def read_labels(path: Path) -> UInt8:
    """(H, W) uint8: the red channel as it is stored, or the only one.

    Raises
    ------
    SourceError
        If it cannot be read, is too large or has more than 8 bits.
    """
    name = f"{path.parent.name}/{path.name}"
    _, data = _load(path, name)
    stored = _decoded(name, data, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if stored.dtype != np.uint8:
        raise SourceError(f"{name} has more than 8 bits; store labels as 8-bit numbers.")
    red = stored if stored.ndim == 2 else stored[..., min(2, stored.shape[2] - 1)]
    return np.ascontiguousarray(red.astype(np.uint8, copy=False))


def read_floats(path: Path) -> Float32:
    """(H, W) float32: the only or first channel of an OpenEXR file, as stored.

    Raises
    ------
    SourceError
        If it cannot be read or is too large.
    """
    name = f"{path.parent.name}/{path.name}"
    header, _ = _load(path, name)
    if header.kind != "exr":
        raise SourceError(f"{name} is not an OpenEXR file.")
    return np.ascontiguousarray(_exr_values(path)[..., 0])


def read_animation(path: Path, first: int, count: int) -> list[UInt8]:
    """Up to `count` upright frames of an animated picture from `first` on, as `read_picture` does.

    Raises
    ------
    SourceError
        If they cannot be read.
    """
    header, data = _load(path, path.name)
    try:
        _, animation = cv2.imdecodeanimation(data, first, count)
    except cv2.error as error:
        raise SourceError(f"{path.name} is damaged.") from error
    upright = Orientation.of_exif(header.orientation)
    return [upright.apply(_rgb_of(_eight_bit(one), header.kind)) for one in animation.frames]


def header_of(path: Path) -> PictureHeader | None:
    """What the header says; None if there is no readable one."""
    with contextlib.suppress(OSError, SourceError), open_bytes(path) as file:
        return read_header(file)
    return None


def _load(path: Path, name: str) -> tuple[PictureHeader, UInt8]:
    """The header, once it was found acceptable, and all bytes of the file."""
    try:
        with open_bytes(path) as file:
            header = read_header(file)
            length = file.seek(0, 2)
            _check(name, header, length)
            assert header is not None
            file.seek(0)
            return header, np.fromfile(file, np.uint8, length)
    except OSError as error:
        raise SourceError(f"Can't open {name} ({error.strerror}).") from error


def _check(name: str, header: PictureHeader | None, length: int) -> None:
    if not length:
        raise SourceError(f"{name} is empty (0 bytes).")
    if header is None:
        raise SourceError(f"{name} is not a readable picture.")
    check_size(name, header.width, header.height)
    if length > header.width * header.height * _MOST_BYTES_PER_PIXEL + _MOST_METADATA_BYTES:
        raise SourceError(
            f"{name} has {length >> 20} MiB, far more than a picture of {header.width}x"
            f"{header.height} needs; check the file."
        )


def check_size(name: str, width: int, height: int) -> None:
    """Raise SourceError if a picture of that size is not decoded."""
    if width * height > MOST_PIXELS:
        raise SourceError(
            f"{name} has {width * height / 1e6:.0f} megapixels ({width}x{height}), more than the "
            f"{MOST_PIXELS // 1_000_000} that are read; make it smaller."
        )
    if max(width, height) > LONGEST_SIDE:
        raise SourceError(
            f"{name} is {width}x{height} pixels; its long side may have {LONGEST_SIDE} at most, "
            "crop it."
        )


def _decoded(name: str, data: UInt8, flags: int) -> NDArray[np.generic]:
    try:
        picture = cv2.imdecode(data, flags)
    except cv2.error as error:
        raise SourceError(f"{name} is damaged.") from error
    if picture is None:
        raise SourceError(f"{name} is damaged, or of a kind that can't be read.")
    return np.asarray(picture)


def _eight_bit(stored: NDArray[np.generic]) -> UInt8:
    """Samples of any type to uint8."""
    if stored.dtype == np.uint8:
        return stored.astype(np.uint8, copy=False)
    values = np.nan_to_num(stored.astype(np.float32), posinf=0.0, neginf=0.0)
    if np.issubdtype(stored.dtype, np.integer):
        bits = 8 * stored.dtype.itemsize - (stored.dtype.kind == "i")
        return np.asarray(np.clip(values * np.float32(2.0 ** (8 - bits)), 0, 255)).astype(np.uint8)
    return _from_fractions(values / _white_of(float(values.max(initial=0.0))))


def _white_of(largest: float) -> float:
    """What floating-point samples mean by full brightness."""
    return next((white for white in (1.0, 255.0, 65535.0) if largest <= white), largest)


def _from_fractions(values: Float32) -> UInt8:
    return np.asarray(np.clip(values, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)


def _rgb_of(stored: UInt8, kind: str) -> UInt8:
    """From grey, grey and alpha, BGR or BGRA, as OpenCV decodes them, to RGB."""
    if stored.ndim == 2:
        return np.repeat(stored[..., None], 3, axis=2)
    if stored.shape[2] == 2:
        return over_grey(stored[..., [0, 0, 0, 1]])
    if stored.shape[2] == 3:
        return np.ascontiguousarray(stored[..., ::-1])
    # programs on Windows leave the fourth byte at zero
    if kind == "bmp" and not stored[..., 3].any():
        return np.ascontiguousarray(stored[..., 2::-1])
    return over_grey(stored[..., [2, 1, 0, 3]])


def _read_exr(path: Path) -> UInt8:
    return _from_light(_exr_values(path))


def _exr_values(path: Path) -> Float32:
    """(H, W, 1, 3 or 4) float32. Raises SourceError."""
    try:
        media = open_file(path, frozenset({"exr_pipe"}))
        with contextlib.closing(media):
            frame = next(media.container.decode(video=0), None)
            if frame is None:
                raise SourceError(f"{path.name} is damaged.")
            return _exr_channels(frame)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise SourceError(
            f"{path.name} is damaged, or of a kind of OpenEXR that can't be read."
        ) from error


def _exr_channels(frame: VideoFrame) -> Float32:
    """(H, W, 1, 3 or 4) float32: grey or RGB, and alpha."""
    grey = frame.format.name.startswith("gray")
    alpha = any(part.is_alpha for part in frame.format.components)
    wanted = "grayf32le" if grey else "gbrapf32le" if alpha else "gbrpf32le"
    if frame.format.name != wanted:
        frame = frame.reformat(format=wanted)
    values = np.asarray(frame.to_ndarray(), np.float32)
    return values[..., None] if values.ndim == 2 else values


def _from_light(linear: Float32) -> UInt8:
    """Linear light, multiplied by its alpha if it has any, to sRGB over neutral grey."""
    linear = np.nan_to_num(linear, posinf=1.0, neginf=0.0)
    colours = linear[..., :3]
    if linear.shape[2] == 4:
        grey = ((128 / 255 + 0.055) / 1.055) ** 2.4
        colours = colours + (1.0 - np.clip(linear[..., 3:], 0.0, 1.0)) * np.float32(grey)
    colours = np.clip(colours, 0.0, 1.0)
    srgb = np.where(colours <= 0.0031308, 12.92 * colours, 1.055 * colours ** (1 / 2.4) - 0.055)
    return _from_fractions(np.broadcast_to(srgb, (*srgb.shape[:2], 3)))

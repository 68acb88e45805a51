"""Formats of a camera, which Linux lists without starting the camera.

Structures and numbers are those of linux/videodev2.h. Other systems list formats only once a camera
is open, so nothing is listed there.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.sources.camera_formats import SIZES, fourcc_text
from app.sources.discovery import Camera
from models.errors import SourceError

Ioctl = Callable[[int, int, bytearray], object]

_CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
_DISCRETE = 1  # V4L2_FRMSIZE_TYPE_DISCRETE, V4L2_FRMIVAL_TYPE_DISCRETE
_MOST = 256  # no driver lists more; a broken one might never stop

_FORMAT = struct.Struct("=3I32sI4I")  # v4l2_fmtdesc
_SIZE = struct.Struct("=3I6I2I")  # v4l2_frmsizeenum
# v4l2_format: its union holds pointers and is aligned for them
_CURRENT = struct.Struct(f"@I{'4x' if struct.calcsize('P') == 8 else ''}4I184x")
_INTERLACED, _TOP_FIRST, _BOTTOM_FIRST = 4, 8, 9  # v4l2_field
_NTSC_HEIGHTS = (480, 486)
_INTERVAL = struct.Struct("=5I6I2I")  # v4l2_frmivalenum


def _request(number: int, size: int) -> int:
    """Number of the request _IOWR('V', number, size)."""
    return (3 << 30) | (size << 16) | (ord("V") << 8) | number


GET_FORMAT = _request(4, _CURRENT.size)
ENUM_FORMATS = _request(2, _FORMAT.size)
ENUM_SIZES = _request(74, _SIZE.size)
ENUM_INTERVALS = _request(75, _INTERVAL.size)


@dataclass(frozen=True, slots=True)
class CameraFormat:
    """A format of a camera.

    Attributes
    ----------
    fps
        The rates at this size, highest first; empty if the driver lists none.
    """

    pixel_format: str
    size: tuple[int, int]
    fps: tuple[float, ...]

    @property
    def text(self) -> str:
        """Text for the user."""
        rates = "/".join(f"{rate:g}" for rate in self.fps)
        at = f" at {rates} fps" if rates else ""
        return f"{self.pixel_format} {self.size[0]}x{self.size[1]}{at}"


def formats_of(camera: Camera, ioctl: Ioctl | None = None) -> tuple[CameraFormat, ...]:
    """Formats of `camera`, largest first; empty if the system lists them only after opening.

    Does not start the camera.

    Raises
    ------
    SourceError
        If its device cannot be queried.
    """
    if not camera.device or not (ioctl or sys.platform.startswith("linux")):
        return ()
    try:
        handle = os.open(camera.device, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        raise SourceError(f"Can't query {camera.name} ({error.strerror}).") from error
    try:
        found = tuple(_formats(handle, ioctl or _system_ioctl()))
    finally:
        os.close(handle)
    return tuple(sorted(found, key=_by_size, reverse=True))


def is_top_first(camera: Camera, ioctl: Ioctl | None = None) -> bool | None:
    """Whether the upper field comes first in the pictures of an open camera or capture card.

    None if they are not interlaced, or the system does not say.
    """
    if not camera.device or not (ioctl or sys.platform.startswith("linux")):
        return None
    data = bytearray(_CURRENT.size)
    struct.pack_into("=I", data, 0, _CAPTURE)
    try:
        handle = os.open(camera.device, os.O_RDWR | os.O_NONBLOCK)
        try:
            (ioctl or _system_ioctl())(handle, GET_FORMAT, data)
        finally:
            os.close(handle)
    except OSError:
        return None
    _, _, height, _, field = _CURRENT.unpack(data)
    if field == _INTERLACED:  # the order of the television standard
        return height not in _NTSC_HEIGHTS
    return {_TOP_FIRST: True, _BOTTOM_FIRST: False}.get(field)


def _by_size(offer: CameraFormat) -> tuple[int, str]:
    return offer.size[0] * offer.size[1], offer.pixel_format


def _system_ioctl() -> Ioctl:
    import fcntl  # not on Windows

    return fcntl.ioctl


def _formats(handle: int, ioctl: Ioctl) -> Iterator[CameraFormat]:
    for item in _enumerate(handle, ioctl, ENUM_FORMATS, _FORMAT, (_CAPTURE,)):
        fourcc = item[4]
        for size in _sizes(handle, ioctl, fourcc):
            yield CameraFormat(fourcc_text(fourcc), size, _rates(handle, ioctl, fourcc, size))


def _sizes(handle: int, ioctl: Ioctl, fourcc: int) -> Iterator[tuple[int, int]]:
    for item in _enumerate(handle, ioctl, ENUM_SIZES, _SIZE, (fourcc,)):
        if item[2] == _DISCRETE:
            yield item[3], item[4]
            continue
        least_w, most_w, _, least_h, most_h, _ = item[3:9]
        # A range of sizes: list the usual ones.
        yield from ((w, h) for w, h in SIZES if least_w <= w <= most_w and least_h <= h <= most_h)
        return


def _rates(handle: int, ioctl: Ioctl, fourcc: int, size: tuple[int, int]) -> tuple[float, ...]:
    rates: set[float] = set()
    for item in _enumerate(handle, ioctl, ENUM_INTERVALS, _INTERVAL, (fourcc, *size)):
        numerator, denominator = item[5], item[6]  # of the interval; of the shortest in a range
        if numerator:
            rates.add(round(denominator / numerator, 2))
        if item[4] != _DISCRETE:
            break
    return tuple(sorted(rates, reverse=True))


def _enumerate(
    handle: int, ioctl: Ioctl, request: int, layout: struct.Struct, fixed: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    """Ask for item 0, 1, ... until the driver says that there is none."""
    for index in range(_MOST):
        data = bytearray(layout.size)
        struct.pack_into(f"={1 + len(fixed)}I", data, 0, index, *fixed)
        try:
            ioctl(handle, request, data)
        except OSError:
            return
        yield layout.unpack(data)

"""What the header of a picture file says, read before anything is decoded or allocated.

PNG, JPEG, WebP, TIFF, BMP, GIF, PNM, JPEG 2000 and OpenEXR. OpenCV and FFmpeg say the size only
after they made room for the picture.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

_MOST_PARTS = 100_000
"""Chunks, segments or attributes that are looked at; hostile files have millions."""
_MOST_DURATIONS = 20_000
_ORIENTATION_TAG = 0x112
_DAMAGE = (struct.error, ValueError, LookupError, OverflowError, OSError)
"""What reading a damaged header raises."""
_UPRIGHT = 1


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """Size and kind of a stored picture.

    Attributes
    ----------
    kind : str
        "png", "jpeg", "webp", "tiff", "bmp", "gif", "pnm", "jp2" or "exr".
    width, height : int
        In pixels, as stored.
    has_alpha : bool
        There may be transparency.
    orientation : int
        EXIF's, 1 to 8; always 1 for TIFF, whose own tag every decoder applies.
    is_deep : bool
        32 or 64 bits a sample, whole numbers or not.
    durations_ms : tuple of int
        Of the frames of an animated WebP.
    is_animated : bool
        It has more frames than one.
    """

    kind: str
    width: int
    height: int
    has_alpha: bool = False
    orientation: int = _UPRIGHT
    is_deep: bool = False
    durations_ms: tuple[int, ...] = ()
    is_animated: bool = False


def read_header(file: BinaryIO) -> PictureHeader | None:
    """The header of an open, seekable file; None if it is no such picture, or damaged."""
    start = _at(file, 0, 16)
    for magic, parse in _PARSERS:
        if magic.match(start):
            try:
                found = parse(file)
            except _DAMAGE:
                return None
            return found if found.width > 0 and found.height > 0 else None
    return None


def _at(file: BinaryIO, position: int, count: int) -> bytes:
    file.seek(position)
    return file.read(count)


def _png(file: BinaryIO) -> PictureHeader:
    width, height, _, colour = struct.unpack(">IIBB", _at(file, 16, 10))
    header = PictureHeader("png", width, height, has_alpha=colour in (4, 6))
    for name, start, length in _chunks(file, 8, ">I4s", trailer=4):
        if name == b"tRNS":
            header = replace(header, has_alpha=True)
        elif name == b"acTL":
            (frames,) = struct.unpack(">I", _at(file, start, 4))
            header = replace(header, is_animated=frames > 1)
        elif name == b"eXIf":
            header = replace(header, orientation=_exif_orientation(file, start, length))
        elif name == b"IEND":
            break
    return header


def _chunks(
    file: BinaryIO, position: int, layout: str, trailer: int = 0
) -> Iterator[tuple[bytes, int, int]]:
    """(name, position of the content, its length) of each chunk, up to the end of the file."""
    for _ in range(_MOST_PARTS):
        head = _at(file, position, 8)
        if len(head) < 8:
            return
        first, second = struct.unpack(layout, head)
        name, length = (second, first) if isinstance(second, bytes) else (first, second)
        yield name, position + 8, length
        padding = 0 if trailer else length & 1
        position += 8 + length + padding + trailer


def _jpeg(file: BinaryIO) -> PictureHeader:
    position, orientation = 2, _UPRIGHT
    for _ in range(_MOST_PARTS):
        marker, kind, length = struct.unpack(">BBH", _at(file, position, 4))
        if marker != 0xFF:
            break
        if kind == 0xFF or kind == 0x01 or 0xD0 <= kind <= 0xD7:  # filling, or without content
            position += 1 if kind == 0xFF else 2
            continue
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", _at(file, position + 5, 4))
            return PictureHeader("jpeg", width, height, orientation=orientation)
        if kind == 0xE1 and _at(file, position + 4, 6) == b"Exif\0\0":
            orientation = _exif_orientation(file, position + 10, length - 8)
        position += 2 + length
    raise ValueError("no size")


def _webp(file: BinaryIO) -> PictureHeader:
    kind, start = _at(file, 12, 4), 20
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", _at(file, start + 6, 4))
        return PictureHeader("webp", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", _at(file, start + 1, 4))
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        return PictureHeader("webp", width, height, has_alpha=bool(bits >> 28 & 1))
    if kind != b"VP8X":
        raise ValueError("no size")
    flags = _at(file, start, 1)[0]
    width, height = _number(_at(file, start + 4, 3)) + 1, _number(_at(file, start + 7, 3)) + 1
    orientation = _UPRIGHT
    durations: list[int] = []
    for name, at, length in _chunks(file, 12, "<4sI"):
        if name == b"ANMF" and len(durations) < _MOST_DURATIONS:
            durations.append(_number(_at(file, at + 12, 3)))
        elif name == b"EXIF":
            orientation = _exif_orientation(file, at, length)
    animated = bool(flags & 2) and len(durations) > 1
    return PictureHeader(
        "webp", width, height, bool(flags & 16), orientation,
        durations_ms=tuple(durations) if animated else (), is_animated=animated,
    )  # fmt: skip


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _exif_orientation(file: BinaryIO, start: int, length: int) -> int:
    """Orientation in EXIF data, which is a TIFF file without a picture."""
    if _at(file, start, 6) == b"Exif\0\0":
        start += 6
    try:
        tags = _tiff_tags(file, start) if length > 8 else {}
    except _DAMAGE:
        return _UPRIGHT
    found = tags.get(_ORIENTATION_TAG, _UPRIGHT)
    return found if 1 <= found <= 8 else _UPRIGHT


def _tiff(file: BinaryIO) -> PictureHeader:
    tags = _tiff_tags(file, 0)
    samples, bits = tags.get(277, 1), tags.get(258, 1)
    return PictureHeader(
        "tiff", tags[256], tags[257], has_alpha=samples in (2, 4), is_deep=bits >= 32
    )


_TIFF_TYPES = {1: "B", 3: "H", 4: "I", 16: "Q"}


def _tiff_tags(file: BinaryIO, start: int) -> dict[int, int]:
    """First values of the whole-number tags of the first directory."""
    order = {b"II": "<", b"MM": ">"}.get(_at(file, start, 2))
    if order is None:
        raise ValueError("no byte order")
    (version,) = struct.unpack(order + "H", _at(file, start + 2, 2))
    big = version == 43
    pointer, counter, entry_bytes, value_at = ("Q", "Q", 20, 12) if big else ("I", "H", 12, 8)
    offset = _unpack(file, order + pointer, start + (8 if big else 4))
    count = _unpack(file, order + counter, start + offset)
    position = start + offset + struct.calcsize(counter)
    tags: dict[int, int] = {}
    for _ in range(min(count, 4096)):
        entry = _at(file, position, entry_bytes)
        tag, kind = struct.unpack(order + "HH", entry[:4])
        number = struct.unpack(order + pointer, entry[4:value_at])[0]
        layout = _TIFF_TYPES.get(kind)
        if layout is not None and number > 0:
            width = struct.calcsize(layout)
            if number * width <= entry_bytes - value_at:
                tags[tag] = struct.unpack(order + layout, entry[value_at : value_at + width])[0]
            else:
                (elsewhere,) = struct.unpack(order + pointer, entry[value_at:])
                tags[tag] = _unpack(file, order + layout, start + elsewhere)
        position += entry_bytes
    return tags


def _unpack(file: BinaryIO, layout: str, position: int) -> int:
    (value,) = struct.unpack(layout, _at(file, position, struct.calcsize(layout)))
    return int(value)


def _bmp(file: BinaryIO) -> PictureHeader:
    if _unpack(file, "<I", 14) == 12:  # of OS/2
        width, height = struct.unpack("<HH", _at(file, 18, 4))
        return PictureHeader("bmp", width, height)
    width, height, _, bits = struct.unpack("<iiHH", _at(file, 18, 12))
    return PictureHeader("bmp", abs(width), abs(height), has_alpha=bits == 32)


def _gif(file: BinaryIO) -> PictureHeader:
    width, height = struct.unpack("<HH", _at(file, 6, 4))
    return PictureHeader("gif", width, height)


def _pnm(file: BinaryIO) -> PictureHeader:
    head = re.sub(rb"#[^\n\r]*", b" ", _at(file, 0, 4096)).split()
    return PictureHeader("pnm", int(head[1]), int(head[2]))


def _jp2(file: BinaryIO) -> PictureHeader:
    position = 0
    for _ in range(_MOST_PARTS):
        length, name = struct.unpack(">I4s", _at(file, position, 8))
        if name == b"jp2h":
            position += 8
            continue
        if name == b"ihdr":
            height, width, channels = struct.unpack(">IIH", _at(file, position + 8, 10))
            return PictureHeader("jp2", width, height, has_alpha=channels in (2, 4))
        if length < 8:
            break
        position += length
    raise ValueError("no size")


def _j2k(file: BinaryIO) -> PictureHeader:
    right, bottom, left, top = struct.unpack(">IIII", _at(file, 8, 16))
    return PictureHeader("jp2", right - left, bottom - top)


def _exr(file: BinaryIO) -> PictureHeader:
    position, channels, size = 8, b"", (0, 0)
    for _ in range(_MOST_PARTS):
        names = _at(file, position, 512).split(b"\0", 2)
        if len(names) < 3 or not names[0]:
            break
        position += len(names[0]) + len(names[1]) + 2
        length = _unpack(file, "<I", position)
        if names[0] == b"dataWindow":
            left, top, right, bottom = struct.unpack("<iiii", _at(file, position + 4, 16))
            size = (right - left + 1, bottom - top + 1)
        elif names[0] == b"channels":
            channels = _at(file, position + 4, min(length, 4096))
        position += 4 + length
    return PictureHeader("exr", *size, has_alpha=b"\0A\0" in b"\0" + channels, is_deep=True)


_PARSERS: tuple[tuple[re.Pattern[bytes], Callable[[BinaryIO], PictureHeader]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    (re.compile(rb"\xff\xd8\xff"), _jpeg),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _webp),
    (re.compile(rb"II[*+]\0|MM\0[*+]"), _tiff),
    (re.compile(rb"BM"), _bmp),
    (re.compile(rb"GIF8[79]a"), _gif),
    (re.compile(rb"P[1-6]\s"), _pnm),
    (re.compile(rb"\0\0\0\x0cjP  "), _jp2),
    (re.compile(rb"\xff\x4f\xff\x51"), _j2k),
    (re.compile(rb"v/1\x01"), _exr),
)

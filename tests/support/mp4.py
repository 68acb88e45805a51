"""The structure of an MP4 file, read as strictly as the standard is written."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_CONTAINERS = {
    b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"mvex", b"moof", b"traf",
}  # fmt: skip


@dataclass(frozen=True)
class Box:
    kind: str
    content: bytes
    inside: tuple[Box, ...] = ()

    def all(self, kind: str) -> list[Box]:
        """Every box of that kind below this one."""
        found = [one for one in self.inside if one.kind == kind]
        return found + [deep for one in self.inside for deep in one.all(kind)]

    def one(self, kind: str) -> Box:
        (found,) = self.all(kind)
        return found

    def number(self, at: int, size: int = 4) -> int:
        """A big-endian number in the content."""
        return int.from_bytes(self.content[at : at + size], "big")


def boxes_of(data: bytes) -> tuple[Box, ...]:
    """The boxes of a file; they must fill it exactly."""
    return tuple(_read(data))


def _read(data: bytes) -> Iterator[Box]:
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        assert head <= size <= len(data) - at, f"{kind!r} of {size} bytes at {at} of {len(data)}"
        content = data[at + head : at + size]
        yield Box(kind.decode(), content, boxes_of(content) if kind in _CONTAINERS else ())
        at += size

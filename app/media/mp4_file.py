"""MP4 files that can be played up to their newest pictures however writing ends.

FFmpeg's muxer writes each picture as a fragment of its own while the file grows, and closing turns
the file into a usual MP4 with one table of all samples, which strict readers want. Two things keep
it in hand:

- It may crash once a write has failed, so it never sees a failure: it writes into memory, from
  where each piece is appended to the file as a whole or not at all.
- It ends a fragment when the next sample comes. If that is sound, it guesses when the newest
  picture ends and moves the next one there. So sound is held back until a later picture is known.
"""

from __future__ import annotations

import io
from collections import deque
from pathlib import Path
from types import MappingProxyType
from typing import Any

from av.packet import Packet

from app.media.append_only import AppendOnlyFile
from app.media.open import open_muxer

TICKS_PER_S = 90_000
"""Times of pictures count in 1/90000 s, precise enough for every frame rate."""

_OPTIONS = MappingProxyType(
    {
        "movflags": "hybrid_fragmented+empty_moov+skip_trailer",
        "frag_duration": "1",  # microseconds; the flag frag_every_frame gives sound wrong times
        "max_interleave_delta": "1",  # microseconds that pictures wait for sound
        "movie_timescale": str(TICKS_PER_S),
    }
)


class Mp4File:
    """Writes packets of one stream of pictures, and perhaps one of sound, to a file.

    Attributes
    ----------
    container
        To which encoders add their streams before `begin`.
    """

    def __init__(self) -> None:
        self._memory = _Memory()
        self.container = open_muxer(self._memory, _OPTIONS)
        self._file: AppendOnlyFile | None = None
        self._error: OSError | None = None
        self._sound: deque[Packet[Any]] = deque()

    @property
    def sound_waiting(self) -> int:
        """Packets of sound that wait for a later picture."""
        return len(self._sound)

    def begin(self, path: Path, *, replace: bool = False) -> None:
        """Make the file; one that is there is replaced if `replace`.

        Raises
        ------
        OSError
            If it cannot be made or written.
        """
        self.container.start_encoding()
        try:
            self._file = AppendOnlyFile(path, replace=replace)
            self._write()
        except OSError:
            self.container.close()
            if self._file is not None:
                self._file.close()
            raise

    def add_picture(self, packet: Packet[Any]) -> None:
        """Append a picture; it is on disk once the next one is added (with sound, the next two).

        Its duration is when the next begins, or what it says if it is the last.

        Raises
        ------
        OSError
            If the file cannot be written, now or before; what was written can be played.
        """
        self._mux(packet)
        while self._sound and _time(self._sound[0]) <= _time(packet):
            self._mux(self._sound.popleft())

    def add_sound(self, packet: Packet[Any]) -> None:
        """Append sound, which follows the packet before without a gap, after a later picture."""
        self._sound.append(packet)

    def close(self) -> None:
        """Write the table of everything; close the file in any case. May be called twice.

        Raises
        ------
        OSError
            If something cannot be written, and no error was raised before; what was written before
            can be played.
        """
        if self._file is None:
            return
        try:
            if self._error is None:
                self._finish()
        finally:
            self.container.close()
            self._file.close()
            self._file = None

    def _finish(self) -> None:
        while self._sound:
            self._mux(self._sound.popleft())
        self.container.close()
        self._write(table=True)

    def _mux(self, packet: Packet[Any]) -> None:
        if self._error is not None:
            raise self._error
        self.container.mux_one(packet)
        self._write()

    def _write(self, *, table: bool = False) -> None:
        """Append what the muxer wrote meanwhile; `table` if it is the end of the file."""
        assert self._file is not None
        record, replaced = self._memory.take()
        begin = _table_begin(record) if table else len(record)
        try:
            if begin:
                self._file.append(record[:begin])
            if table:
                self._write_table(record[begin:], replaced)
        except OSError as error:
            self._error = error
            raise

    def _write_table(self, record: bytes, replaced: list[tuple[int, bytes]]) -> None:
        """Append the table, and make one piece of media data of all that is before it."""
        assert self._file is not None
        begin = self._file.append(record)
        try:
            for at, data in replaced:
                self._file.overwrite(at, data)
        except OSError:
            self._file.cut(begin)
            raise


class _Memory:
    """The file that the muxer knows: it holds what was written since it was last taken."""

    def __init__(self) -> None:
        self._taken = 0
        self._at = 0
        self._new = bytearray()
        self._replaced: list[tuple[int, bytes]] = []

    def write(self, data: bytes) -> int:
        if self._at < self._taken:
            self._replaced.append((self._at, data))
        else:
            start = self._at - self._taken
            self._new[start : start + len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, at: int, whence: int = io.SEEK_SET) -> int:
        assert whence == io.SEEK_SET
        self._at = at
        return at

    def tell(self) -> int:
        return self._at

    def take(self) -> tuple[bytes, list[tuple[int, bytes]]]:
        """What is new at the end, and (position, bytes) of what was replaced before that."""
        taken = bytes(self._new), self._replaced
        self._taken += len(self._new)
        self._new, self._replaced = bytearray(), []
        return taken


def _table_begin(record: bytes) -> int:
    """Where the box with the table begins behind the last fragments."""
    at = 0
    while at < len(record) and record[at + 4 : at + 8] != b"moov":
        at += int.from_bytes(record[at : at + 4], "big")
    return at


def _time(packet: Packet[Any]) -> float:
    assert packet.pts is not None
    return float(packet.pts * packet.time_base)

"""The boxes of an MP4 file (ISO/IEC 14496-12, -14 and -15) as bytes.

Only what `app.media.mp4_file` writes: one H.264 track without reordered frames, and one AAC track.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

TICKS_PER_S = 90_000
"""Times of pictures count in 1/90000 s, precise enough for every frame rate."""

AAC_SAMPLES = 1024
"""Samples in a packet of AAC."""

_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SYNC_SAMPLE, _OTHER_SAMPLE = 0x02000000, 0x01010000
_START_CODE = re.compile(b"\x00\x00\x01")
_PROFILES_WITH_CHROMA = (100, 110, 122, 144, 244)
_BT709 = 1
_LANGUAGE = 0x55C4  # "und"


@dataclass(frozen=True, slots=True)
class TrackFormat:
    """What a track holds.

    Attributes
    ----------
    number
        From 1.
    timescale
        Units of time per second.
    size
        (width, height) in pixels; (0, 0) is sound.
    sample_entry
        The box that describes the coding.
    """

    number: int
    timescale: int
    size: tuple[int, int]
    sample_entry: bytes

    @property
    def is_sound(self) -> bool:
        """Whether it is sound."""
        return self.size == (0, 0)


@dataclass(slots=True)
class Samples:
    """Samples of a track, in order: time and size of each, whether it is a key frame."""

    times: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    keys: list[int] = field(default_factory=list)  # numbers of the key frames, from 0

    def add(self, time: int, size: int, is_key: bool) -> None:
        """Append one."""
        if is_key:
            self.keys.append(len(self.times))
        self.times.append(time)
        self.sizes.append(size)

    def durations(self, end: int) -> list[int]:
        """How long each is shown, if the last ends at `end`."""
        after = [*self.times[1:], end]
        return [later - time for time, later in zip(self.times, after, strict=True)]


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box."""
    size = 8 + sum(map(len, parts))
    return b"".join((struct.pack(">I4s", size, kind), *parts))


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def file_type() -> bytes:
    """What readers have to know."""
    return box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isomiso6iso2avc1mp41")


def room_for_large_header() -> bytes:
    """16 bytes that `large_media_header` may replace."""
    return box(b"free", bytes(8))


def large_media_header(size_bytes: int) -> bytes:
    """The start of a box of media data, this header included."""
    return struct.pack(">I4sQ", 1, b"mdat", size_bytes)


def h264_entry(size: tuple[int, int], parameter_sets: bytes) -> bytes:
    """Description of H.264 with square pixels, BT.709 in limited range.

    `parameter_sets` is what the encoder puts before the first picture.
    """
    units = nal_units(parameter_sets)
    sps = next(unit for unit in units if unit[0] & 31 == 7)
    pps = next(unit for unit in units if unit[0] & 31 == 8)
    more = b"\xfd\xf8\xf8\x00" if sps[1] in _PROFILES_WITH_CHROMA else b""  # 4:2:0 of 8 bits
    configuration = b"".join(
        (
            b"\x01", sps[1:4], b"\xff\xe1", struct.pack(">H", len(sps)), sps,
            b"\x01", struct.pack(">H", len(pps)), pps, more,
        )
    )  # fmt: skip
    return box(
        b"avc1",
        struct.pack(">6xH16x2H2I4xH32xHh", 1, *size, 0x480000, 0x480000, 1, 24, -1),
        box(b"avcC", configuration),
        box(b"colr", b"nclx", struct.pack(">3HB", _BT709, _BT709, _BT709, 0)),
        box(b"pasp", struct.pack(">2I", 1, 1)),
    )


def aac_entry(rate: int, channels: int, configuration: bytes) -> bytes:
    """Description of AAC; `configuration` is what the encoder puts before the first packet."""
    specific = _descriptor(5, configuration)
    decoder = _descriptor(4, struct.pack(">2B3x2I", 0x40, 0x15, 0, 0), specific)
    stream = _descriptor(3, bytes(3), decoder, _descriptor(6, b"\x02"))
    return box(
        b"mp4a",
        struct.pack(">6xH8x2H4xI", 1, channels, 16, rate << 16),
        full_box(b"esds", 0, 0, stream),
    )


def _descriptor(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    assert len(content) < 128
    return bytes((tag, len(content))) + content


def nal_units(stream: bytes) -> list[bytes]:
    """The units between the start codes of `stream`, without those."""
    return [unit.rstrip(b"\x00") for unit in _START_CODE.split(stream)[1:]]


def with_lengths(stream: bytes) -> bytes:
    """The same units, each with its length before it, as MP4 stores them."""
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in nal_units(stream))


def movie(
    formats: Sequence[TrackFormat],
    tables: Sequence[bytes],
    durations: Sequence[int],
    *,
    is_fragmented: bool = False,
) -> bytes:
    """The box that describes everything: `tables` and `durations` (own units) by track."""
    timescale = formats[0].timescale
    spans = [
        span * timescale // format_.timescale
        for span, format_ in zip(durations, formats, strict=True)
    ]
    header = full_box(
        b"mvhd", 1, 0,
        struct.pack(">2QIQIH10x", 0, 0, timescale, max(spans), 0x10000, 0x100),
        _MATRIX, bytes(24), struct.pack(">I", len(formats) + 1),
    )  # fmt: skip
    tracks = [
        _track(format_, table, duration, span)
        for format_, table, duration, span in zip(formats, tables, durations, spans, strict=True)
    ]
    defaults = [
        full_box(b"trex", 0, 0, struct.pack(">5I", format_.number, 1, 0, 0, 0))
        for format_ in formats
    ]
    return box(b"moov", header, *tracks, *([box(b"mvex", *defaults)] if is_fragmented else []))


def _track(format_: TrackFormat, table: bytes, duration: int, span: int) -> bytes:
    width, height = format_.size
    volume = 0x100 if format_.is_sound else 0
    header = full_box(
        b"tkhd", 1, 3,
        struct.pack(">2QI4xQ8xhhH2x", 0, 0, format_.number, span, 0, int(format_.is_sound), volume),
        _MATRIX, struct.pack(">2I", width << 16, height << 16),
    )  # fmt: skip
    kind, name = (b"soun", b"Sound\0") if format_.is_sound else (b"vide", b"Video\0")
    about = (
        full_box(b"smhd", 0, 0, bytes(4)) if format_.is_sound
        else full_box(b"vmhd", 0, 1, bytes(8))
    )  # fmt: skip
    here = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    return box(
        b"trak",
        header,
        box(
            b"mdia",
            full_box(
                b"mdhd", 1, 0,
                struct.pack(">2QIQ2H", 0, 0, format_.timescale, duration, _LANGUAGE, 0),
            ),
            full_box(b"hdlr", 0, 0, bytes(4), kind, bytes(12), name),
            box(b"minf", about, here, table),
        ),
    )  # fmt: skip


def empty_table(format_: TrackFormat) -> bytes:
    """The table of a track whose samples are all in fragments."""
    return _table(format_, b"", 0, b"", 0, bytes(8), b"", 0)


def sample_table(
    format_: TrackFormat, samples: Samples, end: int, chunks: Sequence[tuple[int, int]]
) -> bytes:
    """The table of all samples; `chunks` are (position in the file, number of samples)."""
    runs = [(len(list(run)), span) for span, run in groupby(samples.durations(end))]
    times = b"".join(struct.pack(">2I", *run) for run in runs)
    changes = [
        (at + 1, count, 1)
        for at, (_, count) in enumerate(chunks)
        if at == 0 or count != chunks[at - 1][1]
    ]
    to_chunks = b"".join(struct.pack(">3I", *change) for change in changes)
    sizes = struct.pack(">2I", 0, len(samples.sizes)) + _big_endian(samples.sizes)
    offsets = b"".join(struct.pack(">Q", position) for position, _ in chunks)
    keys = b"".join(struct.pack(">I", number + 1) for number in samples.keys)
    sync = b"" if format_.is_sound else full_box(
        b"stss", 0, 0, struct.pack(">I", len(samples.keys)), keys
    )  # fmt: skip
    return _table(
        format_, times, len(runs), to_chunks, len(changes), sizes, offsets, len(chunks), sync
    )


def _table(
    format_: TrackFormat,
    times: bytes,
    runs: int,
    to_chunks: bytes,
    changes: int,
    sizes: bytes,
    offsets: bytes,
    chunks: int,
    sync: bytes = b"",
) -> bytes:
    return box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), format_.sample_entry),
        full_box(b"stts", 0, 0, struct.pack(">I", runs), times),
        sync,
        full_box(b"stsc", 0, 0, struct.pack(">I", changes), to_chunks),
        full_box(b"stsz", 0, 0, sizes),
        full_box(b"co64", 0, 0, struct.pack(">I", chunks), offsets),
    )


def fragment_header(
    number: int, runs: Sequence[tuple[TrackFormat, Samples, int]]
) -> tuple[bytes, list[int]]:
    """The header of a fragment, and where each track's data begins behind the header's start.

    Parameters
    ----------
    number
        From 1.
    runs
        By track: format, samples and the time at which the last ends.
    """

    def made(offsets: Sequence[int]) -> bytes:
        tracks = [
            _run(format_, samples, end, offset)
            for (format_, samples, end), offset in zip(runs, offsets, strict=True)
        ]
        return box(b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", number)), *tracks)

    at = len(made([0] * len(runs))) + 8  # behind the header of the data
    offsets = []
    for _, samples, _ in runs:
        offsets.append(at)
        at += sum(samples.sizes)
    return made(offsets), offsets


def _run(format_: TrackFormat, samples: Samples, end: int, offset: int) -> bytes:
    durations = samples.durations(end)
    keys = set(samples.keys)
    table = b"".join(
        struct.pack(">3I", span, size, _SYNC_SAMPLE if n in keys else _OTHER_SAMPLE)
        for n, (span, size) in enumerate(zip(durations, samples.sizes, strict=True))
    )
    return box(
        b"traf",
        full_box(b"tfhd", 0, 0x020000, struct.pack(">I", format_.number)),
        full_box(b"tfdt", 1, 0, struct.pack(">Q", samples.times[0])),
        full_box(b"trun", 0, 0x000701, struct.pack(">Ii", len(durations), offset), table),
    )


def _big_endian(numbers: array[int]) -> bytes:
    swapped = array(numbers.typecode, numbers)
    if struct.pack("=H", 1) == struct.pack("<H", 1):
        swapped.byteswap()
    return swapped.tobytes()

"""The index: one line per event, appended as it happens, each with its own checksum.

A line is eight hexadecimal digits (CRC-32 of the rest), a space and a JSON object. However writing
ends, every line before the last one is complete, and an incomplete one is recognised.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.recording.format import LANES, MAX_PARTS, usable_size
from app.system.redaction import without_secrets

MAX_LINE_BYTES = 4096
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
_BIG = 1 << 60
_MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class LaneEntry:
    """Position of a lane's chunk in disparity.bin, and the registered name of its model."""

    model: str
    at: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FrameEntry:
    """One recorded frame.

    Attributes
    ----------
    number
        Position in the recording, from 0.
    part
        Number of its file of pictures.
    ticks
        When it is shown, 1/90000 s from the recording's first frame.
    source_index, segment, time_s
        As in Frame.
    captured_ns
        Capture time, from the recording's first frame.
    dropped
        Total of frames that the app had dropped before this one.
    cut
        The picture before belongs to another shot.
    lanes
        By lane name.
    intrinsics
        fx, fy, cx, cy in pixels, or None.
    """

    number: int
    part: int
    ticks: int
    source_index: int
    segment: int
    time_s: float
    captured_ns: int
    dropped: int
    cut: bool
    lanes: Mapping[str, LaneEntry]
    intrinsics: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class PartEntry:
    """From here on pictures are in files `part`: `width` x `height` from `ticks` on."""

    part: int
    width: int
    height: int
    ticks: int


@dataclass(frozen=True, slots=True)
class GapEntry:
    """`frames` results were not written between the previous frame and the next one."""

    frames: int


@dataclass(frozen=True, slots=True)
class EndEntry:
    """The recording was ended properly; `reason` is empty unless something forced the end."""

    frames: int
    gaps: int
    reason: str


@dataclass(frozen=True, slots=True)
class SettingEntry:
    """The user changed a setting. It takes effect after the frames that were in flight.

    For people; replaying does not need it.

    Attributes
    ----------
    key
        Name of the setting.
    value
        A plain value as in the manifest's settings.
    weights_sha256
        Of the model, if `key` chooses one and it is known.
    """

    key: str
    value: object
    weights_sha256: str = ""


Entry = FrameEntry | PartEntry | GapEntry | SettingEntry | EndEntry


def encode_entry(entry: Entry) -> bytes:
    """The line for `entry`, with its newline."""
    body = json.dumps(_as_json(entry), separators=(",", ":"), ensure_ascii=True).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def decode_entry(line: bytes) -> Entry | None:
    """The entry in `line`, or None if the line is torn, changed or makes no sense."""
    digest, _, body = line.rstrip(b"\n").partition(b" ")
    try:
        if len(digest) != 8 or int(digest, 16) != zlib.crc32(body):
            return None
        values = json.loads(body, parse_constant=_refuse)
        return _READERS[values["kind"]](values)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of an index, none longer than MAX_LINE_BYTES; a longer one comes in pieces."""
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE_BYTES):
            yield line


def _as_json(entry: Entry) -> dict[str, Any]:
    match entry:
        case FrameEntry():
            lanes = {name: [e.model, e.at, e.size_bytes] for name, e in entry.lanes.items()}
            values: dict[str, Any] = {
                "kind": "frame",
                "n": entry.number,
                "part": entry.part,
                "ticks": entry.ticks,
                "index": entry.source_index,
                "segment": entry.segment,
                "time_s": round(entry.time_s, 6),
                "captured_ns": entry.captured_ns,
                "dropped": entry.dropped,
                "cut": entry.cut,
                "lanes": lanes,
            }
            if entry.intrinsics is not None:
                values["intrinsics"] = list(entry.intrinsics)
            return values
        case PartEntry(part, width, height, ticks):
            return {"kind": "part", "part": part, "size": [width, height], "ticks": ticks}
        case GapEntry(frames):
            return {"kind": "gap", "frames": frames}
        case SettingEntry(key, value, weights_sha256):
            known = {"weights_sha256": weights_sha256} if weights_sha256 else {}
            return {"kind": "setting", "key": key, "value": _bounded(value), **known}
        case EndEntry(frames, gaps, reason):
            return {"kind": "end", "frames": frames, "gaps": gaps, "reason": reason[:_MAX_TEXT]}


def _frame(values: dict[str, Any]) -> FrameEntry:
    lanes = values["lanes"]
    if not set(lanes) <= set(LANES):
        raise ValueError("a lane of an unknown name")
    intrinsics = values.get("intrinsics")
    if intrinsics is not None:
        fx, fy, cx, cy = (_real(value) for value in intrinsics)
        if fx <= 0 or fy <= 0:
            raise ValueError("a focal length is greater than zero")
        intrinsics = (fx, fy, cx, cy)
    return FrameEntry(
        number=_whole(values["n"]),
        part=_whole(values["part"], MAX_PARTS - 1),
        ticks=_whole(values["ticks"]),
        source_index=_whole(values["index"]),
        segment=_whole(values["segment"]),
        time_s=_real(values["time_s"]),
        captured_ns=_whole(values["captured_ns"]),
        dropped=_whole(values["dropped"]),
        cut=bool(values["cut"]),
        lanes={name: _lane(*lanes[name]) for name in LANES if name in lanes},
        intrinsics=intrinsics,
    )


def _lane(model: object, at: object, size_bytes: object) -> LaneEntry:
    if not isinstance(model, str) or not _MODEL.fullmatch(model):
        raise ValueError("no name of a model")
    return LaneEntry(model, _whole(at), _whole(size_bytes))


def _part(values: dict[str, Any]) -> PartEntry:
    width, height = values["size"]
    if not usable_size(width, height):
        raise ValueError("no size of a picture")
    return PartEntry(_whole(values["part"], MAX_PARTS - 1), width, height, _whole(values["ticks"]))


def _gap(values: dict[str, Any]) -> GapEntry:
    return GapEntry(_whole(values["frames"]))


def _setting(values: dict[str, Any]) -> SettingEntry:
    key = plain_text(values["key"], 64)
    return SettingEntry(key, values["value"], plain_text(values.get("weights_sha256", ""), 64))


def _end(values: dict[str, Any]) -> EndEntry:
    return EndEntry(
        _whole(values["frames"]), _whole(values["gaps"]), plain_text(values["reason"], _MAX_TEXT)
    )


_READERS: dict[str, Callable[[dict[str, Any]], Entry]] = {
    "frame": _frame,
    "part": _part,
    "gap": _gap,
    "setting": _setting,
    "end": _end,
}


def _bounded(value: object) -> object:
    """`value` without secrets, and short enough for its line."""
    return without_secrets(value)[:_MAX_TEXT] if isinstance(value, str) else value


def plain_text(value: object, limit: int) -> str:
    """A printable text of at most `limit` characters, for the screen.

    Raises
    ------
    ValueError
        If `value` is not one.
    """
    if not isinstance(value, str):
        raise ValueError("a text is wanted")
    return "".join(c if c.isprintable() else " " for c in value[:limit])


def _whole(value: object, highest: int = _BIG) -> int:
    if type(value) is not int or not 0 <= value <= highest:
        raise ValueError("a whole number in range is wanted")
    return value


def _real(value: object) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):  # type: ignore[arg-type]
        raise ValueError("a number is wanted")
    return float(value)  # type: ignore[arg-type]


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")

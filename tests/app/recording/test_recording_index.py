"""Lines of the index: whole, or recognised as not whole."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recording.index import (
    MAX_LINE_BYTES,
    EndEntry,
    Entry,
    FrameEntry,
    GapEntry,
    LaneEntry,
    PartEntry,
    SettingEntry,
    decode_entry,
    encode_entry,
)

FRAME = FrameEntry(
    number=12,
    part=0,
    ticks=43_200,
    source_index=30,
    segment=2,
    time_s=1.2,
    captured_ns=480_000_000,
    dropped=3,
    cut=True,
    lanes={"a": LaneEntry("flashdepth-lite", 0, 900), "b": LaneEntry("net+ema", 900, 800)},
    intrinsics=(500.0, 501.0, 319.5, 239.5),
)
ENTRIES = [
    FRAME,
    PartEntry(1, 641, 483, 90_000),
    GapEntry(5),
    SettingEntry("input_size", 288),
    SettingEntry("model_b", "flashdepth-lite", "5a" * 32),
    EndEntry(300, 5, "The disk is full."),
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_comes_back_from_its_line(entry: Entry) -> None:
    line = encode_entry(entry)
    assert line.endswith(b"\n") and line.count(b"\n") == 1 and len(line) < MAX_LINE_BYTES
    assert decode_entry(line) == entry


def test_what_somebody_chose_fits_its_line_and_tells_no_password() -> None:
    address = "rtsp://ada:secret@camera.local/" + "x" * 9000
    line = encode_entry(SettingEntry("source", address))
    assert len(line) < MAX_LINE_BYTES
    assert b"rtsp://camera.local/xx" in line and b"secret" not in line and b"ada" not in line


@given(st.sampled_from(ENTRIES), st.data())
def test_a_torn_or_changed_line_is_recognised(entry: Entry, data: st.DataObject) -> None:
    line = encode_entry(entry)[:-1]
    at = data.draw(st.integers(0, len(line) - 1))
    assert decode_entry(line[:at]) is None
    changed = bytearray(line)
    changed[at] ^= data.draw(st.integers(1, 255))
    assert decode_entry(bytes(changed)) in (None, entry)  # entry: a digit in the other case


def _line(values: Any) -> bytes:
    body = json.dumps(values).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _frame_with(**changes: Any) -> dict[str, Any]:
    values = json.loads(encode_entry(FRAME).partition(b" ")[2])
    return {**values, **changes}


@pytest.mark.parametrize(
    "values",
    [
        [],
        17,
        {"kind": "frame"},
        {"kind": "unheard-of"},
        {"kind": ["frame"]},
        {"kind": "part", "part": 0, "size": [0, 5], "ticks": 0},
        {"kind": "part", "part": 0, "size": [1 << 20, 1 << 20], "ticks": 0},
        {"kind": "part", "part": 10**9, "size": [5, 5], "ticks": 0},
        {"kind": "part", "part": -1, "size": [5, 5], "ticks": 0},
        {"kind": "gap", "frames": "many"},
        {"kind": "gap", "frames": True},
        {"kind": "end", "frames": 1, "gaps": 0, "reason": 5},
        _frame_with(n=-1),
        _frame_with(n=1.5),
        _frame_with(ticks=1 << 70),
        _frame_with(time_s="soon"),
        _frame_with(time_s=float("nan")),
        _frame_with(time_s=float("inf")),
        _frame_with(lanes={"c": ["net", 0, 1]}),
        _frame_with(lanes={"a": ["../../etc/passwd", 0, 1]}),
        _frame_with(lanes={"a": ["net", -1, 1]}),
        _frame_with(lanes={"a": ["net", 0]}),
        _frame_with(intrinsics=[1, 2, 3]),
        _frame_with(intrinsics=[0, 0, 1, 1]),
        _frame_with(intrinsics="wide"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_though_its_checksum_is_right(values: Any) -> None:
    assert decode_entry(_line(values)) is None


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_line_and_no_crash(line: bytes) -> None:
    assert decode_entry(line) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
        ),
    ),
    st.sampled_from(["frame", "part", "gap", "end"]),
)
def test_arbitrary_json_is_no_crash(values: Any, kind: str) -> None:
    for line in (values, {"kind": kind, "lanes": values, "size": values, "frames": values}):
        entry = decode_entry(_line(line))
        assert entry is None or isinstance(entry, Entry)


def test_json_nested_beyond_all_reason_is_refused() -> None:
    body = b"[" * 100_000
    assert decode_entry(b"%08x %s" % (zlib.crc32(body), body)) is None


def test_control_characters_do_not_reach_the_screen() -> None:
    entry = decode_entry(_line({"kind": "end", "frames": 1, "gaps": 0, "reason": "a\x1b[2Jb\nc"}))
    assert isinstance(entry, EndEntry)
    assert entry.reason == "a [2Jb c"

"""Replaying: both lanes as they were, any frame at any time, nothing computed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.core.source import Ended, Source
from app.recording.format import is_recording
from app.recording.index import GapEntry, encode_entry
from app.recording.recorder import RecorderOptions
from app.recording.writer import Content
from app.sources.recording import RecordingSource
from models.errors import SourceError
from models.frames import Frame, Unit
from models.geometry import Intrinsics
from tests.support.numbered_video import number_in
from tests.support.recordings import SMALL, make_disparity, make_recording, make_result


@pytest.fixture
def opened() -> Iterator[Callable[[Path], RecordingSource]]:
    sources: list[RecordingSource] = []

    def open_it(folder: Path) -> RecordingSource:
        sources.append(RecordingSource(folder))
        return sources[-1]

    yield open_it
    for source in sources:
        source.close()
        source.close()  # may be called twice


OpenIt = Callable[[Path], RecordingSource]


def _next(source: Source) -> Frame:
    frame = source.read(5)
    assert isinstance(frame, Frame)
    return frame


def test_every_frame_comes_back_with_both_lanes(tmp_path: Path, opened: OpenIt) -> None:
    make_recording(tmp_path, [make_result(i) for i in range(30)])
    source = opened(tmp_path)
    assert isinstance(source, Source)
    assert source.info.frame_count == 30
    assert source.info.size == (160, 64)
    assert source.info.fps == pytest.approx(25)
    assert not source.info.live
    for i in range(30):
        frame = _next(source)
        assert (frame.index, frame.segment) == (i, 0)
        assert frame.time_s == pytest.approx(i / 25)
        assert number_in(frame.rgb) == i
        assert frame.recorded is not None
        for name in ("a", "b"):
            lane = frame.recorded[name]
            true = make_disparity(i, lane=name)
            assert lane.model == f"net-{name}"
            assert (lane.depth.unit, lane.depth.network_size) == (Unit.RELATIVE, (98, 42))
            assert lane.depth.frame_index == i
            step = (np.nanmax(true) - np.nanmin(true)) / 65_535
            assert np.array_equal(np.isnan(lane.depth.disparity), np.isnan(true))
            assert np.nanmax(np.abs(lane.depth.disparity - true)) <= step
    assert isinstance(source.read(1), Ended)


def test_the_colours_are_those_of_the_source(tmp_path: Path, opened: OpenIt) -> None:
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [250, 200, 20], [20, 20, 20]])
    rgb = np.repeat(np.repeat(colours[None].astype(np.uint8), 32, axis=1), 64, axis=0)
    result = make_result(0, size=(160, 64))
    result = dataclasses.replace(result, frame=dataclasses.replace(result.frame, rgb=rgb))
    make_recording(tmp_path, [result])
    shown = _next(opened(tmp_path)).rgb
    for i, colour in enumerate(colours):  # centres; the codec blurs colour across edges
        assert np.abs(shown[32, 32 * i + 16].astype(int) - colour).max() <= 6


@pytest.mark.parametrize("size", [(161, 47), (33, 17), (2, 2), (1, 1), (1, 40)])
def test_odd_sizes_come_back_as_they_were(
    tmp_path: Path, opened: OpenIt, size: tuple[int, int]
) -> None:
    make_recording(tmp_path, [make_result(i, size=size) for i in range(3)])
    source = opened(tmp_path)
    for _ in range(3):
        frame = _next(source)
        assert frame.rgb.shape == (size[1], size[0], 3)
        assert frame.rgb.flags.c_contiguous
        assert frame.recorded is not None
        assert frame.recorded["a"].depth.disparity.shape == size[::-1]


def test_seeking_is_exact_in_any_order(tmp_path: Path, opened: OpenIt) -> None:
    make_recording(tmp_path, [make_result(i) for i in range(120)])
    source = opened(tmp_path)
    segments = set()
    for index in (100, 3, 119, 0, 57, 58, 57, 16):
        source.seek(index)
        frame = _next(source)
        assert (frame.index, number_in(frame.rgb)) == (index, index)
        assert frame.segment not in segments
        segments.add(frame.segment)
        following = source.read(5)
        if isinstance(following, Frame):
            assert (number_in(following.rgb), following.segment) == (index + 1, frame.segment)
    source.seek(10_000)
    assert _next(source).index == 119
    source.seek(-5)
    assert _next(source).index == 0


def test_breaks_come_back_as_breaks(tmp_path: Path, opened: OpenIt) -> None:
    layout = [(10, 0), (11, 0), (50, 1), (51, 1), (0, 2)]
    make_recording(tmp_path, [make_result(n, segment=s) for n, s in layout])
    source = opened(tmp_path)
    frames = [_next(source) for _ in layout]
    assert [f.segment for f in frames] == [0, 0, 1, 1, 2]
    assert [f.index for f in frames] == [0, 1, 2, 3, 4]


def test_lost_frames_come_back_as_a_break_and_a_note(tmp_path: Path, opened: OpenIt) -> None:
    make_recording(tmp_path, [make_result(i) for i in range(4)])
    lines = (tmp_path / "index.jsonl").read_bytes().splitlines(keepends=True)
    lines.insert(3, encode_entry(GapEntry(7)))  # after the line of the part and two frames
    (tmp_path / "index.jsonl").write_bytes(b"".join(lines))
    source = opened(tmp_path)
    assert [_next(source).segment for _ in range(4)] == [0, 0, 1, 1]
    assert source.info.note.startswith("7 frames")


def test_a_change_of_size_replays_across_both_files(tmp_path: Path, opened: OpenIt) -> None:
    sizes = [(160, 64)] * 3 + [(200, 100)] * 3
    make_recording(tmp_path, [make_result(i, size=s) for i, s in enumerate(sizes)])
    source = opened(tmp_path)
    frames = [_next(source) for _ in sizes]
    assert [f.size for f in frames] == sizes
    assert [number_in(f.rgb) for f in frames] == list(range(6))
    assert [f.segment for f in frames] == [0, 0, 0, 1, 1, 1]
    source.seek(1)
    assert number_in(_next(source).rgb) == 1


def test_a_lane_that_was_off_stays_off(tmp_path: Path, opened: OpenIt) -> None:
    make_recording(tmp_path, [make_result(0, lanes=("b",)), make_result(1, lanes=())])
    source = opened(tmp_path)
    assert set(_next(source).recorded or {}) == {"b"}
    assert _next(source).recorded == {}


def test_without_recorded_disparity_the_lanes_may_compute(tmp_path: Path, opened: OpenIt) -> None:
    options = RecorderOptions(Content(disparity=False, composite=False), headroom_bytes=0)
    make_recording(tmp_path, [make_result(0)], options)
    assert _next(opened(tmp_path)).recorded is None


def test_the_camera_of_a_frame_comes_back(tmp_path: Path, opened: OpenIt) -> None:
    result = make_result(0)
    k = Intrinsics(120.5, 121.0, 79.5, 31.5, 160, 64)
    result = dataclasses.replace(result, frame=dataclasses.replace(result.frame, intrinsics=k))
    make_recording(tmp_path, [result, make_result(1)])
    source = opened(tmp_path)
    assert _next(source).intrinsics == k
    assert _next(source).intrinsics is None


def test_a_folder_is_told_apart_from_a_recording(tmp_path: Path) -> None:
    make_recording(tmp_path / "r", [make_result(0)])
    assert is_recording(tmp_path / "r")
    assert not is_recording(tmp_path)
    assert not is_recording(tmp_path / "missing")
    assert not is_recording(tmp_path / "r" / "manifest.json")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert not is_recording(tmp_path)
    assert not is_recording("a\0b")


def test_a_recording_of_nothing_is_a_sentence(tmp_path: Path) -> None:
    make_recording(tmp_path, [], SMALL)
    with pytest.raises(SourceError, match="no complete frame"):
        RecordingSource(tmp_path)


def test_reading_after_closing_gives_nothing(tmp_path: Path, opened: OpenIt) -> None:
    make_recording(tmp_path, [make_result(0)])
    source = opened(tmp_path)
    source.close()
    assert source.read(0.1) is None

"""Recordings that were made to mislead: the window says what `replay --check` says, in time."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.source import Ended
from app.engine.lane_runner import DAMAGED_LANE
from app.engine.pipeline import Pipeline, PipelineConfig
from app.recording import reader
from app.recording.index import (
    Entry,
    FrameEntry,
    LaneEntry,
    PartEntry,
    decode_entry,
    encode_entry,
)
from app.recording.reader import Recording
from app.recording.verify import verify
from app.sources.recording import RecordingSource
from models.frames import Frame
from tests.support.recordings import SIZE, make_recording, make_result

FRAMES = 6


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    make_recording(tmp_path / "recording", map(make_result, range(FRAMES)))
    return tmp_path / "recording"


def change_index(folder: Path, change: Callable[[Entry], Entry]) -> None:
    """Rewrite every entry of the index with valid checksums."""
    path = folder / "index.jsonl"
    entries = [decode_entry(line) for line in path.read_bytes().splitlines(keepends=True)]
    path.write_bytes(b"".join(encode_entry(change(entry)) for entry in entries if entry))


def with_lanes(**lanes: LaneEntry) -> Callable[[Entry], Entry]:
    def change(entry: Entry) -> Entry:
        is_frame = isinstance(entry, FrameEntry)
        return dataclasses.replace(entry, lanes=lanes) if is_frame else entry

    return change


def with_another_size(entry: Entry) -> Entry:
    return dataclasses.replace(entry, width=2 * SIZE[0]) if isinstance(entry, PartEntry) else entry


def replayed(folder: Path) -> tuple[list[Frame], str]:
    """All frames, and the note at the end."""
    frames: list[Frame] = []
    with contextlib.closing(RecordingSource(folder)) as source:
        while not isinstance(reading := source.read(5.0), Ended):
            if isinstance(reading, Frame):
                frames.append(reading)
        return frames, source.info.note


def test_damaged_lanes_are_not_shown_as_off(recording: Path) -> None:
    change_index(recording, with_lanes(a=LaneEntry("net-a", 1 << 60, 1 << 60)))
    frames, note = replayed(recording)
    said = f"{FRAMES} disparity maps are damaged."
    assert verify(recording).problems == (said,)
    assert said in note
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("off", "off"))
    result = pipeline.step(frames[0])
    pipeline.close()
    assert result.failures == {"a": DAMAGED_LANE}


def test_pictures_of_another_size_are_said_to_be_missing(recording: Path) -> None:
    change_index(recording, with_another_size)
    frames, note = replayed(recording)
    assert frames == []
    assert f"{FRAMES} pictures are missing." in note


def test_an_index_that_names_one_chunk_for_ever_reads_it_once(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = Recording.chunk

    def chunk(self: Recording, entry: FrameEntry, name: str) -> bytes:
        data = real(self, entry, name)
        asked.append(len(data))
        return data

    monkeypatch.setattr(Recording, "chunk", chunk)
    where = decode_entry((recording / "index.jsonl").read_bytes().splitlines(keepends=True)[1])
    assert isinstance(where, FrameEntry)
    change_index(recording, with_lanes(**where.lanes))
    assert f"{2 * FRAMES - 2} disparity maps are damaged." in verify(recording).problems
    assert sum(asked) <= (recording / "disparity.bin").stat().st_size


def test_an_index_is_read_up_to_a_number_of_lines(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_LINES", 4)
    found = verify(recording)
    assert found.frames == 3 and not found.ended
    assert found.problems == ("The index is too long or too damaged; the rest was not read.",)


def test_an_index_is_read_up_to_a_number_of_bytes(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_INDEX_BYTES", 900)
    assert 0 < verify(recording).frames < FRAMES


def test_an_index_of_rubbish_is_given_up_early(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "MAX_DAMAGED_LINES", 100)
    index = recording / "index.jsonl"
    index.write_bytes(index.read_bytes() + b"rubbish\n" * 5_000)
    problems = verify(recording).problems
    assert "101 lines of the index are damaged." in problems
    assert any("not read" in problem for problem in problems)


def test_a_title_is_text_in_one_line(recording: Path) -> None:
    manifest = recording / "manifest.json"
    document = json.loads(manifest.read_text())
    document["source"]["title"] = "clip\u202e\n<img src=x>" + "x" * 5_000
    manifest.write_text(json.dumps(document))
    with contextlib.closing(RecordingSource(recording)) as source:
        title = source.info.title
    assert title.startswith("Recording of clip") and len(title) <= 300
    assert "\n" not in title and "\u202e" not in title

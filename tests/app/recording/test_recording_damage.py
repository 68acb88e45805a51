"""Damaged and hostile recordings: one sentence or a replay with holes, never a crash or an escape.

"Damaged" is done to a small recording of three parts by flipping, cutting, filling and deleting
bytes of each of its files; what is hostile is written by hand.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.source import Ended
from app.recording.format import is_recording
from app.recording.index import EndEntry, FrameEntry, LaneEntry, PartEntry, encode_entry
from app.recording.recorder import RecorderOptions
from app.recording.verify import verify
from app.recording.writer import Content
from app.sources.recording import RecordingSource
from models.errors import SourceError
from models.frames import Frame
from tests.support.recordings import make_recording, make_result

FILES = ("manifest.json", "index.jsonl", "disparity.bin", "source.mp4", "source-001.mp4")
FRAMES = 24


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good recording with a change of size; tests work on copies."""
    folder = tmp_path_factory.mktemp("whole") / "r"
    sizes = [(64, 48)] * 16 + [(33, 17)] * 8
    options = RecorderOptions(Content(composite=False), headroom_bytes=0)
    make_recording(folder, [make_result(i, size=s) for i, s in enumerate(sizes)], options)
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "r"))


def _is_one_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text and "Traceback" not in text and len(text) < 400


def _use(folder: Path) -> int:
    """Verify, open, read to the end and seek about; how many frames came before a refusal."""
    with contextlib.suppress(SourceError):
        verify(folder)
    came: list[int] = []
    said: list[str] = []
    try:
        with contextlib.closing(RecordingSource(folder)) as source:
            while not isinstance(reading := source.read(5), Ended):
                if isinstance(reading, Frame):
                    came.append(reading.index)
            for index in (0, 20, 7):
                source.seek(index)
                source.read(5)
    except SourceError as error:
        said.append(str(error))
    assert all(map(_is_one_sentence, said)), said
    return len(came)


def _read_all(folder: Path) -> None:
    with contextlib.closing(RecordingSource(folder)) as source:
        while not isinstance(source.read(5), Ended):
            pass


Damage = Callable[[bytes], bytes]


def _flip(at: float, mask: int) -> Damage:
    def damage(data: bytes) -> bytes:
        if not data:
            return data
        changed = bytearray(data)
        changed[min(int(at * len(data)), len(data) - 1)] ^= mask
        return bytes(changed)

    return damage


def _cut(at: float) -> Damage:
    return lambda data: data[: int(at * len(data))]


def _overwrite(at: float, with_what: bytes) -> Damage:
    def damage(data: bytes) -> bytes:
        begin = int(at * len(data))
        return data[:begin] + with_what + data[begin + len(with_what) :]

    return damage


places = st.floats(0, 1, allow_nan=False)
damages = st.one_of(
    st.builds(_flip, places, st.integers(1, 255)),
    st.builds(_cut, places),
    st.builds(_overwrite, places, st.binary(min_size=1, max_size=64)),
    st.builds(_overwrite, places, st.sampled_from([b"\0" * 500, b"\xff" * 500, b"\n" * 50])),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FILES), st.lists(damages, min_size=1, max_size=3))
def test_damage_anywhere_is_a_sentence_or_a_replay(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, name: str, done: list[Damage]
) -> None:
    folder = tmp_path_factory.mktemp("damaged") / "r"
    shutil.copytree(whole, folder)
    data = (folder / name).read_bytes()
    for damage in done:
        data = damage(data)
    (folder / name).write_bytes(data)
    assert _use(folder) <= FRAMES
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_empty_file_is_a_sentence_or_a_replay(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"")
    assert _use(copy) <= FRAMES
    (copy / name).unlink()
    assert _use(copy) <= FRAMES


def test_the_good_recording_is_good(whole: Path) -> None:
    assert _use(whole) == FRAMES
    assert verify(whole).problems == ()


def test_a_video_whose_tags_are_no_utf8_is_read_all_the_same(copy: Path) -> None:
    data = (copy / "source.mp4").read_bytes()
    assert b"VideoHandler\0" in data
    (copy / "source.mp4").write_bytes(data.replace(b"VideoHandler", b"\x80ideoHandler"))
    assert _use(copy) == FRAMES


def test_a_damaged_line_costs_its_frame_and_no_other(copy: Path) -> None:
    lines = (copy / "index.jsonl").read_bytes().splitlines(keepends=True)
    assert b'"n":4' in lines[5]
    lines[5] = lines[5].replace(b'"segment":0', b'"segment":9')
    (copy / "index.jsonl").write_bytes(b"".join(lines))
    assert _use(copy) == FRAMES - 1
    assert "1 lines of the index are damaged." in verify(copy).problems
    with contextlib.closing(RecordingSource(copy)) as source:
        frames = [source.read(5) for _ in range(6)]
        assert [f.segment for f in frames if isinstance(f, Frame)] == [0, 0, 0, 0, 1, 1]
        assert "damaged" in source.info.note


def test_a_torn_last_line_is_how_a_crash_ends_and_no_damage(copy: Path) -> None:
    data = (copy / "index.jsonl").read_bytes()
    (copy / "index.jsonl").write_bytes(data[:-20])
    found = verify(copy)
    assert (found.frames, found.problems, found.ended) == (FRAMES, (), False)


def test_a_damaged_chunk_costs_its_lane_and_no_other(copy: Path) -> None:
    data = bytearray((copy / "disparity.bin").read_bytes())
    data[10] ^= 255
    (copy / "disparity.bin").write_bytes(bytes(data))
    assert verify(copy).problems == ("1 disparity maps are damaged.",)
    with contextlib.closing(RecordingSource(copy)) as source:
        first, second = source.read(5), source.read(5)
    assert isinstance(first, Frame) and isinstance(second, Frame)
    assert set(first.recorded or {}) == {"b"}
    assert set(second.recorded or {}) == {"a", "b"}


def test_the_recording_of_a_newer_version_is_refused_with_advice(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["version"] = 99
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(SourceError, match="update the app"):
        RecordingSource(copy)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name on this system")
@pytest.mark.parametrize("name", FILES)
def test_a_pipe_in_place_of_a_file_does_not_hang(copy: Path, name: str) -> None:
    (copy / name).unlink()
    os.mkfifo(copy / name)
    assert _use(copy) <= FRAMES


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
@pytest.mark.parametrize("name", FILES)
def test_a_link_out_of_the_folder_is_not_followed(copy: Path, whole: Path, name: str) -> None:
    (copy / name).unlink()
    (copy / name).symlink_to(whole / name)
    assert is_recording(copy) == (name != "manifest.json")
    with pytest.raises(SourceError, match="not a regular file"):
        _read_all(copy)


def test_a_play_list_in_place_of_a_video_opens_no_other_file(copy: Path, whole: Path) -> None:
    target = whole / "source.mp4"
    lists = (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{target}'\n",
    )
    for text in lists:
        (copy / "source.mp4").write_text(text, encoding="utf-8")
        with pytest.raises(SourceError):
            _read_all(copy)


def _frame(number: int, at: int, size_bytes: int, part: int = 0) -> FrameEntry:
    lanes = {"a": LaneEntry("net", at, size_bytes)}
    return FrameEntry(number, part, number * 3600, number, 0, 0.0, 0, 0, False, lanes)


@pytest.mark.parametrize(
    ("at", "size_bytes"), [(0, 1 << 59), (1 << 59, 100), (0, 0), (5, 40), (10**6, 10**6)]
)
def test_an_index_that_points_anywhere_costs_the_lane_only(
    copy: Path, at: int, size_bytes: int
) -> None:
    entries = (PartEntry(0, 64, 48, 0), _frame(0, at, size_bytes), EndEntry(1, 0, ""))
    (copy / "index.jsonl").write_bytes(b"".join(map(encode_entry, entries)))
    with contextlib.closing(RecordingSource(copy)) as source:
        frame = source.read(5)
    assert isinstance(frame, Frame)
    assert frame.recorded == {}


def test_an_index_that_lies_about_size_and_order_is_survived(copy: Path) -> None:
    entries = (
        PartEntry(0, 8192, 8192, 0),  # the pictures are smaller
        _frame(5, 0, 100),
        _frame(3, 0, 100),  # goes back
        _frame(7, 0, 100, part=9),  # was never said to begin
        EndEntry(3, 0, ""),
    )
    (copy / "index.jsonl").write_bytes(b"".join(map(encode_entry, entries)))
    assert _use(copy) == 0
    assert verify(copy).problems

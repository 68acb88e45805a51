"""`convert`: files for other tools, of sound and of damaged recordings."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

import av
import numpy as np
import OpenEXR
import pytest
import trimesh

from app.cli import run
from app.convert.formats import FORMATS
from app.recording.index import FrameEntry, decode_entry
from app.recording.reader import Recording
from models.frames import Frame
from tests.support.recordings import SIZE
from tests.support.small_files import files_of_at_most

FRAMES = 6
HAS_RERUN = importlib.util.find_spec("rerun") is not None


def available() -> list[object]:
    """The formats, `rrd` skipped where its large library is not installed."""
    reason = "the extra rerun is not installed"
    skip = pytest.mark.skipif(not HAS_RERUN, reason=reason)
    return [pytest.param(name, marks=skip if name == "rrd" else ()) for name in FORMATS]


def convert(recording: Path, to: str, out: Path, *more: str) -> int:
    return run(["convert", str(recording), "--to", to, "--out", str(out), *more])


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr().err.strip()
    assert said.endswith(".") and "\n" not in said and "command failed" not in said, said
    return said


@pytest.mark.parametrize("to", available())
def test_every_format_is_written_and_says_where(
    recording: Path, tmp_path: Path, to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new" / f"file.{to}"
    assert convert(recording, to, path) == 0
    said = capsys.readouterr()
    assert said.out == f"{'6 frames' if FORMATS[to].is_clip else '1 frame'}, {path}\n"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_in_a_folder_the_file_is_called_after_the_recording(
    recording: Path, tmp_path: Path
) -> None:
    assert convert(recording, "glb", tmp_path, "--frame", "4") == 0
    assert convert(recording, "mp4", tmp_path) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["talk-000004.glb", "talk.mp4"]


def test_the_frame_and_the_lane_are_those_asked_for(
    recording: Path, replayed: list[Frame], tmp_path: Path
) -> None:
    path = tmp_path / "a.exr"
    for frame, lane in ((0, "a"), (4, "b"), (5, "a")):
        assert (
            convert(recording, "exr", path, "--frame", f"{frame}", "--lane", lane, "--force") == 0
        )
        recorded = (replayed[frame].recorded or {})[lane].depth.disparity
        read = OpenEXR.File(str(path), separate_channels=True)
        found = np.asarray(read.channels()["disparity.Z"].pixels)
        np.testing.assert_array_equal(found, np.nan_to_num(recorded))
        assert read.header()["time"] == pytest.approx(frame / 25)


def test_surfaces_keep_their_place_through_the_recording(recording: Path, tmp_path: Path) -> None:
    """Relative disparity becomes depth by one scale for all frames."""
    gains = set()
    for frame in range(FRAMES):
        assert convert(recording, "exr", tmp_path / f"{frame}.exr", "--frame", f"{frame}") == 0
        header = OpenEXR.File(str(tmp_path / f"{frame}.exr")).header()
        gains.add((header["depthOffset"], header["depthGain"]))
        assert header["depthUnit"] == "arbitrary (relative disparity)"
    assert len(gains) == 1


def test_mesh_and_points_are_the_same_surface(recording: Path, tmp_path: Path) -> None:
    for to in ("glb", "ply"):
        assert convert(recording, to, tmp_path / f"a.{to}") == 0
    (mesh,) = trimesh.load_scene(tmp_path / "a.glb", process=False).geometry.values()
    points = trimesh.load(tmp_path / "a.ply")
    wanted = {tuple(point) for point in np.asarray(points.vertices, np.float32).tolist()}
    found = np.asarray(mesh.vertices, np.float32).tolist()
    assert len(found) > 0.9 * len(wanted)
    assert {tuple(point) for point in found} <= wanted


def test_the_video_has_every_frame_at_its_time(recording: Path, tmp_path: Path) -> None:
    assert convert(recording, "mp4", tmp_path / "a.mp4") == 0
    with av.open(str(tmp_path / "a.mp4")) as video:
        frames = list(video.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx([n / 25 for n in range(FRAMES)])
    assert (frames[0].width, frames[0].height) == (3 * SIZE[0], SIZE[1])


def test_what_is_there_stays_unless_forced(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ply"
    path.write_text("precious")
    assert convert(recording, "ply", path) == 2
    assert "--force" in refusal(capsys)
    assert path.read_text() == "precious"
    assert convert(recording, "ply", path, "--force") == 0
    assert path.read_bytes().startswith(b"ply\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_device_or_pipe_is_never_replaced(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert convert(recording, "ply", pipe, "--force") == 2
    assert "not a file" in refusal(capsys)
    assert pipe.is_fifo()


def test_a_name_that_is_too_long_is_one_sentence(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(recording, "ply", tmp_path / ("n" * 300)) == 1
    assert "too long" in refusal(capsys)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (("--to", "glb", "--frame", "6"), "0 to 5"),
        (("--to", "glb", "--frame", "-1"), "whole number"),
        (("--to", "mp4", "--frame", "1"), "leave it out"),
        (("--to", "obj"), "rrd"),
        (("--to", "glb", "--lane", "c"), "lane"),
    ],
)
def test_unusable_arguments_are_one_sentence_and_code_2(
    recording: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    word: str,
) -> None:
    out = tmp_path / "out" / "file"
    try:
        code = run(["convert", str(recording), "--out", str(out), *more])
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert word in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_that_is_no_recording_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(tmp_path, "glb", tmp_path / "a.glb") == 1
    assert "manifest.json" in refusal(capsys)


def test_a_file_in_the_place_of_the_folder_is_one_sentence(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert convert(recording, "glb", tmp_path / "file" / "a.glb") == 1
    assert "choose another folder" in refusal(capsys)


@pytest.mark.parametrize("to", available())
def test_wherever_the_disk_ends_nothing_is_left(
    recording: Path, tmp_path: Path, to: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(recording, to, tmp_path / "whole") == 0
    size = (tmp_path / "whole").stat().st_size
    (tmp_path / "whole").unlink()
    capsys.readouterr()
    for limit in (0, 300, size // 2, size - 1000):  # files of the same frames differ by some bytes
        with files_of_at_most(limit):
            assert convert(recording, to, tmp_path / f"a.{to}") == 1
        refusal(capsys)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("to", ["rrd", "mcap", "glb", "exr"])
def test_a_missing_library_is_one_sentence(
    recording: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    to: str,
) -> None:
    module = {"rrd": "rerun", "mcap": "mcap_ros2.writer", "glb": "trimesh", "exr": "OpenEXR"}[to]
    monkeypatch.setitem(sys.modules, module, None)
    assert convert(recording, to, tmp_path / "a") == 1
    assert f"the extra `{'rerun' if to == 'rrd' else to}`" in refusal(capsys)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def damaged(recording: Path, tmp_path: Path) -> Path:
    """Lane A of frame 0 is unreadable, and the recording was cut off after four frames."""
    folder = tmp_path / "damaged"
    shutil.copytree(recording, folder)
    lines = (folder / "index.jsonl").read_bytes().splitlines(keepends=True)
    entries = [decode_entry(line) for line in lines]
    fifth = [at for at, entry in enumerate(entries) if isinstance(entry, FrameEntry)][4]
    (folder / "index.jsonl").write_bytes(b"".join(lines[:fifth]) + lines[fifth][:50])
    first = next(entry for entry in entries if isinstance(entry, FrameEntry))
    chunks = bytearray((folder / "disparity.bin").read_bytes())
    chunks[first.lanes["a"].at + 60] ^= 255
    (folder / "disparity.bin").write_bytes(chunks)
    return folder


def test_a_damaged_recording_gives_what_can_be_read(
    damaged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.closing(Recording(damaged)) as found:
        assert len(found.frames) == 4
    assert convert(damaged, "mp4", tmp_path / "a.mp4") == 0
    said = capsys.readouterr()
    assert said.out.startswith("4 frames")
    assert "1 disparity maps are damaged" in said.err
    assert convert(damaged, "glb", tmp_path / "a.glb") == 1
    assert "other lane" in refusal(capsys)
    assert convert(damaged, "glb", tmp_path / "a.glb", "--lane", "b") == 0

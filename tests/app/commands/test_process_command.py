"""`process`: where its files came from, and what is left when something ends it early."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from app.cli import run
from app.commands import process_job
from app.core.source import Ended, Reading, SourceInfo
from app.export.table import EXPORTERS
from app.system import signals
from models.frames import Frame
from models.opencv import cv2
from tests.support.numbered_video import numbered_picture, write_numbered_video
from tests.support.small_files import files_of_at_most

SMALL = ("--input-size", "42", "--threads", "1")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_numbered_video(tmp_path / "clip.mp4", 6)


def _process(source: object, out: Path, *more: str) -> int:
    return run(["process", str(source), "--out", str(out), *SMALL, *more])


def _facts(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "process.json").read_text(encoding="utf-8")))


def _rows(out: Path) -> list[dict[str, str]]:
    with (out / "frames.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_file_says_where_it_came_from(tmp_path: Path) -> None:
    folder = tmp_path / "shots"
    folder.mkdir()
    for name in ("IMG_7.png", "IMG_10.png"):
        cv2.imwrite(str(folder / name), numbered_picture(int(name[4:-4])))
    out = tmp_path / "out"
    assert _process(folder, out, "--export", "npy,png16") == 0
    assert [(row["file"], row["source"], row["index"]) for row in _rows(out)] == [
        ("npy/000000.npy", "IMG_7.png", "0"),
        ("png16/000000.png", "IMG_7.png", "0"),
        ("npy/000001.npy", "IMG_10.png", "1"),
        ("png16/000001.png", "IMG_10.png", "1"),
    ]
    facts = _facts(out)
    assert [one["file"] for one in facts["files"]] == [row["file"] for row in _rows(out)]
    assert facts["files"][2]["time_s"] == pytest.approx(1 / 24, abs=1e-5)
    assert (facts["frames"], facts["complete"], facts["end"]) == (2, True, "")


def test_files_of_a_video_name_it_and_the_time(tmp_path: Path, clip: Path) -> None:
    out = tmp_path / "out"
    assert _process(clip, out, "--stride", "3") == 0
    assert [(row["source"], float(row["time_s"])) for row in _rows(out)] == [
        ("clip.mp4", 0.0),
        ("clip.mp4", pytest.approx(0.12)),
    ]


@pytest.mark.parametrize("name", ["2026-11-28T12:30", "100%d #[a]?*"])
@pytest.mark.skipif(os.name == "nt", reason="Windows forbids these characters")
def test_any_folder_can_be_written_to(
    tmp_path: Path, clip: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _process(clip.name, Path(name), "--export", "npy,png16,mp4,ply", "--stride", "5") == 0
    found = sorted(path.name for path in Path(name).iterdir())
    assert found == ["disparity.mp4", "frames.csv", "npy", "ply", "png16", "process.json"]
    assert len(list((Path(name) / "ply").iterdir())) == 2


def test_the_exported_video_keeps_times_and_duration(tmp_path: Path) -> None:
    times = [Fraction(0), Fraction(2), Fraction(3), Fraction(7)]
    clip = write_numbered_video(tmp_path / "slides.mkv", 4, times=times, codec="mpeg4")
    out = tmp_path / "out"
    assert _process(clip, out, "--export", "mp4") == 0
    with av.open(str(clip)) as source, av.open(str(out / "disparity.mp4")) as written:
        assert written.duration == pytest.approx(source.duration, abs=50_000)
        shown = [frame.time for frame in written.decode(video=0)]
    assert shown == pytest.approx([float(time) for time in times], abs=0.001)


@pytest.mark.parametrize("size", [(1, 30), (30, 1), (33, 31)])
def test_thin_and_odd_pictures_are_exported_as_a_video(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    cv2.imwrite(str(tmp_path / "0.png"), np.full((height, width, 3), 90, np.uint8))
    assert _process(tmp_path / "0.png", tmp_path / "out", "--export", "mp4") == 0
    with av.open(str(tmp_path / "out" / "disparity.mp4")) as written:
        assert sum(1 for _ in written.decode(video=0)) == 1


def test_a_source_that_does_not_know_its_length_is_processed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_job, "open_source", lambda *_: _Uncounted(5))
    assert _process("x.mp4", tmp_path / "out") == 0
    assert _facts(tmp_path / "out")["frames"] == 5


class _Uncounted:
    """Numbered frames without a count; the number of each may be given."""

    def __init__(self, count: int, numbers: Callable[[int], int] = int, known: int = 0) -> None:
        self.info = SourceInfo("x.mp4", "x.mp4", False, (160, 64), 25.0, known or None)
        self._left = iter(range(count))
        self._numbers = numbers

    def read(self, timeout_s: float) -> Reading:
        del timeout_s
        for number in self._left:
            return Frame(numbered_picture(number), self._numbers(number), 0, 0, number / 25)
        return Ended()

    def seek(self, index: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (_Uncounted(4, lambda number: number // 2), ("4 frames", "2 results")),
        (_Uncounted(4, known=6), ("6 frames", "4 could be read")),
    ],
)
def test_results_that_are_missing_are_said_at_the_end(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: _Uncounted,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setattr(process_job, "open_source", lambda *_: source)
    assert _process("x.mp4", tmp_path / "out") == 0
    said = capsys.readouterr().err
    assert all(word in said for word in words)
    assert _facts(tmp_path / "out")["complete"] is False


class _Breaking(_Uncounted):
    """Breaks off after three frames, as a server that closes the connection."""

    def read(self, timeout_s: float) -> Reading:
        reading = super().read(timeout_s)
        if isinstance(reading, Frame) and reading.index == 3:
            raise ConnectionResetError(104, "Connection reset by peer")
        return reading


def test_a_source_that_breaks_off_leaves_what_was_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process_job, "open_source", lambda *_: _Breaking(9))
    assert _process("x.mp4", tmp_path / "out", "--export", "npy,mp4") == 1
    said = capsys.readouterr().err.strip()
    assert "Connection reset by peer" in said
    assert "The 3 frames before it are in" in said
    assert "\n" not in said
    facts = _facts(tmp_path / "out")
    assert (facts["frames"], facts["complete"], facts["end"]) == (3, False, said)
    with av.open(str(tmp_path / "out" / "disparity.mp4")) as written:
        assert written.streams.video[0].frames == 3


@contextmanager
def _signalled(monkeypatch: pytest.MonkeyPatch, number: int, at: int) -> Iterator[None]:
    """Send this process a signal while frame `at` is written."""

    class Sending:
        def __init__(self, target: object) -> None:
            del target

        def write(self, result: Any) -> str:
            if result.frame.index == at:
                os.kill(os.getpid(), number)
            return "nothing"

        def close(self) -> None:
            pass

    monkeypatch.setattr("tests.app.commands.test_process_command.SENDER", Sending, raising=False)
    monkeypatch.setitem(EXPORTERS, "png16", "tests.app.commands.test_process_command:SENDER")  # type: ignore[arg-type]
    yield


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_it_in_order(
    tmp_path: Path,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    out = tmp_path / "out"
    with _signalled(monkeypatch, number, at=2):
        assert _process(clip, out, "--export", "npy,mp4,png16") == 1
    assert "Stopped after 3 frames" in capsys.readouterr().err
    assert signal.getsignal(number) is before
    facts = _facts(out)
    assert (facts["frames"], facts["end"]) == (3, "stopped after 3")
    assert len(list((out / "npy").iterdir())) == 3
    with av.open(str(out / "disparity.mp4")) as written:
        assert written.streams.video[0].frames == 3


@pytest.mark.skipif(os.name == "nt", reason="there is no nohup")
def test_what_the_parent_has_told_to_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.noted_stop_signals() as is_stopped:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not is_stopped()
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Size of the largest file that the next test writes."""
    folder = tmp_path_factory.mktemp("largest")
    clip = write_numbered_video(folder / "clip.mp4", 3)
    assert _process(clip, folder / "out", "--export", "npy,png16,mp4,ply") == 0
    return max(path.stat().st_size for path in (folder / "out").rglob("*") if path.is_file())


@pytest.mark.parametrize("part", [0.0, 0.003, 0.03, 0.5])
def test_wherever_the_disk_ends_it_is_one_sentence_and_whole_files(
    tmp_path: Path, largest: int, part: float, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = write_numbered_video(tmp_path / "clip.mp4", 3)
    out = tmp_path / "out"
    with files_of_at_most(round(part * largest)):
        code = _process(clip, out, "--export", "npy,png16,mp4,ply")
    said = capsys.readouterr().err.strip()
    assert code == 1
    assert said.endswith(".")
    assert "\n" not in said
    assert "not foreseen" not in said
    assert not list(out.rglob("*.part"))
    for path in (out / "npy").glob("*.npy"):
        assert np.load(path).shape == (64, 160)
    for path in (out / "png16").glob("*.png"):
        assert cv2.imread(str(path), cv2.IMREAD_UNCHANGED).shape == (64, 160)

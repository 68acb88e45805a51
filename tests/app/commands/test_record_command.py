"""`record` and `replay --check`, end to end without a window."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import run
from app.commands import record_job, window
from app.core.results import FrameResult
from app.core.source import Reading, SignalLost
from app.engine.pipeline import Pipeline
from app.recording.verify import verify
from app.sources.recording import RecordingSource
from app.system.logbook import MinuteSummary
from models import registry
from models.frames import Frame
from tests.support.fakes import CountingSession, ScriptedSource, fake_entry
from tests.support.numbered_video import number_in, write_numbered_video
from tests.support.recordings import make_recording, make_result


@pytest.fixture(autouse=True)
def _registry_of_fakes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLASHDEPTH_LOG", str(tmp_path / "log"))
    registry.entries()
    made: list[CountingSession] = []
    fakes = {name: fake_entry(name, made) for name in ("net", "other")}
    fakes["off"] = registry.find("off")
    monkeypatch.setattr(registry, "_ENTRIES", fakes)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_numbered_video(tmp_path / "clip.mp4", 30)


def _record(out: Path, source: object, *more: str, b: str = "other") -> int:
    return run(
        ["record", "--source", str(source), "--out", str(out), "--a", "net", "--b", b, *more]
    )


def _replayed(out: Path) -> list[Frame]:
    frames: list[Frame] = []
    with contextlib.closing(RecordingSource(out)) as source:
        while isinstance(frame := source.read(5), Frame):
            frames.append(frame)
    return frames


def test_a_recording_without_a_window_writes_the_log_as_the_window_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHDEPTH_LOG", str(tmp_path / "log"))
    monkeypatch.setattr(record_job, "MinuteSummary", lambda: MinuteSummary(every_s=0.0))
    clip = write_numbered_video(tmp_path / "long.mp4", 60)
    assert _record(tmp_path / "r", clip, "--real-time") == 0
    text = (tmp_path / "log" / "flashdepth-live.log").read_text(encoding="utf-8")
    assert re.search(r" dropped, \d+ gaps, ", text) and text.rstrip().endswith("recording")


def test_every_frame_of_a_file_is_recorded_with_both_lanes(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _record(tmp_path / "r", clip) == 0
    assert capsys.readouterr().out == f"30 frames, 0 gaps, 1.2 s, {tmp_path / 'r'}\n"
    frames = _replayed(tmp_path / "r")
    assert [number_in(f.rgb) for f in frames] == list(range(30))
    assert all(set(f.recorded or {}) == {"a", "b"} for f in frames)
    assert {lane.model for f in frames for lane in (f.recorded or {}).values()} == {"net", "other"}
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["settings"]["model_a"] == "net"
    assert manifest["source"]["title"] == "clip.mp4"


def test_seconds_count_in_the_time_of_a_file(tmp_path: Path, clip: Path) -> None:
    assert _record(tmp_path / "r", clip, "--seconds", "0.4") == 0
    assert len(_replayed(tmp_path / "r")) == 10


def test_a_lane_may_be_off(tmp_path: Path, clip: Path) -> None:
    assert _record(tmp_path / "r", clip, b="off") == 0
    assert set(_replayed(tmp_path / "r")[0].recorded or {}) == {"a"}


def test_a_live_source_is_recorded_for_the_seconds_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Camera(ScriptedSource):
        """A camera whose pictures are 50 ms apart, however fast they are read."""

        def read(self, timeout_s: float) -> Reading:
            frame = super().read(timeout_s)
            assert isinstance(frame, Frame)
            return replace(frame, captured_ns=frame.index * 50_000_000)

    source = Camera(None, live=True)
    monkeypatch.setattr(record_job, "open_source", lambda *_: source)
    assert _record(tmp_path / "r", "camera:0", "--seconds", "5") == 0
    assert source.closed.is_set()
    times_s = [frame.time_s for frame in _replayed(tmp_path / "r")]
    assert 1 <= len(times_s) <= 100
    assert times_s[-1] < 5.0


def test_ctrl_c_ends_a_recording_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ScriptedSource(None, live=True)
    monkeypatch.setattr(record_job, "open_source", lambda *_: source)
    take, taken = record_job.LatestSlot.take, [0]

    def interrupt(self: object, timeout_s: float | None = None) -> object:
        taken[0] += 1
        if taken[0] > 20:
            raise KeyboardInterrupt
        return take(self, timeout_s)  # type: ignore[arg-type]

    monkeypatch.setattr(record_job.LatestSlot, "take", interrupt)
    assert _record(tmp_path / "r", "camera:0") == 0
    assert run(["replay", str(tmp_path / "r"), "--check"]) == 0


def test_a_live_source_that_never_sends_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Silent(ScriptedSource):
        def read(self, timeout_s: float) -> Reading:
            self.closed.wait(timeout_s)
            return SignalLost("The camera sends nothing; check the cable.")

    monkeypatch.setattr(record_job, "_PATIENCE_S", 0.3)
    monkeypatch.setattr(record_job, "open_source", lambda *_: Silent(None, live=True))
    assert _record(tmp_path / "r", "camera:0", "--seconds", "5") == 1
    assert capsys.readouterr().err == "The camera sends nothing; check the cable.\n"


@pytest.mark.timeout(30)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_capture_thread_that_dies_ends_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(ScriptedSource):
        def read(self, timeout_s: float) -> Reading:
            raise ZeroDivisionError

    monkeypatch.setattr(record_job, "open_source", lambda *_: Broken(None))
    assert _record(tmp_path / "r", "clip.mp4") == 1
    assert "Reading clip.mp4 failed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "word"), [("missing.mp4", "missing.mp4"), ("camera:99x", "camera")]
)
def test_a_source_that_is_not_there_is_a_sentence_and_leaves_no_recording(
    tmp_path: Path, source: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _record(tmp_path / "r", source, "--seconds", "0.3") == 1
    said = capsys.readouterr().err.strip()
    assert word in said.lower()
    assert "\n" not in said
    assert not (tmp_path / "r" / "manifest.json").exists()


def test_a_folder_with_content_needs_force_and_keeps_what_is_not_ours(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r"
    make_recording(out, [make_result(i) for i in range(3)])
    (out / "notes.txt").write_text("keep", encoding="utf-8")
    assert _record(out, clip) == 2
    assert "--force" in capsys.readouterr().err
    assert len(_replayed(out)) == 3
    assert _record(out, clip, "--force") == 0
    assert len(_replayed(out)) == 30
    assert (out / "notes.txt").read_text(encoding="utf-8") == "keep"


def test_check_prints_frames_gaps_and_seconds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_recording(tmp_path / "r", [make_result(i) for i in range(26)])
    assert run(["replay", str(tmp_path / "r"), "--check"]) == 0
    assert capsys.readouterr().out == "26 frames, 0 gaps, 1.0 s\n"


def test_check_says_that_a_recording_broke_off_and_what_is_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_recording(tmp_path / "r", [make_result(i) for i in range(5)])
    index = tmp_path / "r" / "index.jsonl"
    lines = index.read_bytes().splitlines(keepends=True)
    lines[2] = b"00000000 {}\n"
    index.write_bytes(b"".join(lines[:-1]))
    assert run(["replay", str(tmp_path / "r"), "--check"]) == 0
    said = capsys.readouterr()
    assert said.out == "4 frames, 0 gaps, 0.2 s, incomplete\n"
    assert "index" in said.err


@pytest.mark.parametrize("kind", ["missing", "file", "folder", "empty recording"])
def test_what_is_no_recording_fails_the_check_with_a_sentence(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x"
    if kind == "file":
        path.touch()
    elif kind == "folder":
        path.mkdir()
    elif kind == "empty recording":
        make_recording(path, [])
    assert run(["replay", str(path), "--check"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith(".\n")


def test_replay_opens_the_window_with_the_recording_as_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_recording(tmp_path / "r", [make_result(0)])
    opened: list[argparse.Namespace] = []
    monkeypatch.setattr(window, "run", lambda arguments: opened.append(arguments) or 0)
    assert run(["replay", str(tmp_path / "r"), "--quit-after", "1"]) == 0
    assert opened[0].source == str(tmp_path / "r")
    assert opened[0].quit_after == 1


def test_record_leaves_no_thread_behind_when_the_source_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = threading.active_count()
    assert _record(tmp_path / "r", tmp_path) == 1
    assert threading.active_count() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_the_recording_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    clip = write_numbered_video(tmp_path / "clip.mp4", 8)

    class Signalled(Pipeline):
        def step(self, frame: Frame, dropped: int = 0) -> FrameResult:
            if frame.index == 3:
                os.kill(os.getpid(), getattr(signal, name))
            return super().step(frame, dropped)

    monkeypatch.setattr(record_job, "Pipeline", Signalled)
    out = tmp_path / "r"
    argv = ["record", "--source", str(clip), "--out", str(out), "--a", "off", "--b", "off"]
    assert run(argv) == 0
    found = verify(out)
    assert found.frames in range(4, 8)  # the main thread may take one more before it is told
    assert (found.ended, found.problems) == (True, ())

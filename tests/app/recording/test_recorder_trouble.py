"""Folders and disks that fail a recording: it ends in order, with one sentence."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.recording import folder as folder_of
from app.recording import recorder as recorder_module
from app.recording.recorder import Recorder, RecorderOptions
from app.recording.verify import verify
from app.recording.writer import RecordingWriter
from models.errors import SourceError, UsageError, UserError
from tests.support.recordings import FACTS, SMALL, is_sentence, make_recording, make_result
from tests.support.small_files import files_of_at_most


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(UsageError) as refused:
        Recorder(blocked / "r", FACTS, SMALL).start()
    assert is_sentence(str(refused.value))
    assert "another folder" in str(refused.value)


@pytest.mark.parametrize("name", ["manifest.json", "source.mp4", "composite-002.mp4"])
def test_a_file_that_would_be_overwritten_stops_it_before_it_begins(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("precious", encoding="utf-8")
    with pytest.raises(UsageError, match="already"):
        Recorder(tmp_path, FACTS, SMALL).start()
    assert (tmp_path / name).read_text(encoding="utf-8") == "precious"


def test_clearing_deletes_a_recording_and_nothing_else(tmp_path: Path) -> None:
    make_recording(tmp_path, [make_result(0)])
    (tmp_path / "holiday.mp4").touch()
    (tmp_path / "source-mine.mp4").touch()
    folder_of.clear(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"holiday.mp4", "source-mine.mp4"}


def test_a_nearly_full_disk_is_said_before_recording(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="free some space"):
        Recorder(tmp_path, FACTS, RecorderOptions(headroom_bytes=1 << 60)).start()


def test_recording_stops_in_order_while_there_is_still_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_CHECK_DISK_S", 0.0)
    free = [5 << 20]
    monkeypatch.setattr(
        "app.recording.folder.shutil.disk_usage", lambda _: SimpleNamespace(free=free[0])
    )
    recorder = Recorder(tmp_path, FACTS, RecorderOptions(SMALL.content, headroom_bytes=2 << 20))
    recorder.start()
    assert recorder.put(make_result(0), 5)
    free[0] = 1 << 20
    while recorder.status.recording:
        recorder.put(make_result(1), 0.05)
    assert recorder.stop()
    assert recorder.failed
    assert is_sentence(recorder.status.message)
    assert "MB free" in recorder.status.message
    found = verify(tmp_path)
    assert found.ended
    assert found.frames == recorder.status.frames


def test_a_failing_write_keeps_what_is_there_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path, FACTS, SMALL)
    write = RecordingWriter.write

    def failing(self: RecordingWriter, *args: object) -> None:
        if self.frames == 4:
            raise OSError(errno.EIO, "Input/output error")
        write(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(RecordingWriter, "write", failing)
    recorder.start()
    for i in range(6):
        recorder.put(make_result(i), 5)
    assert recorder.stop()
    assert recorder.failed
    assert "input/output error" in recorder.status.message
    assert is_sentence(recorder.status.message)
    assert verify(tmp_path).frames == 4


def test_a_fault_of_ours_ends_the_recording_and_not_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: RecordingWriter, *args: object) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(RecordingWriter, "write", broken)
    recorder = Recorder(tmp_path, FACTS, SMALL)
    recorder.start()
    recorder.put(make_result(0), 5)
    assert recorder.stop()
    assert "log" in recorder.status.message
    assert not recorder.status.recording


def test_wherever_the_disk_ends_recording_says_so_and_what_was_whole_replays(
    tmp_path: Path,
) -> None:
    results = [make_result(number) for number in range(20)]
    make_recording(tmp_path / "whole", results)
    largest = max(path.stat().st_size for path in (tmp_path / "whole").iterdir())
    for limit in range(0, largest, largest // 12):
        folder = tmp_path / str(limit)
        with files_of_at_most(limit):
            recorder = Recorder(folder, FACTS, SMALL)
            try:
                recorder.start()
            except UserError:
                continue
            for result in results:
                recorder.put(result, 5)
            assert recorder.stop(10)
        if recorder.failed:
            assert is_sentence(recorder.status.message)
        try:
            found = verify(folder)
        except SourceError:  # nothing fitted
            continue
        assert found.problems == ()
        assert found.frames <= 20

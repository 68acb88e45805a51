"""A disk that is really full: a small tmpfs of our own, where the system lets us mount one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.recording import recorder as recorder_module
from app.recording.recorder import Recorder, RecorderOptions
from app.recording.verify import verify
from app.recording.writer import Content
from tests.support.recordings import FACTS, make_result


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a tmpfs")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _fill(recorder: Recorder) -> int:
    """Record until it stops by itself; how many frames it was given."""
    for i in range(2000):
        if not recorder.put(make_result(i, size=(320, 240)), 5):
            return i
    raise AssertionError("three megabytes hold no two thousand frames")


@pytest.mark.parametrize("composite", [False, True])
def test_a_full_disk_stops_the_recording_and_keeps_what_is_there(
    small_disk: Path, composite: bool
) -> None:
    options = RecorderOptions(Content(composite=composite), headroom_bytes=0)
    recorder = Recorder(small_disk / "r", FACTS, options)
    recorder.start()
    _fill(recorder)
    assert recorder.stop(10)
    assert recorder.failed
    assert "the disk is full" in recorder.status.message
    assert f"{recorder.status.frames} frames are in" in recorder.status.message
    found = verify(small_disk / "r")
    assert found.problems == ()
    assert recorder.status.frames - found.frames <= 25  # the last second of the source


def test_with_headroom_it_ends_in_order_before_the_disk_is_full(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        recorder_module, "_CHECK_DISK_S", 0.0
    )  # a disk this small is full in a second
    options = RecorderOptions(Content(composite=False), headroom_bytes=1 << 20)
    recorder = Recorder(small_disk / "r", FACTS, options)
    recorder.start()
    given = 0
    while recorder.put(make_result(given), 5):
        given += 1
    assert recorder.stop(10)
    assert "MB free" in recorder.status.message
    found = verify(small_disk / "r")
    assert (found.ended, found.frames, found.problems) == (True, recorder.status.frames, ())

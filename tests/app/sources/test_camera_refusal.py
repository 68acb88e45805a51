"""Why a camera does not open, in a sentence that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.sources.camera_formats import (
    AVFOUNDATION,
    MSMF,
    V4L2,
)
from app.sources.camera_refusal import who_holds, why_not_opened
from app.sources.discovery import Camera


def test_a_device_that_is_gone_is_not_plugged_in(tmp_path: Path) -> None:
    gone = Camera(0, "Webcam", "", V4L2.backend, str(tmp_path / "video0"))
    assert why_not_opened(gone, V4L2) == "Webcam is not plugged in; plug it in again."


def test_a_missing_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "video0"
    device.touch()
    monkeypatch.setattr(os, "access", lambda *_: False)
    camera = Camera(0, "Webcam", "", V4L2.backend, str(device))
    assert "usermod -aG video" in why_not_opened(camera, V4L2)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_program_that_holds_a_device_is_named(tmp_path: Path) -> None:
    device = tmp_path / "video0"
    device.touch()
    assert who_holds(device) is None
    script = "import sys; held = open(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(device)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        camera = Camera(0, "Webcam", "", V4L2.backend, str(device))
        sentence = why_not_opened(camera, V4L2)
        holder.stdin.close()
        holder.wait(10)
    assert sentence.startswith("Webcam is in use by python")
    assert f"(process {holder.pid})" in sentence


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="links need rights here")
def test_a_file_that_is_closed_meanwhile_does_not_hide_who_holds_the_device(
    tmp_path: Path,
) -> None:
    device = tmp_path / "video0"
    device.touch()
    process = tmp_path / "proc" / "4711"
    (process / "fd").mkdir(parents=True)
    (process / "comm").write_text("zoom\n")
    for number in range(8):  # of these none can be read as a link
        (process / "fd" / str(number)).touch()
    (process / "fd" / "8").symlink_to(device)
    assert who_holds(device, tmp_path / "proc") == "zoom (process 4711)"


@pytest.mark.parametrize(
    ("habits", "words"),
    [(MSMF, "Settings > Privacy & security > Camera"), (AVFOUNDATION, "System Settings")],
)
def test_other_systems_say_where_permission_is_given(habits: object, words: str) -> None:
    camera = Camera(0, "Webcam", "x", MSMF.backend)
    assert words in why_not_opened(camera, habits)  # type: ignore[arg-type]

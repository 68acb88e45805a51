"""`cameras`: what is plugged in and what each can deliver."""

from __future__ import annotations

import pytest

from app.cli import run
from app.sources import discovery, v4l2
from app.sources.camera_formats import MSMF
from app.sources.discovery import Camera
from app.sources.v4l2 import CameraFormat


@pytest.mark.parametrize(
    ("device", "formats", "words"),
    [
        ("/dev/video0", (CameraFormat("MJPG", (1920, 1080), (30.0,)),), "MJPG 1920x1080 at 30 fps"),
        ("/dev/video0", (), "The driver lists no formats"),
        ("", (), "This system reports formats only once a camera is open"),
    ],
)
def test_formats_are_listed_or_it_is_said_why_not(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    device: str,
    formats: tuple[CameraFormat, ...],
    words: str,
) -> None:
    monkeypatch.setattr(
        discovery, "cameras", lambda: [Camera(0, "C920", "/by-id/c920", MSMF.backend, device)]
    )
    monkeypatch.setattr(v4l2, "formats_of", lambda _camera: formats)
    assert run(["cameras"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "camera:0  C920  /by-id/c920"
    assert second.strip().startswith(words)

"""A short recording, and what a replay of it shows."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from app.core.source import Ended
from app.sources.recording import RecordingSource
from models.frames import Frame
from tests.support.recordings import make_recording, make_result

FRAMES = 6


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded") / "talk"
    make_recording(folder, map(make_result, range(FRAMES)))
    return folder


@pytest.fixture(scope="module")
def replayed(recording: Path) -> list[Frame]:
    frames: list[Frame] = []
    with contextlib.closing(RecordingSource(recording)) as source:
        while not isinstance(reading := source.read(5.0), Ended):
            if isinstance(reading, Frame):
                frames.append(reading)
    assert len(frames) == FRAMES
    return frames

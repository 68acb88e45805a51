"""Kills a recording in mid-flight and says what is left of it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.recording.reader import Recording
from app.recording.verify import verify
from app.sources.recording import RecordingSource
from models.errors import SourceError
from models.frames import Frame
from tests.support.record_until_killed import RING
from tests.support.recordings import make_disparity

_CHILD = Path(__file__).with_name("record_until_killed.py")


@dataclass(frozen=True)
class Aftermath:
    """handed_over : frames the recorder took; replayed : that came back, all right.

    lost_s : age, at the kill, of the oldest frame that did not come back; 0 if all did.
    """

    handed_over: int
    replayed: int
    lost_s: float
    problems: tuple[str, ...]


def record_and_kill(
    folder: Path, after_s: float, fps: float = 30.0, size: tuple[int, int] = (160, 64), *more: str
) -> Aftermath:
    """Record for `after_s` from the first frame on, kill -9, replay what is there."""
    arguments = [str(folder), str(fps), str(size[0]), str(size[1]), *more]
    child = subprocess.Popen(
        [sys.executable, str(_CHILD), *arguments], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    lines = [child.stdout.readline()]
    reader = threading.Thread(target=lines.extend, args=(child.stdout,))
    reader.start()
    time.sleep(after_s)
    killed_ns = time.monotonic_ns()
    child.kill()
    child.wait(10)
    reader.join(10)
    child.stdout.close()
    handed = [tuple(map(int, line.split())) for line in lines if line.endswith("\n")]
    try:
        there, problems = _replayable(folder, size), verify(folder).problems
    except SourceError as error:  # right if the kill came within the first second
        there, problems = set(), (str(error),)
    missing = [captured for number, captured in handed if number not in there]
    lost_s = (killed_ns - min(missing)) / 1e9 if missing else 0.0
    return Aftermath(len(handed), len(there), max(0.0, lost_s), problems)


def _replayable(folder: Path, size: tuple[int, int]) -> set[int]:
    """Numbers of the frames that come back, each with its picture and both its lanes."""
    recording = Recording(folder)
    numbers = [entry.source_index for entry in recording.frames]
    recording.close()
    good = set()
    with contextlib.closing(RecordingSource(folder)) as source:
        while isinstance(frame := source.read(5), Frame):
            number = numbers[frame.index]
            assert frame.recorded is not None
            for name in ("a", "b"):
                true = make_disparity(number % RING, size, name)
                back = frame.recorded[name].depth.disparity
                step = (np.nanmax(true) - np.nanmin(true)) / 65_535
                assert np.nanmax(np.abs(true - back)) <= step
            good.add(number)
    return good

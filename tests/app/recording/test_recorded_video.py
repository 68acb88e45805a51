"""A recording's video for other programs: one picture per frame, its sound, its duration."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from app.recording.inbox import InboxLimits
from app.recording.movie import MovieWriter, SoundFormat
from app.recording.recorder import Recorder, RecorderOptions
from app.recording.sound import Sink, SoundBlock
from app.recording.writer import Content
from models.opencv import cv2
from tests.support.mp4 import boxes_of
from tests.support.numbered_video import number_in, numbered_picture
from tests.support.recordings import FACTS, make_recording, make_result

RATE = 48_000


class _Input:
    format = SoundFormat(RATE, 1)
    sink: Sink

    def __init__(self, name: str, sink: Sink) -> None:
        del name
        _Input.sink = sink

    def close(self) -> None:
        pass


def _shown(path: Path) -> list[tuple[int, float]]:
    """Number and time of each picture that OpenCV finds."""
    capture = cv2.VideoCapture(str(path))
    found = []
    while True:
        there, bgr = capture.read()
        if not there:
            break
        found.append((number_in(bgr), capture.get(cv2.CAP_PROP_POS_MSEC) / 1000))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == len(found)
    capture.release()
    return found


@pytest.mark.parametrize("sound", [None, SoundFormat(RATE, 1)])
def test_all_but_the_newest_pictures_are_on_disk_and_only_once(
    tmp_path: Path, sound: SoundFormat | None
) -> None:
    path = tmp_path / "source.mp4"
    movie = MovieWriter(path, (160, 64), sound)
    newest = 1 if sound is None else 2
    for number in range(6):
        movie.write(numbered_picture(number), number * 60_000)
        if number >= newest:  # as it would be found after a crash
            with av.open(str(path)) as container:
                assert sum(1 for _ in container.decode(video=0)) == number + 1 - newest
    movie.close()
    assert _shown(path) == [(n, pytest.approx(n * 2 / 3, abs=0.001)) for n in range(6)]


def test_another_program_reads_every_recorded_frame_once_and_at_its_time(tmp_path: Path) -> None:
    times_s = [0.0, 0.1, 0.15, 0.9, 1.0, 3.0, 3.04]
    results = [make_result(n, time_s=t) for n, t in enumerate(times_s)]
    options = RecorderOptions(Content(composite=True), headroom_bytes=0)
    make_recording(tmp_path / "r", results, options)
    assert _shown(tmp_path / "r" / "source.mp4") == [
        (n, pytest.approx(t, abs=0.001)) for n, t in enumerate(times_s)
    ]
    for name in ("source.mp4", "composite.mp4"):
        moov = boxes_of((tmp_path / "r" / name).read_bytes())[-1]
        assert moov.one("stsz").number(8) == len(times_s)
        assert moov.one("mvhd").number(16) / 90_000 == pytest.approx(3.08, abs=0.001)


@pytest.mark.parametrize("frames", [2, 5])
def test_a_recording_of_a_second_has_its_sound(tmp_path: Path, frames: int) -> None:
    patient = InboxLimits(age_s=60.0)  # the first result takes its time
    options = RecorderOptions(Content(composite=False), "default", headroom_bytes=0, limits=patient)
    recorder = Recorder(tmp_path, FACTS, options, open_sound=_Input)
    recorder.start()
    results = [make_result(n) for n in range(frames)]
    zero = results[0].frame.captured_ns
    tone = np.sin(np.arange(RATE // 50, dtype=np.float32) / 10)[:, None]
    for block in range(50):
        _Input.sink(SoundBlock(tone, zero + block * 20_000_000))
    for result in results:
        recorder.put(result, 5)
    assert recorder.stop(10)
    with av.open(str(tmp_path / "source.mp4")) as container:
        sound = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    assert (np.abs(sound) > 0.2).sum() / RATE > 0.7
    assert len(sound) / RATE == pytest.approx(1.0, abs=0.06)

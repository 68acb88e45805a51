"""Results to record, numbered so that a replay can be compared, and recordings made of them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from app.core.results import FrameResult, LaneResult
from app.core.source import SourceInfo
from app.recording.manifest import RecordingFacts
from app.recording.recorder import Recorder, RecorderOptions
from app.recording.writer import Content
from models.frames import DepthMap, Float32, Frame, Unit
from models.inside.probe import Inside, Part
from models.opencv import cv2
from tests.support.numbered_video import numbered_picture

SIZE = (160, 64)
FACTS = RecordingFacts(SourceInfo("fake", "Fake", False, SIZE, fps=25.0))
SMALL = RecorderOptions(Content(composite=False), headroom_bytes=0)
"""No composite, which most tests do not look at, and no heed of how full the disk is."""


def make_disparity(number: int, size: tuple[int, int] = SIZE, lane: str = "a") -> Float32:
    """Smooth (H, W) float32 with a step, a hole of NaN, and a range that differs per frame."""
    width, height = size
    x = np.linspace(0, 3, width, dtype=np.float32)
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    disparity = np.sin(x + 0.1 * number) + y + (1.5 if lane == "b" else 1.0)
    disparity[height // 2 :, width // 3 :] += 0.5 + 0.01 * number
    disparity[: height // 8, : width // 8] = np.nan
    return np.asarray(disparity, np.float32)


def make_result(
    number: int,
    *,
    size: tuple[int, int] = SIZE,
    segment: int = 0,
    cut: bool = False,
    lanes: Iterable[str] = ("a", "b"),
    time_s: float | None = None,
) -> FrameResult:
    """What the pipeline could have said of the picture that shows `number`."""
    rgb = numbered_picture(number % 1024, size[1])
    if rgb.shape[1] != size[0]:
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_NEAREST)
    shown_s = number / 25 if time_s is None else time_s
    frame = Frame(np.ascontiguousarray(rgb), number, segment, time.monotonic_ns(), shown_s)
    seen = {
        lane: LaneResult(
            model=f"net-{lane}",
            depth=DepthMap(make_disparity(number, size, lane), Unit.RELATIVE, number, (98, 42)),
            levels=np.full(size[::-1], 1 + number % 255, np.uint8),
            display_range=(0.0, 1.0),
            compute_ms=1.0,
            fresh=number == 0,
            inside=Inside({Part.GATE: (np.full((2, 3), number, np.float32),)}),
        )
        for lane in lanes
    }
    return FrameResult(frame, seen, cut=cut)


def make_recording(
    folder: Path,
    results: Iterable[FrameResult],
    options: RecorderOptions = SMALL,
    facts: RecordingFacts = FACTS,
) -> Recorder:
    """Record every one of `results` and end in order."""
    recorder = Recorder(folder, facts, options)
    recorder.start()
    for result in results:
        assert recorder.put(result, 10.0), recorder.status.message
    assert recorder.stop(20.0)
    return recorder


def is_sentence(text: str) -> bool:
    return text[:1].isupper() and text.endswith(".") and "\n" not in text

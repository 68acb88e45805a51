"""Sixty files, each unlike the others: frames come as FFmpeg itself decodes them, none else."""

from __future__ import annotations

import itertools
import random
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

import app.sources.video as video_module
from app.core.source import Ended
from app.sources.video import VideoSource
from models.frames import Frame

UInt8 = NDArray[np.uint8]

FILES = 60
SIZE = (64, 48)
STEPS_MS = (40, 20, 90, 33, 500)  # of a variable rate

ENCODERS = {
    "libx264": ("yuv420p", {"g": "6", "bf": "2"}),
    "libx265": ("yuv420p10le", {"x265-params": "log-level=none:keyint=6:bframes=2"}),
    "mpeg4": ("yuv420p", {"g": "6", "bf": "2"}),
    "mpeg2video": ("yuv420p", {"g": "6", "bf": "2"}),
    "mjpeg": ("yuvj420p", {}),
    "libvpx": ("yuv420p", {"g": "6", "lag-in-frames": "8", "auto-alt-ref": "1"}),
    "libvpx-vp9": ("yuv420p", {"g": "6", "cpu-used": "8", "deadline": "realtime"}),
    "ffv1": ("yuv444p", {}),
    "png": ("rgb24", {}),
    "gif": ("rgb8", {}),
    "flv1": ("yuv420p", {"g": "6"}),
    "wmv2": ("yuv420p", {"g": "6"}),
    "huffyuv": ("yuv422p", {}),
    "prores": ("yuv422p10le", {}),
}
CONTAINERS = {
    "mp4": ("libx264", "libx265", "mpeg4", "libvpx-vp9"),
    "mov": ("libx264", "prores", "mjpeg", "png"),
    "mkv": ("libx264", "libx265", "mjpeg", "ffv1", "mpeg2video", "libvpx"),
    "webm": ("libvpx", "libvpx-vp9"),
    "avi": ("mpeg4", "mjpeg", "huffyuv", "ffv1"),
    "ts": ("libx264", "libx265", "mpeg2video"),
    "mpg": ("mpeg2video",),
    "flv": ("libx264", "flv1"),
    "asf": ("wmv2",),
    "nut": ("libx264", "ffv1", "mpeg4"),
    "gif": ("gif",),
    "h264": ("libx264",),
    "hevc": ("libx265",),
    "m2v": ("mpeg2video",),
    "mjpeg": ("mjpeg",),
}
RATES = (Fraction(24000, 1001), Fraction(25), Fraction(60), None)
KEEP_ANY_TIME = {"mp4", "mov", "mkv", "webm", "flv", "nut", "ts"}
ORIENTED = {"mp4", "mov"}
MATRICES: dict[tuple[int, int, int, int], Callable[[UInt8], UInt8]] = {
    (1, 0, 0, 1): lambda picture: picture,
    (-1, 0, 0, 1): lambda picture: picture[:, ::-1],
    (1, 0, 0, -1): lambda picture: picture[::-1],
    (-1, 0, 0, -1): lambda picture: picture[::-1, ::-1],
    (0, 1, -1, 0): lambda picture: np.rot90(picture, -1),
    (0, -1, 1, 0): lambda picture: np.rot90(picture),
    (0, 1, 1, 0): lambda picture: picture.transpose(1, 0, 2),
    (0, -1, -1, 0): lambda picture: picture.transpose(1, 0, 2)[::-1, ::-1],
}
"""What a display matrix (a, b, c, d) of ISO 14496-12 makes of a picture."""


@dataclass(frozen=True, slots=True)
class Case:
    """How a file is made and opened. A `rate` of None varies; `start_s` is its first time."""

    container: str
    codec: str
    rate: Fraction | None
    start_s: int
    matrix: tuple[int, int, int, int]
    frames: int
    counted_at_open: bool

    def __str__(self) -> str:
        turned = "".join("n0p"[value + 1] for value in self.matrix)
        rate = "varies" if self.rate is None else f"{float(self.rate):.0f}"
        return f"{self.codec}-{rate}-{self.start_s}s-{turned}-{self.frames}.{self.container}"


def cases() -> list[Case]:
    rng = random.Random(17)
    pairs = [(box, codec) for box, codecs in CONTAINERS.items() for codec in codecs]
    made = []
    for container, codec in itertools.islice(itertools.cycle(pairs), FILES):
        is_free = container in KEEP_ANY_TIME
        made.append(
            Case(
                container,
                codec,
                rng.choice(RATES if is_free else RATES[1:2]),
                rng.choice((0, 7)) if is_free else 0,
                rng.choice(tuple(MATRICES)) if container in ORIENTED else (1, 0, 0, 1),
                rng.randrange(9, 21),
                rng.random() < 0.6,
            )
        )
    return made


def make(case: Case, path: Path) -> Path:
    pixels, options = ENCODERS[case.codec]
    rng = np.random.default_rng(len(str(case)))
    base = np.kron(rng.integers(40, 216, (6, 8, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    unit = Fraction(1, 1000) if case.rate is None else 1 / case.rate
    steps = [0, *itertools.islice(itertools.cycle(STEPS_MS), case.frames - 1)]
    times = itertools.accumulate(steps) if case.rate is None else range(case.frames)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(case.codec, rate=case.rate or 25, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, pixels
        stream.time_base = stream.codec_context.time_base = unit
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(np.roll(base, 3 * number, axis=1), format="rgb24")
            frame.time_base, frame.pts = unit, time + round(case.start_s / unit)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    if case.container in ORIENTED:
        _set_matrix(path, case.matrix)
    return path


def _set_matrix(path: Path, matrix: tuple[int, int, int, int]) -> None:
    data = bytearray(path.read_bytes())
    a, b, c, d = (value << 16 for value in matrix)
    at = data.index(b"tkhd") + 44
    struct.pack_into(">9i", data, at, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def decoded_by_ffmpeg(path: Path) -> tuple[list[float] | None, list[UInt8]]:
    """Times from the first frame on, None without time stamps, and the pictures as stored."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        pictures = [frame.to_ndarray(format="rgb24") for frame in frames]
        if any(frame.pts is None for frame in frames):
            return None, pictures
        first = frames[0].pts or 0
        times = [float(((frame.pts or 0) - first) * (frame.time_base or 1)) for frame in frames]
        return times, pictures


def played(source: VideoSource) -> list[Frame]:
    frames = []
    while not isinstance(reading := source.read(5.0), Ended):
        if reading is not None:
            assert isinstance(reading, Frame)
            frames.append(reading)
    return frames


def worst_error(shown: UInt8, expected: UInt8) -> int:
    return int(np.abs(shown.astype(np.int16) - expected).max())


@pytest.mark.parametrize("case", cases(), ids=str)
def test_frames_are_those_that_ffmpeg_decodes(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not case.counted_at_open:
        monkeypatch.setattr(video_module, "COUNTED_AT_OPEN_BYTES", 0)
    path = make(case, tmp_path / f"a.{case.container}")
    times, pictures = decoded_by_ffmpeg(path)
    assert len(pictures) == case.frames
    with closing(VideoSource(path)) as source:
        frames = played(source)
        assert [frame.index for frame in frames] == list(range(case.frames))
        assert {frame.segment for frame in frames} == {0}
        assert source.info.frame_count == case.frames
        if times is not None:
            assert [frame.time_s for frame in frames] == pytest.approx(times, abs=1e-6)
        upright = MATRICES[case.matrix]
        for frame, picture in zip(frames, pictures, strict=True):
            assert worst_error(frame.rgb, upright(picture)) <= 3
        for index in (case.frames - 1, case.frames // 2, 0, 7):
            source.seek(index)
            reading = source.read(5.0)
            assert isinstance(reading, Frame)
            assert (reading.index, reading.time_s) == (index, frames[index].time_s)
            assert worst_error(reading.rgb, frames[index].rgb) <= 3


def test_the_files_are_as_many_and_as_different_as_they_should_be() -> None:
    made = cases()
    assert len(made) == FILES
    assert {case.container for case in made} == set(CONTAINERS)
    assert len({case.matrix for case in made}) >= 6
    assert {case.start_s for case in made} == {0, 7}

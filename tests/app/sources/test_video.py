"""Video files through the real decoder: numbers, times, colours, damage."""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import app.sources.video as video_module
from app.core.source import Ended, Source
from app.media.decoder import VideoDecoder
from app.sources.video import VideoSource
from models.errors import SourceError
from models.frames import Frame
from tests.support.numbered_video import number_in, write_numbered_video

KINDS = {
    "b-frames.mp4": {"codec": "libx264"},
    "ten-bit.mkv": {"codec": "libx264", "pixel_format": "yuv420p10le"},
    "late-start.ts": {"codec": "libx264"},
    "no-times.h264": {"codec": "libx264"},
    "old.avi": {"codec": "mpeg4"},
    "pictures.avi": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "vp9.webm": {
        "codec": "libvpx-vp9",
        "options": {"g": "12", "cpu-used": "8", "deadline": "realtime"},
    },
    "alpha.mov": {"codec": "png", "pixel_format": "rgba"},
    "palette.gif": {"codec": "gif", "pixel_format": "rgb8"},
    "grey.mkv": {"codec": "ffv1", "pixel_format": "gray"},
    "field-rate.mpg": {"codec": "mpeg2video"},
}


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("videos")
    return {
        name: write_numbered_video(folder / name, **how)  # type: ignore[arg-type]
        for name, how in KINDS.items()
    }


def frames_of(source: Source) -> Iterator[Frame]:
    while not isinstance(reading := source.read(5.0), Ended):
        assert isinstance(reading, Frame)
        yield reading


def read_frame(source: Source) -> Frame:
    reading = source.read(5.0)
    assert isinstance(reading, Frame)
    return reading


@pytest.mark.parametrize("name", KINDS)
def test_every_frame_comes_once_and_in_order(videos: dict[str, Path], name: str) -> None:
    with closing(VideoSource(videos[name])) as source:
        frames = list(frames_of(source))
        assert [number_in(frame.rgb) for frame in frames] == list(range(60))
        assert [frame.index for frame in frames] == list(range(60))
        assert {frame.segment for frame in frames} == {0}
        assert source.info.frame_count == 60


@pytest.mark.parametrize("name", KINDS)
def test_seeking_lands_on_the_very_frame(videos: dict[str, Path], name: str) -> None:
    with closing(VideoSource(videos[name])) as source:
        straight = [frame.rgb for frame in frames_of(source)]
        for segment, index in enumerate((59, 0, 13, 11, 12, 24, 25, 23, 58, 1, 30, 40), start=1):
            source.seek(index)
            frame = read_frame(source)
            assert (frame.index, number_in(frame.rgb)) == (index, index)
            assert frame.segment == segment
            assert np.array_equal(frame.rgb, straight[index])
            if index < 59:
                following = read_frame(source)
                assert (following.index, number_in(following.rgb)) == (index + 1, index + 1)
                assert following.segment == segment


def test_times_are_those_of_the_file(tmp_path: Path) -> None:
    times = [Fraction(n, 20) + (Fraction(3, 10) if n >= 10 else 0) for n in range(20)]
    path = write_numbered_video(tmp_path / "variable.mkv", 20, times=times)
    with closing(VideoSource(path)) as source:
        shown = [frame.time_s for frame in frames_of(source)]
    assert shown == pytest.approx([float(t) for t in times], abs=0.002)


def test_the_first_frame_is_at_zero_even_if_the_file_starts_late(videos: dict[str, Path]) -> None:
    with closing(VideoSource(videos["late-start.ts"])) as source:
        assert read_frame(source).time_s == 0.0
        source.seek(25)
        assert read_frame(source).time_s == pytest.approx(1.0)


def test_a_long_file_is_indexed_only_when_it_is_sought(
    videos: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_module, "COUNTED_AT_OPEN_BYTES", 0)
    with closing(VideoSource(videos["ten-bit.mkv"])) as source:
        assert source.info.frame_count is None
        assert [read_frame(source).index for _ in range(5)] == [0, 1, 2, 3, 4]
        source.seek(41)
        frame = read_frame(source)
        assert (frame.index, number_in(frame.rgb)) == (41, 41)
        assert source.info.frame_count == 60


def test_the_end_of_a_long_file_makes_its_length_known(
    videos: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video_module, "COUNTED_AT_OPEN_BYTES", 0)
    for name in ("ten-bit.mkv", "no-times.h264"):
        with closing(VideoSource(videos[name])) as source:
            assert len(list(frames_of(source))) == 60
            assert source.info.frame_count == 60
            assert isinstance(source.read(1.0), Ended)
            source.seek(0)
            assert number_in(read_frame(source).rgb) == 0


def test_seeking_past_either_end_is_clamped(videos: dict[str, Path]) -> None:
    with closing(VideoSource(videos["b-frames.mp4"])) as source:
        source.seek(10_000)
        assert read_frame(source).index == 59
        assert isinstance(source.read(1.0), Ended)
        source.seek(-5)
        assert read_frame(source).index == 0


@pytest.mark.parametrize(("width", "height"), [(162, 66), (160, 50), (318, 238)])
def test_sizes_that_do_not_divide_evenly_are_kept(tmp_path: Path, width: int, height: int) -> None:
    path = write_numbered_video(tmp_path / "size.mp4", 3, size=(width, height))
    with closing(VideoSource(path)) as source:
        assert source.info.size == (width, height)
        frame = read_frame(source)
        assert frame.rgb.shape == (height, width, 3)
        assert frame.rgb.flags.c_contiguous


def test_an_odd_size_is_kept(tmp_path: Path) -> None:
    path = write_numbered_video(
        tmp_path / "odd.mkv", 3, size=(161, 63), codec="ffv1", pixel_format="yuv444p"
    )
    with closing(VideoSource(path)) as source:
        assert source.info.size == (161, 63)
        assert [number_in(frame.rgb) for frame in frames_of(source)] == [0, 1, 2]


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    path = write_numbered_video(tmp_path / "wide.mkv", 3, aspect=Fraction(2, 1))
    with closing(VideoSource(path)) as source:
        assert source.info.size == (320, 64)
        assert number_in(read_frame(source).rgb) == 0


@pytest.mark.parametrize(("turn", "size"), [(0, (160, 64)), (90, (64, 160)), (180, (160, 64))])
def test_rotation_written_in_the_file_is_applied(
    tmp_path: Path, turn: int, size: tuple[int, int]
) -> None:
    path = write_numbered_video(tmp_path / "turned.mp4", 5)
    _turn_clockwise(path, turn)
    with closing(VideoSource(path)) as source:
        assert source.info.size == size
        frames = list(frames_of(source))
        upright = [np.rot90(frame.rgb, turn // 90) for frame in frames]
        assert [number_in(np.ascontiguousarray(rgb)) for rgb in upright] == [0, 1, 2, 3, 4]


def _turn_clockwise(path: Path, degrees: int) -> None:
    """Ask players to turn the picture, as telephones do: the matrix in the track's header."""
    a, b, c, d = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1)}[degrees]
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 4 + 40
    one = 1 << 16
    struct.pack_into(">9i", data, matrix, a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("height", "full_range", "expected"),
    [(96, False, (213, 54, 21)), (96, True, (201, 62, 33)), (720, False, (227, 68, 18))],
    ids=["BT.601 for small video", "full range for JPEGs", "BT.709 for HD video"],
)
def test_colours_follow_the_standard_for_their_size(
    tmp_path: Path, height: int, full_range: bool, expected: tuple[int, int, int]
) -> None:
    path = tmp_path / "colour.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg" if full_range else "ffv1", rate=25)
        stream.width, stream.height = 128, height
        stream.pix_fmt = "yuvj420p" if full_range else "yuv420p"
        frame = av.VideoFrame(128, height, stream.pix_fmt)
        for plane, value in zip(frame.planes, (100, 90, 200), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with closing(VideoSource(path)) as source:
        colour = read_frame(source).rgb[height // 2, 64].astype(int)
    assert np.abs(colour - expected).max() <= 4


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv"])
def test_a_truncated_video_plays_to_where_it_breaks_and_then_says_so(
    tmp_path: Path, name: str
) -> None:
    path = write_numbered_video(
        tmp_path / name,
        100,
        container_options={"movflags": "faststart"} if name.endswith("mp4") else None,
    )
    os.truncate(path, path.stat().st_size * 6 // 10)
    with closing(VideoSource(path)) as source:
        count = source.info.frame_count
        assert count is not None
        assert 10 < count < 90
        with pytest.raises(SourceError, match=f"{name} ends early after frame {count} "):
            list(frames_of(source))
        assert isinstance(source.read(1.0), Ended)
        source.seek(3)
        assert number_in(read_frame(source).rgb) == 3


def test_a_truncated_video_shows_every_whole_frame(tmp_path: Path) -> None:
    path = write_numbered_video(tmp_path / "cut.mkv", 100)
    os.truncate(path, path.stat().st_size * 6 // 10)
    with closing(VideoSource(path)) as source:
        count = source.info.frame_count
        assert count is not None
        shown = [number_in(read_frame(source).rgb) for _ in range(count)]
    assert shown == list(range(count))


def test_a_complete_video_does_not_claim_to_be_broken(videos: dict[str, Path]) -> None:
    with closing(VideoSource(videos["b-frames.mp4"])) as source:
        assert len(list(frames_of(source))) == 60


def test_missing_frames_break_continuity(tmp_path: Path) -> None:
    path = write_numbered_video(tmp_path / "holes.avi", 20, codec="mjpeg", pixel_format="yuvj420p")
    data = path.read_bytes()
    start = 0
    for _ in range(9):
        start = data.index(b"\xff\xd8\xff", start + 3)
    end = data.index(b"\xff\xd9", start)
    path.write_bytes(data[:start] + bytes(end - start) + data[end:])
    with closing(VideoSource(path)) as source:
        frames = list(frames_of(source))
    assert [frame.index for frame in frames] == [n for n in range(20) if n != 8]
    assert [frame.segment for frame in frames] == [0] * 8 + [1] * 11


def test_a_run_of_broken_packets_is_one_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_numbered_video(tmp_path / "holes.avi", 20, codec="mjpeg", pixel_format="yuvj420p")
    data = bytearray(path.read_bytes())
    start = 0
    for number in range(14):
        start = data.index(b"\xff\xd8\xff", start + 3)
        if number in (5, 6, 7, 12):
            end = data.index(b"\xff\xd9", start)
            data[start:end] = bytes(end - start)
    path.write_bytes(data)
    caplog.set_level("INFO", logger="app.media.decoder")
    with closing(VideoDecoder(str(path))) as decoder:
        shown = 0
        while decoder.next() is not None:
            shown += 1
    assert shown == 16
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(":")[1].split()[0] for line in lines] == ["3", "1"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.mp4", b"", "empty.mp4 is empty"),
        ("noise.mp4", bytes(range(256)) * 64, "noise.mp4: it is not a readable video"),
        ("notes.txt", b"Buy milk, bread and a camera.\n" * 50, "notes.txt contains no video"),
        (
            "titles.srt",
            b"1\n00:00:00,000 --> 00:00:02,000\nHello\n",
            "titles.srt contains no video",
        ),
    ],
)
def test_what_is_not_a_video_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=sentence) as caught:
        VideoSource(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"Can't open .*nowhere\.mp4: there is no such file"):
        VideoSource(tmp_path / "nowhere.mp4")


def test_a_sound_file_is_not_a_video(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    with pytest.raises(SourceError, match=r"tone\.wav contains no video"):
        VideoSource(path)


def test_closing_while_another_thread_reads_is_safe(videos: dict[str, Path]) -> None:
    source = VideoSource(videos["b-frames.mp4"])
    reading = threading.Event()

    def play() -> None:
        while source.read(0.1) is not None:
            reading.set()
            if source.info.frame_count:
                source.seek(0)

    reader = threading.Thread(target=play)
    reader.start()
    assert reading.wait(5.0)
    source.close()
    source.close()
    reader.join(5.0)
    assert not reader.is_alive()
    assert source.read(0.1) is None

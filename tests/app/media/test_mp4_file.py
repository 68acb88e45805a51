"""MP4 files: strictly built, exact in time and number, and playable however writing ends."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from app.media.encoders import AacEncoder, H264Encoder
from app.media.mp4_file import TICKS_PER_S, Mp4File
from app.media.video_writer import VideoWriter
from models.errors import UserError
from models.opencv import cv2
from tests.support.mp4 import boxes_of
from tests.support.numbered_video import number_in, numbered_picture
from tests.support.small_files import files_of_at_most

RATE = 48_000
_QUICK = {"tune": "zerolatency", "preset": "ultrafast", "threads": "1"}
TIMES_S = (0.0, 0.04, 0.08, 0.5, 0.6, 4.0, 4.001)


def _video(path: Path, end_s: float | None = 5.0) -> Path:
    with VideoWriter(path, (160, 64)) as writer:
        for number, time_s in enumerate(TIMES_S):
            writer.write(numbered_picture(number), time_s)
        writer.close(end_s)
    return path


def _numbers(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [number_in(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def _write(path: Path, pictures: int = 10, sound_ahead_s: float = 0.0) -> None:
    """Write tenths of a second of numbered pictures and of sound, given earlier or later."""
    file = Mp4File()
    video = H264Encoder(file.container, (160, 64), _QUICK)
    sound = AacEncoder(file.container, RATE, 1)
    tone = np.sin(np.arange(RATE // 10, dtype=np.float32) / 20)[:, None]
    file.begin(path)
    steps = [(number / 10, True, number) for number in range(pictures)]
    steps += [(number / 10 - sound_ahead_s, False, number) for number in range(pictures)]
    try:
        for _, is_picture, number in sorted(steps):
            if is_picture:
                for packet in video.encode(numbered_picture(number), number * 9000):
                    file.add_picture(packet)
            else:
                for packet in sound.encode(tone, AacEncoder.PRIMING + number * RATE // 10):
                    file.add_sound(packet)
        for packet in sound.finish():
            file.add_sound(packet)
    finally:
        file.close()


def test_a_closed_file_is_built_as_strict_readers_want_it(tmp_path: Path) -> None:
    kinds = boxes_of(_video(tmp_path / "v.mp4").read_bytes())
    assert [one.kind for one in kinds] == ["ftyp", "free", "mdat", "moov"]
    moov = kinds[-1]
    assert not moov.all("mvex")
    assert moov.one("mvhd").number(12) == moov.one("mdhd").number(12) == TICKS_PER_S
    spans = [moov.one("mvhd").number(16), moov.one("tkhd").number(20)]
    assert [*spans, moov.one("mdhd").number(16)] == [5 * TICKS_PER_S] * 3
    assert moov.one("stsz").number(8) == len(TIMES_S)
    assert moov.one("stss").number(8) == 1  # the first picture is a key frame


def test_times_and_the_total_duration_are_the_given_ones(tmp_path: Path) -> None:
    with av.open(str(_video(tmp_path / "v.mp4"))) as container:
        stream = container.streams.video[0]
        assert container.duration == 5_000_000
        assert stream.frames == len(TIMES_S)
        times = [frame.time for frame in container.decode(stream)]
    assert times == pytest.approx(TIMES_S, abs=1 / TICKS_PER_S)
    assert _numbers(tmp_path / "v.mp4") == list(range(len(TIMES_S)))


def test_other_readers_count_the_same_frames(tmp_path: Path) -> None:
    capture = cv2.VideoCapture(str(_video(tmp_path / "v.mp4")))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == len(TIMES_S)
    capture.release()


def test_colours_come_back_where_the_tags_are_believed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tints = rng.integers(0, 256, (4, 4, 8, 3), np.uint8)
    pictures = [np.kron(tint, np.ones((24, 24, 1), np.uint8)) for tint in tints]
    with VideoWriter(tmp_path / "v.mp4", (192, 96)) as writer:
        for number, picture in enumerate(pictures):
            writer.write(picture, number / 25)
    with av.open(str(tmp_path / "v.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        for frame, picture in zip(container.decode(video=0), pictures, strict=True):
            error = np.abs(_as_tagged(frame) - picture).reshape(4, 24, 8, 24, 3)
            assert error[:, 8:16, :, 8:16].mean((1, 3)).max() <= 3


def _as_tagged(frame: av.VideoFrame) -> np.ndarray:
    """RGB by the formulas of BT.709 for limited range, independent of any library."""
    luma, blue, red = (
        np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[:, : plane.width].astype(float)
        for plane in frame.planes
    )
    y = (luma - 16) / 219
    b, r = (((c - 128) / 224).repeat(2, 0).repeat(2, 1) for c in (blue, red))
    rgb = np.stack([y + 1.5748 * r, y - 0.1873 * b - 0.4681 * r, y + 1.8556 * b], axis=-1)
    return np.clip(255 * rgb, 0, 255)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 17)])
def test_any_size_is_padded_to_even(tmp_path: Path, size: tuple[int, int]) -> None:
    with VideoWriter(tmp_path / "v.mp4", size) as writer:
        writer.write(np.full((size[1], size[0], 3), 90, np.uint8), 0.0)
    with av.open(str(tmp_path / "v.mp4")) as container:
        (frame,) = container.decode(video=0)
    assert (frame.width, frame.height) == (size[0] + size[0] % 2, size[1] + size[1] % 2)


def test_a_file_that_is_never_closed_plays_up_to_its_newest_picture(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "v.mp4", (160, 64), _QUICK)
    for number, time_s in enumerate(TIMES_S):
        writer.write(numbered_picture(number), time_s)
    data = (tmp_path / "v.mp4").read_bytes()
    writer.close()
    there = list(range(len(TIMES_S) - 2))  # the writer keeps one, for it may be the last
    (tmp_path / "left.mp4").write_bytes(data)
    assert _numbers(tmp_path / "left.mp4") == there
    (tmp_path / "torn.mp4").write_bytes(data[:-5])
    with av.open(str(tmp_path / "torn.mp4")) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size][:-1]
        frames = [frame for packet in packets for frame in packet.decode()]
    numbers = [number_in(frame.to_ndarray(format="rgb24")) for frame in frames]
    assert numbers == there[:-1]


@pytest.mark.parametrize("sound_ahead_s", [0.0, 0.45, -0.45, -10.0])
def test_sound_that_is_early_late_or_stalled_moves_no_picture(
    tmp_path: Path, sound_ahead_s: float
) -> None:
    _write(tmp_path / "v.mp4", sound_ahead_s=sound_ahead_s)
    with av.open(str(tmp_path / "v.mp4")) as container:
        assert [p.pts for p in container.demux(video=0) if p.pts is not None] == [
            number * 9000 for number in range(10)
        ]
        assert container.duration == pytest.approx(1_000_000, abs=50_000)
    with av.open(str(tmp_path / "v.mp4")) as container:
        frames = list(container.decode(audio=0))
    assert [frame.pts for frame in frames] == [number * 1024 for number in range(len(frames))]
    sound = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    assert len(sound) / RATE == pytest.approx(1.0, abs=0.05)
    assert np.abs(sound[RATE // 4 :]).max() > 0.5


@pytest.mark.parametrize("name", ["12:30.mp4", "100%d #1.mp4", "file:v.mp4"])
def test_any_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    _write(tmp_path / name, 3)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_without_a_picture_or_without_sound_can_be_closed(tmp_path: Path) -> None:
    _write(tmp_path / "none.mp4", 0)
    boxes_of((tmp_path / "none.mp4").read_bytes())
    VideoWriter(tmp_path / "v.mp4", (160, 64)).close()
    boxes_of((tmp_path / "v.mp4").read_bytes())


def _limits(size: int) -> Iterator[int]:
    yield from range(0, size, max(1, size // 60))
    yield size - 1


def test_whatever_byte_fails_whole_pictures_stay_and_play(tmp_path: Path) -> None:
    _write(tmp_path / "whole.mp4")
    size = (tmp_path / "whole.mp4").stat().st_size
    table = boxes_of((tmp_path / "whole.mp4").read_bytes())[-1]
    played = 0
    for limit in _limits(size):
        path = tmp_path / f"{limit}.mp4"
        with files_of_at_most(limit), pytest.raises(OSError):
            _write(path)
        left = path.read_bytes()
        assert len(left) <= limit
        kinds = [one.kind for one in boxes_of(left)]
        assert kinds[:4] == ["ftyp", "free", "free", "moov"][: len(kinds)]
        assert kinds[4:] == ["moof", "mdat"] * (len(kinds[4:]) // 2)
        if "moof" in kinds:
            numbers = _numbers(path)
            assert numbers == list(range(len(numbers)))
            assert len(numbers) >= played
            played = len(numbers)
            if limit > size - len(table.content):
                assert played == 10
        path.unlink()
    assert played == 10


def test_nothing_is_written_after_a_write_that_failed(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "v.mp4", (160, 64), _QUICK)
    writer.write(numbered_picture(0), 0.0)
    writer.write(numbered_picture(1), 0.1)
    writer.write(numbered_picture(2), 0.2)
    size = (tmp_path / "v.mp4").stat().st_size
    with files_of_at_most(size + 10), pytest.raises(OSError, match="large"):
        writer.write(numbered_picture(3), 0.3)
    with pytest.raises(OSError, match="large"):  # though there is room again
        writer.write(numbered_picture(4), 0.4)
    with pytest.raises(OSError, match="large"):
        writer.close()
    assert (tmp_path / "v.mp4").stat().st_size == size
    assert _numbers(tmp_path / "v.mp4") == [0]


def test_a_device_that_is_always_full_is_an_error(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("the system has no /dev/full")
    with pytest.raises(OSError, match="space"):
        VideoWriter(full, (160, 64))


def test_a_file_of_exactly_its_size_is_whole(tmp_path: Path) -> None:
    _write(tmp_path / "whole.mp4")
    data = (tmp_path / "whole.mp4").read_bytes()
    with files_of_at_most(len(data)):
        _write(tmp_path / "v.mp4")
    assert (tmp_path / "v.mp4").read_bytes() == data


def test_rational_rates_do_not_drift(tmp_path: Path) -> None:
    frame_s = Fraction(1001, 30_000)
    with VideoWriter(tmp_path / "v.mp4", (16, 16)) as writer:
        for number in range(300):
            writer.write(np.zeros((16, 16, 3), np.uint8), float(number * frame_s))
        writer.close(float(300 * frame_s))
    with av.open(str(tmp_path / "v.mp4")) as container:
        assert container.duration == pytest.approx(10_010_000, abs=20)
        assert container.streams.video[0].average_rate == pytest.approx(
            Fraction(30_000, 1001), 1e-4
        )


def test_a_size_that_cannot_be_encoded_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="30000x16 pixels can't be encoded"):
        VideoWriter(tmp_path / "v.mp4", (30_000, 16))
    assert list(tmp_path.iterdir()) == []

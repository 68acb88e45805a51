"""A frame is known by its place in the order of presentation, whatever its time stamp says."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

import app.sources.video as video_module
from app.core.source import Ended, SignalLost, Source
from app.media.decoder import VideoDecoder, packet_of
from app.sources.video import VideoSource
from models.errors import SourceError
from models.frames import Frame
from tests.support.numbered_video import number_in, numbered_picture, write_numbered_video


def frames_of(source: Source) -> Iterator[Frame]:
    while not isinstance(reading := source.read(5.0), Ended):
        assert isinstance(reading, Frame)
        yield reading


def until_it_ends(source: Source) -> None:
    while source.read(0.05) is None:
        pass


def seeks_show_what_was_played(source: Source, played: list[Frame]) -> None:
    order = list(range(len(played)))
    random.Random(3).shuffle(order)
    for index in order[:12]:
        source.seek(index)
        reading = source.read(5.0)
        assert isinstance(reading, Frame)
        assert (reading.index, reading.time_s) == (index, played[index].time_s)
        assert np.array_equal(reading.rgb, played[index].rgb)


@pytest.mark.parametrize("suffix", [".mpg", ".ts", ".h264"])
def test_clips_joined_end_to_end_are_one_video_with_a_break(tmp_path: Path, suffix: str) -> None:
    codec = "mpeg2video" if suffix == ".mpg" else "libx264"
    one = write_numbered_video(tmp_path / f"one{suffix}", 15, codec=codec)
    both = tmp_path / f"both{suffix}"
    both.write_bytes(one.read_bytes() * 2)
    with closing(VideoSource(both)) as source:
        assert source.info.frame_count == 30
        played = list(frames_of(source))
        assert [frame.index for frame in played] == list(range(30))
        assert [number_in(frame.rgb) for frame in played] == [*range(15), *range(15)]
        if suffix != ".h264":  # which has no times at all
            assert [frame.segment for frame in played] == [0] * 15 + [1] * 15
        times = [frame.time_s for frame in played]
        assert times == pytest.approx([n / 25 for n in range(30)], abs=1e-3)
        seeks_show_what_was_played(source, played)


def test_frames_that_share_a_time_stamp_are_all_there(tmp_path: Path) -> None:
    times = [Fraction(n // 2 * 2, 25) for n in range(12)]
    path = tmp_path / "pairs.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 64, "yuvj420p"
        for number, time in enumerate(times):
            picture = numbered_picture(number)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                packet.time_base = Fraction(1, 1000)
                packet.pts = packet.dts = round(time * 1000)
                container.mux(packet)
    with closing(VideoSource(path)) as source:
        assert source.info.frame_count == 12
        played = list(frames_of(source))
        assert [number_in(frame.rgb) for frame in played] == list(range(12))
        assert [frame.index for frame in played] == list(range(12))
        assert [frame.time_s for frame in played] == pytest.approx(
            [float(t) for t in times], abs=1e-3
        )
        seeks_show_what_was_played(source, played)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".ts"])
def test_a_file_whose_first_time_stamp_is_not_zero_is_complete(tmp_path: Path, suffix: str) -> None:
    times = [Fraction(n, 25) + 7 for n in range(20)]
    path = write_numbered_video(tmp_path / f"late{suffix}", 20, times=times)
    with closing(VideoSource(path)) as source:
        played = list(frames_of(source))
        assert [frame.time_s for frame in played] == pytest.approx(
            [n / 25 for n in range(20)], abs=1e-3
        )
        assert source.info.frame_count == 20
        seeks_show_what_was_played(source, played)


def test_the_header_of_a_complete_file_may_count_its_length_from_zero(tmp_path: Path) -> None:
    """Recorders that split write the time of the end, or the length, into each part's header."""
    path = write_numbered_video(
        tmp_path / "a.mkv", 20, times=[Fraction(n, 25) + 7 for n in range(20)]
    )
    data = path.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3  # Duration, a double
    for duration_ms in (800.0, 7800.0):
        value = np.array(duration_ms, ">f8").tobytes()
        path.write_bytes(data[:at] + value + data[at + 8 :])
        with closing(VideoSource(path)) as source:
            assert len(list(frames_of(source))) == 20


@pytest.mark.parametrize("suffix", [".ts", ".h264"])
def test_a_stream_that_begins_between_key_frames_is_numbered_from_its_first_picture(
    tmp_path: Path, suffix: str
) -> None:
    whole = write_numbered_video(tmp_path / f"whole{suffix}", 40, options={"g": "12", "bf": "2"})
    path = tmp_path / f"joined_late{suffix}"
    with av.open(str(whole)) as container, av.open(str(path), "w") as cut:
        stream = cut.add_stream_from_template(container.streams.video[0])
        packets = [packet for packet in container.demux(video=0) if packet.size]
        for packet in packets[5:]:
            packet.stream = stream
            cut.mux(packet)
    with closing(VideoSource(path)) as source:
        played = list(frames_of(source))
        numbers = [number_in(frame.rgb) for frame in played]
        assert numbers == list(range(numbers[0], 40))
        assert numbers[0] in (10, 11, 12)
        assert [frame.index for frame in played] == list(range(len(numbers)))
        assert played[0].time_s == 0.0
        assert source.info.frame_count == len(numbers)
        if suffix == ".ts":
            assert source.info.left_out_at_start > 0
        seeks_show_what_was_played(source, played)


def test_the_track_that_is_flagged_as_the_default_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        tracks = [container.add_stream("mjpeg", rate=25) for _ in range(2)]
        for number, track in enumerate(tracks):
            track.width, track.height, track.pix_fmt = 160, 64, "yuvj420p"
            track.disposition = Disposition.default if number else Disposition(0)
        for number in range(5):
            for offset, track in ((100, tracks[0]), (200, tracks[1])):
                picture = numbered_picture(offset + number)
                container.mux(track.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    with closing(VideoSource(path)) as source:
        assert [number_in(frame.rgb) for frame in frames_of(source)] == list(range(200, 205))


def test_a_stream_that_changes_its_size_breaks_there(tmp_path: Path) -> None:
    path = tmp_path / "both.ts"
    small = write_numbered_video(tmp_path / "a.ts", 10)
    large = write_numbered_video(tmp_path / "b.ts", 10, size=(320, 128))
    path.write_bytes(small.read_bytes() + large.read_bytes())
    with closing(VideoSource(path)) as source:
        played = list(frames_of(source))
        assert [frame.size for frame in played] == [(160, 64)] * 10 + [(320, 128)] * 10
        assert [frame.segment for frame in played] == [0] * 10 + [1] * 10
        assert [number_in(frame.rgb) for frame in played] == [*range(10), *range(10)]
        assert source.info.size == (320, 128)


@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".ts", ".h264"])
def test_a_container_without_a_count_is_counted(tmp_path: Path, suffix: str) -> None:
    codec = {"codec": "libvpx", "options": {"lag-in-frames": "16", "auto-alt-ref": "1", "g": "30"}}
    how = codec if suffix == ".webm" else {"codec": "libx264"}
    path = write_numbered_video(tmp_path / f"a{suffix}", 70, **how)  # type: ignore[arg-type]
    with closing(VideoSource(path)) as source:
        assert source.info.frame_count == 70
        played = list(frames_of(source))
        assert [frame.index for frame in played] == list(range(70))
        assert {frame.segment for frame in played} == {0}
        seeks_show_what_was_played(source, played)


class HeldCounting:
    """Lets the counting of a long file go on only when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_go_on = threading.Event()
        monkeypatch.setattr(video_module, "COUNTED_AT_OPEN_BYTES", 0)
        read = VideoDecoder.read_table

        def held(decoder: VideoDecoder, on_progress: object) -> object:
            self.may_go_on.wait(10.0)
            return read(decoder, on_progress)  # type: ignore[arg-type]

        monkeypatch.setattr(VideoDecoder, "read_table", held)


def test_a_long_file_shows_pictures_while_its_frames_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_numbered_video(tmp_path / "a.mkv")
    counting = HeldCounting(monkeypatch)
    with closing(VideoSource(path)) as source:
        assert source.info.frame_count is None
        assert source.info.note == "Counting the frames of this long file: 0 %."
        first = source.read(5.0)
        assert isinstance(first, Frame)
        source.seek(41)
        waiting = source.read(0.01)
        assert isinstance(waiting, SignalLost)
        assert "to find frame 41: 0 %" in waiting.sentence
        counting.may_go_on.set()
        while not isinstance(found := source.read(0.05), Frame):
            assert found is None or isinstance(found, SignalLost)
        assert (found.index, number_in(found.rgb)) == (41, 41)
        assert source.info.frame_count == 60
        assert source.info.note == ""


def test_reading_to_the_end_of_a_long_file_does_not_end_before_it_is_known_to_be_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_numbered_video(tmp_path / "a.mkv", 100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    counting = HeldCounting(monkeypatch)
    with closing(VideoSource(path)) as source:
        count = 0
        while (reading := source.read(0.01)) is not None:
            count += isinstance(reading, Frame)
        counting.may_go_on.set()
        with pytest.raises(SourceError, match=f"ends early after frame {count} "):
            until_it_ends(source)


def test_closing_ends_the_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_numbered_video(tmp_path / "a.mkv")
    counting = HeldCounting(monkeypatch)
    source = VideoSource(path)
    threading.Timer(0.05, counting.may_go_on.set).start()
    source.close()
    assert source.read(0.01) is None
    assert not [thread for thread in threading.enumerate() if thread.name == "counting frames"]


def test_two_decoders_of_a_file_know_their_packets_apart(tmp_path: Path) -> None:
    path = write_numbered_video(tmp_path / "a.mp4", 20)
    with closing(VideoDecoder(str(path))) as one, closing(VideoDecoder(str(path))) as other:
        packets: dict[VideoDecoder, list[int]] = {one: [], other: []}
        for _ in range(20):
            for decoder, found in packets.items():
                frame = decoder.next()
                assert frame is not None
                found.append(packet_of(frame))
    assert packets[one] == packets[other]
    assert sorted(packets[one]) == list(range(20))

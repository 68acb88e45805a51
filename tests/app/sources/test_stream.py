"""Streams and pipes through the real decoder, from cameras that the test plugs and unplugs."""

from __future__ import annotations

import itertools
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import av
import numpy as np
import pytest

from app.core.source import Reading, SignalLost
from app.sources.live import LiveSource
from app.sources.live_worker import Patience
from app.sources.stream import is_pipe, open_pipe, open_stream
from models.frames import Frame
from models.opencv import cv2
from tests.support.mjpeg_camera import MjpegCamera
from tests.support.numbered_video import number_in, numbered_picture
from tests.support.reading import next_frame, next_loss, until
from tests.support.waiting import wait_until

QUICK = Patience(stall_s=0.6, reading_s=1.5, retry_s=0.02, retry_most_s=0.1, closing_s=2.0)


@pytest.fixture
def camera() -> Iterator[MjpegCamera]:
    with MjpegCamera(fps=60) as camera:
        yield camera


def some_frames(source: LiveSource, count: int) -> list[Frame]:
    return [next_frame(source) for _ in range(count)]


def test_pictures_of_a_network_camera_come_in_order(camera: MjpegCamera) -> None:
    with closing(open_stream(camera.url, QUICK)) as source:
        numbers = [number_in(frame.rgb) for frame in some_frames(source, 30)]
        assert source.info.live
        assert source.info.size == (160, 64)
        assert source.info.delivered == "160x64 mjpeg"
    assert numbers == sorted(set(numbers))


def test_pictures_are_fresh(camera: MjpegCamera) -> None:
    with closing(open_stream(camera.url, QUICK)) as source:
        some_frames(source, 10)
        before = camera.sent
        wait_until(lambda: camera.sent > before + 40)  # nobody reads for a while
        now, reads = camera.sent, 1
        while number_in(next_frame(source).rgb) < now:
            reads += 1
        assert reads < 20  # most of the forty pictures that came meanwhile are never read


def test_rubbish_never_reaches_the_reader(camera: MjpegCamera) -> None:
    with closing(open_stream(camera.url, QUICK)) as source:
        some_frames(source, 5)
        camera.send_rubbish(5)
        shown = [number_in(frame.rgb) for frame in some_frames(source, 30)]
    assert shown == sorted(set(shown))
    assert all(abs(b - a) < 60 for a, b in itertools.pairwise(shown))


def test_half_a_picture_is_not_shown(camera: MjpegCamera) -> None:
    camera.size = (640, 480)
    with closing(open_stream(camera.url, QUICK)) as source:
        some_frames(source, 3)
        camera.cut_pictures(5)
        for frame in some_frames(source, 20):
            assert np.array_equal(frame.rgb[20], frame.rgb[460]), "the lower half is missing"


def test_a_change_of_size_starts_a_new_segment(camera: MjpegCamera) -> None:
    with closing(open_stream(camera.url, QUICK)) as source:
        assert next_frame(source).size == (160, 64)
        camera.size = (320, 240)
        frame = until(source, lambda got: isinstance(got, Frame) and got.size == (320, 240))
        assert isinstance(frame, Frame)
        assert frame.segment == 1
        assert frame.rgb.shape == (240, 320, 3)
        assert number_in(frame.rgb) > 0
        assert source.info.size == (320, 240)


def test_an_encoder_without_a_signal_is_a_loss_and_its_one_colour_is_never_a_frame(
    camera: MjpegCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, blue = cv2.imencode(".jpg", np.full((64, 160, 3), (200, 40, 0), np.uint8))
    assert done
    with closing(open_stream(camera.url, QUICK)) as source:
        next_frame(source)
        shown: list[Frame] = []

        def is_lost(reading: Reading) -> bool:
            shown.extend([reading] if isinstance(reading, Frame) else [])
            return isinstance(reading, SignalLost) and "only a single colour" in reading.sentence

        with monkeypatch.context() as patch:
            patch.setattr(camera, "_jpeg", lambda _number: bytes(blue.tobytes()))
            until(source, is_lost)
        assert all(frame.rgb.std() > 1 for frame in shown)
        assert next_frame(source).segment == 1
        assert camera.connections == 1  # the stream is well; it is read on


def test_a_stall_is_a_loss_and_heals(camera: MjpegCamera) -> None:
    with closing(open_stream(camera.url, QUICK)) as source:
        next_frame(source)
        camera.stall()
        assert "sends no frames" in next_loss(source)
        camera.resume()
        assert next_frame(source).segment == 1


def test_a_camera_that_leaves_and_returns_twenty_times_is_found_twenty_times(
    camera: MjpegCamera,
) -> None:
    before = threading.active_count()
    with closing(open_stream(camera.url, QUICK)) as source:
        for times in range(20):
            assert next_frame(source).segment == times
            camera.unplug()
            next_loss(source)
            camera.plug_in()
        assert next_frame(source).segment == 20
        assert source.abandoned_threads == 0
    camera.drop()
    assert threading.active_count() <= before + 1


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"HTTP/1.0 404 Not Found\r\n\r\n", "the server answers 404"),
        (b"HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n", "requires a password"),
        (
            b"HTTP/1.0 200 OK\r\nContent-Length: 13\r\n\r\n<p>Hello.</p>",
            "does not send video",
        ),
    ],
)
def test_a_server_without_a_video_is_named_with_the_reason(answer: bytes, sentence: str) -> None:
    with MjpegCamera() as server:
        server.answer = answer
        with closing(open_stream(server.url, QUICK)) as source:
            assert sentence in next_loss(source)


def test_a_port_where_nobody_listens_is_named(camera: MjpegCamera) -> None:
    camera.unplug()
    with closing(open_stream(camera.url, QUICK)) as source:
        assert "refuses the connection" in next_loss(source)


def test_passwords_are_not_shown() -> None:
    source = open_stream("rtsp://me:secret@127.0.0.1:9/stream", QUICK)
    with closing(source):
        assert source.info.title == "127.0.0.1:9/stream"
        assert "secret" not in next_loss(source)


class TransportStream:
    """Sends numbered pictures as an MPEG transport stream to a URL or a pipe, until stopped."""

    def __init__(self, target: str, count: int = 100_000) -> None:
        self.sent = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send, args=(target, count))
        self._thread.start()

    def _send(self, target: str, count: int) -> None:
        with suppress(OSError, av.error.FFmpegError), ExitStack() as stack:
            # PyAV would open a pipe while it holds the interpreter's lock, and no reader could.
            is_url = "://" in target
            file = target if is_url else stack.enter_context(open(target, "wb", buffering=0))
            container = stack.enter_context(av.open(file, "w", "mpegts"))
            stream = container.add_stream(
                "libx264", rate=60, options={"tune": "zerolatency", "g": "10"}
            )
            stream.width, stream.height, stream.pix_fmt = 160, 64, "yuv420p"
            for number in range(count):
                picture = numbered_picture(number % 1024)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                container.mux(stream.encode(frame))
                self.sent += 1
                if self._stop.wait(1 / 60):
                    break
            container.mux(stream.encode())

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5.0)
        assert not self._thread.is_alive()


def test_a_udp_stream_that_is_joined_late_plays_and_survives_its_sender() -> None:
    url = f"udp://127.0.0.1:{_free_udp_port()}?pkt_size=1316"
    with closing(TransportStream(url)) as sender:
        wait_until(lambda: sender.sent > 5)
        with closing(open_stream(url, QUICK)) as source:
            first = [number_in(frame.rgb) for frame in some_frames(source, 15)]
            assert first == sorted(set(first))
    with closing(open_stream(url, QUICK)) as source:
        assert "Waiting for the first frame" in next_loss(source)
        with closing(TransportStream(url)):
            assert len(some_frames(source, 5)) == 5
        next_loss(source)


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are made otherwise here")
def test_a_pipe_waits_for_its_writer_and_for_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert is_pipe(path)
    with closing(open_pipe(path, QUICK)) as source:
        until(source, lambda got: isinstance(got, SignalLost) and "start the" in got.sentence)
        with closing(TransportStream(str(path))):
            first = [number_in(frame.rgb) for frame in some_frames(source, 10)]
            assert first == sorted(set(first))
            segment = next_frame(source).segment
        next_loss(source)
        with closing(TransportStream(str(path))):
            assert next_frame(source).segment > segment


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are made otherwise here")
def test_closing_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = open_pipe(path, QUICK)
    source.read(0.05)
    source.close()
    assert source.abandoned_threads == 0


def test_an_ordinary_file_is_no_pipe(tmp_path: Path) -> None:
    assert not is_pipe(tmp_path)
    assert not is_pipe(tmp_path / "nowhere")

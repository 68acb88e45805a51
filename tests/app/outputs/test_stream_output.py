"""The network stream: seen at its far end, made again when it breaks, and discreet."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import av
import numpy as np
import psutil
import pytest

from app.outputs.output import Outgoing, OutputOptions
from app.outputs.stream import LONGEST_PAUSE_S, StreamOutput
from models.errors import UserError
from models.frames import UInt8
from tests.support.outputs import make_scene
from tests.support.recordings import make_result
from tests.support.waiting import wait_until

OPTIONS = OutputOptions((160, 64), 25.0)
SECRET = "rtmp://user:password@127.0.0.1:{}/live/secret-key?token=hidden"


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def outgoing(number: int) -> Outgoing:
    result = make_result(number)
    return Outgoing("rgb", result.frame.rgb, result, make_scene())


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


ENOUGH = 60
"""Packets that a far end reads."""


class FarEnd:
    """Reads the stream on a thread: its size and format, and time and kind of each packet."""

    def __init__(self, address: str, **options: str) -> None:
        self.about: tuple[str, str, int, int] | None = None
        self.packets: list[tuple[float, bool]] = []
        self._address, self._options = address, options
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with av.open(self._address, options=self._options, timeout=(30.0, 30.0)) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            self.about = (container.format.name, context.name, context.width, context.height)
            for packet in container.demux(stream):
                if packet.pts is None:
                    return
                self.packets.append((float(packet.pts * packet.time_base), packet.is_keyframe))
                if len(self.packets) > ENOUGH:  # the sender ends with this one
                    return


@contextmanager
def streamed(address: str, is_over: Callable[[], bool]) -> Iterator[None]:
    """A stream of ten pictures per second of its own time, sent until `is_over`."""
    clock = Clock()
    output = StreamOutput(address, OPTIONS, clock=clock)
    output.open()
    numbers, pause = iter(range(100_000)), threading.Event()

    def send_next() -> bool:
        pause.wait(0.02)  # faster than a camera, slower than the encoder
        clock.now_s += 0.1
        output.send(outgoing(next(numbers)))
        return is_over()

    try:
        wait_until(send_next)
        yield
    finally:
        output.close()


def check(far: FarEnd, container_format: str) -> None:
    assert far.about == (container_format, "h264", *OPTIONS.size)
    keys = [time_s for time_s, is_key in far.packets if is_key]
    assert len(keys) >= 2
    assert np.diff(keys) == pytest.approx(2.0, abs=0.11)  # times are those of the next pictures


def test_a_player_on_the_network_gets_h264_with_a_key_picture_every_two_seconds() -> None:
    address = f"udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}"
    far = FarEnd(address)
    with streamed(address, lambda: len(far.packets) > ENOUGH):
        far.thread.join(10.0)
    check(far, "mpegts")


def test_a_streaming_server_gets_the_same_from_its_first_picture_on() -> None:
    address = f"rtmp://127.0.0.1:{free_port(socket.SOCK_STREAM)}/live/secret-key"
    far = FarEnd(address, listen="1")
    wait_until(lambda: _is_listening(address))
    with streamed(address, lambda: len(far.packets) > ENOUGH):
        far.thread.join(10.0)
    check(far, "flv")
    assert far.packets[0][1]


def _is_listening(address: str) -> bool:
    port = int(address.split(":")[2].split("/")[0])
    return any(
        one.laddr.port == port and one.status == psutil.CONN_LISTEN
        for one in psutil.Process().net_connections("tcp")
    )


def test_a_server_that_refuses_is_one_sentence_without_the_key() -> None:
    address = SECRET.format(free_port(socket.SOCK_STREAM))
    with pytest.raises(UserError) as raised, streamed(address, lambda: False):
        pass
    said = str(raised.value)
    assert said.startswith("Can't stream to rtmp://127.0.0.1:")
    assert "refused" in said and said.endswith(".") and "\n" not in said
    for secret in ("user", "password", "secret-key", "hidden"):
        assert secret not in said


def test_a_server_that_never_answers_does_not_keep_the_app_and_sees_no_arguments() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = SECRET.format(server.getsockname()[1])
        output = StreamOutput(address, OPTIONS)
        assert output.open() == f"rtmp://127.0.0.1:{server.getsockname()[1]}"
        for number in range(20):
            output.send(outgoing(number))
        children = psutil.Process().children()
        (child,) = (one for one in children if "app.outputs.stream_sender" in one.cmdline())
        assert "secret-key" not in " ".join(child.cmdline())
        output.close()
        assert not child.is_running()


class FakeConnection:
    """Fails when the test says so."""

    def __init__(self) -> None:
        self.is_connected = True
        self.failure: str | None = None
        self.times_s: list[float] = []
        self.is_closed = False

    def send(self, rgb: UInt8, time_s: float) -> None:
        assert rgb.shape == (64, 160, 3)
        self.times_s.append(time_s)

    def close(self) -> None:
        self.is_closed = True


def test_a_stream_that_breaks_off_is_made_again_after_pauses_that_double(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, made = Clock(), list[FakeConnection]()

    def connect(address: str, container_format: str, size: tuple[int, int]) -> FakeConnection:
        assert (address, container_format, size) == (SECRET.format(1935), "flv", OPTIONS.size)
        made.append(FakeConnection())
        return made[-1]

    output = StreamOutput(SECRET.format(1935), OPTIONS, connect, clock)
    output.open()
    pauses = []
    for number in range(8):
        output.send(outgoing(number))
        assert made[-1].times_s[0] == pytest.approx(0.0)
        made[-1].failure = "broken pipe"
        output.send(outgoing(number))
        assert made[-1].is_closed
        broke_s, count = clock.now_s, len(made)
        while len(made) == count:
            clock.now_s += 0.5
            output.send(outgoing(number))
        pauses.append(clock.now_s - broke_s)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, LONGEST_PAUSE_S]
    clock.now_s += 60.0  # it works for a minute
    made[-1].failure = "broken pipe"
    output.send(outgoing(0))
    clock.now_s += 1.0
    output.send(outgoing(0))
    assert not made[-1].is_closed
    output.close()
    assert "secret-key" not in caplog.text and "password" not in caplog.text


@pytest.mark.parametrize("address", ["udp://127.0.0.1", "rtmp://", "udp://host:port", "rtmp:///x"])
def test_an_address_without_host_or_port_is_one_sentence(address: str) -> None:
    with pytest.raises(UserError, match=r"rtmp://HOST/PATH or udp://HOST:PORT"):
        StreamOutput(address, OPTIONS).open()

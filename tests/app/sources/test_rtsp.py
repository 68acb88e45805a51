"""RTSP from a real server, where GStreamer's is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from app.sources.opening import open_source
from models.frames import Frame
from tests.support.clips import bikes
from tests.support.reading import next_frame, next_loss, until

PYTHON = shutil.which("python3", path="/usr/bin:/bin")
NEEDS = "import gi; gi.require_version('GstRtspServer', '1.0')"


def is_installed() -> bool:
    if PYTHON is None:
        return False
    asked = subprocess.run([PYTHON, "-c", NEEDS], capture_output=True, check=False)
    return asked.returncode == 0


pytestmark = pytest.mark.skipif(
    not is_installed(), reason="needs gir1.2-gst-rtsp-server-1.0, python3-gi and GStreamer's x264"
)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def server(port: int) -> Iterator[None]:
    assert PYTHON is not None
    script = Path(__file__).parents[2] / "support" / "rtsp_server.py"
    with subprocess.Popen(
        [PYTHON, str(script), str(port), str(bikes())], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.kill()


def test_a_stream_comes_back_after_its_server_was_killed(port: int) -> None:
    with closing(open_source(f"rtsp://127.0.0.1:{port}/clip")) as source:
        assert "refuses the connection" in next_loss(source)
        with server(port):
            first = next_frame(source)
            assert first.size == (640, 272)
            assert first.rgb.std() > 20
            until(source, lambda reading: isinstance(reading, Frame) and reading.index > 10)
            assert source.info.delivered == "640x272 h264"
        next_loss(source)
        with server(port):
            again = next_frame(source)
            assert again.segment > first.segment

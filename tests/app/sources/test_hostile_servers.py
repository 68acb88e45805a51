"""Servers that lie: the memory stays bounded, the source says why, and no thread stays behind."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from app.core.source import SignalLost
from app.media.allowance import PICTURE_BYTES, Allowance
from app.sources.live_worker import USUAL_PATIENCE
from app.sources.stream import open_stream
from models.errors import SourceError
from models.opencv import cv2
from tests.support.hostile_server import HostileServer

OK = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n"
PART = b"--frame\r\nContent-Type: image/jpeg\r\n"
MOST_MB = 256
LARGEST_WAIT_S = 60.0
ZEROS = bytes(1 << 16)
JPEG_START = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"


def huge_picture() -> bytes:
    """A part with a picture of 48 megapixels in a few hundred kilobytes."""
    _, data = cv2.imencode(".jpg", np.zeros((6000, 8000), np.uint8))
    return PART + b"Content-Length: %d\r\n\r\n" % len(data) + data.tobytes() + b"\r\n"


SERVERS = {
    "a length of 2 GB": (OK + b"\r\n" + PART + b"Content-Length: 2147483000\r\n\r\n", ZEROS),
    "a picture without an end": (OK + b"\r\n" + PART + b"\r\n" + JPEG_START, ZEROS),
    "a chunk of 2 GB": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n" + PART + b"\r\n" + JPEG_START,
        ZEROS,
    ),
    "a header without an end": (OK + b"X: ", b"x" * (1 << 16)),
    "headers without an end": (OK, b"X: y\r\n" * 1_000),
    "a part's header without an end": (OK + b"\r\n" + PART, b"X: y\r\n" * 10_000),
    "a body of zeros": (b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n", ZEROS),
    "no HTTP at all": (b"", b"x" * (1 << 16)),
}


def first_loss(url: str) -> tuple[str, float]:
    """What the source says of the server, and by how many MB the process grew at most."""
    process = psutil.Process()
    before = process.memory_info().rss
    most, told = before, ""
    until_s = time.monotonic() + LARGEST_WAIT_S
    with contextlib.closing(open_stream(url, replace(USUAL_PATIENCE, retry_s=5.0))) as source:
        while not told and time.monotonic() < until_s:
            reading = source.read(0.05)
            most = max(most, process.memory_info().rss)
            if isinstance(reading, SignalLost) and "Waiting" not in reading.sentence:
                told = reading.sentence
    return told, (most - before) / 2**20


@pytest.mark.parametrize("name", SERVERS)
def test_what_never_becomes_a_picture_is_given_up_in_a_sentence(name: str) -> None:
    head, body = SERVERS[name]
    with HostileServer(head, body) as server:
        told, grown_mb = first_loss(server.url)
    assert told.startswith("127.0.0.1") and told.endswith("."), told
    assert grown_mb < MOST_MB


def test_a_picture_of_too_many_pixels_is_not_decoded() -> None:
    with HostileServer(OK + b"\r\n", huge_picture(), pause_s=0.05) as server:
        told, grown_mb = first_loss(server.url)
    assert "choose a smaller picture size" in told
    assert grown_mb < MOST_MB


def test_a_server_that_sends_a_byte_at_a_time_holds_no_thread() -> None:
    with HostileServer(OK + b"\r\n" + PART + b"\r\n" + JPEG_START, b"\0", pause_s=0.02) as server:
        told, _ = first_loss(server.url)
        assert told.startswith("127.0.0.1")
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith("live ")]


def test_the_allowance_ends_by_bytes_by_time_and_by_closing() -> None:
    now_s = 0.0
    closing = threading.Event()
    allowance = Allowance("cam", closing, 3.0, lambda: now_s)
    allowance.spend(PICTURE_BYTES)
    with pytest.raises(SourceError, match=r"^cam sent 32 MB without a complete picture; "):
        allowance.spend(1)
    now_s = 100.0  # a pause before the first byte of a picture costs nothing
    allowance.renew()
    allowance.spend(1)
    now_s = 102.9
    allowance.spend(1)
    now_s = 103.1
    with pytest.raises(SourceError, match="too slowly"):
        allowance.spend(1)
    allowance.renew()
    closing.set()
    with pytest.raises(SourceError, match="was closed"):
        allowance.spend(1)

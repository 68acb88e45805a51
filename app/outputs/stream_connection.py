"""One connection of a network stream: an encoder here, and a process that sends what it makes."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import app
from app.media.encoders import H264Encoder
from app.media.mp4_file import TICKS_PER_S
from app.media.open import open_muxer
from app.outputs.stream_sender import CONNECTED
from models.frames import UInt8
from models.plain_text import LINE, single_line

_ENCODING = {
    "preset": "veryfast", "tune": "zerolatency", "crf": "23", "maxrate": "6M", "bufsize": "6M",
    "g": "100000", "sc_threshold": "0", "forced-idr": "1",
}  # fmt: skip
_KEY_TICKS = 2 * TICKS_PER_S
_MOST_PIECES = 2_000
"""Of the encoded stream that may wait for the network, some seconds of it."""
_END_S = 1.0


class StreamConnection:
    """Encodes pictures and sends them to one address; never blocks, whatever the network does.

    Parameters
    ----------
    address, container_format
        Where to, and as what: "flv" for RTMP, "mpegts" for UDP.
    size
        (width, height) of the pictures, both even.

    Attributes
    ----------
    is_connected
        The server has accepted the stream.
    """

    def __init__(self, address: str, container_format: str, size: tuple[int, int]) -> None:
        self.is_connected = False
        self._reason = ""
        self._pieces: queue.Queue[bytes | None] = queue.Queue(_MOST_PIECES)
        self._process = _start()
        request = {"address": address, "format": container_format}
        self._pieces.put_nowait(json.dumps(request).encode() + b"\n")
        self._threads = [
            threading.Thread(target=work, name=f"stream {name}", daemon=True)
            for name, work in (("writer", self._write_all), ("listener", self._listen))
        ]
        for thread in self._threads:
            thread.start()
        self._container = open_muxer(_Sink(self._pieces), {"write_index": "0"}, "nut")
        self._encoder = H264Encoder(self._container, size, _ENCODING)
        self._newest = self._key = -_KEY_TICKS

    @property
    def failure(self) -> str | None:
        """Why it broke off, in a few words; None while it has not."""
        if self._process.poll() is None:
            return None
        self._threads[1].join(_END_S)
        return self._reason or "the connection ended"

    def send(self, rgb: UInt8, time_s: float) -> None:
        """Encode and queue the picture of `time_s`; a stream that is too slow is broken off."""
        ticks = max(self._newest + 1, round(time_s * TICKS_PER_S))
        is_key = ticks - self._key >= _KEY_TICKS
        self._newest, self._key = ticks, ticks if is_key else self._key
        try:
            for packet in self._encoder.encode(rgb, ticks, is_key=is_key):
                self._container.mux(packet)
        except queue.Full:
            self._reason = "the network is too slow"
            self._process.kill()

    def close(self) -> None:
        """End the stream and its process, within bounds."""
        try:
            self._pieces.put_nowait(None)
            self._process.wait(_END_S)
        except (queue.Full, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait(_END_S)
        while not self._pieces.empty():  # the writer may wait for a piece
            self._pieces.get_nowait()
        self._pieces.put_nowait(None)
        for thread in self._threads:
            thread.join(_END_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _write_all(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (piece := self._pieces.get()) is not None:
                rest = memoryview(piece)
                while rest:
                    rest = rest[pipe.write(rest) :]
            pipe.close()
        except OSError:  # the process has ended; the listener knows why
            pass

    def _listen(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        for line in pipe:
            text = single_line(line.decode(errors="replace").strip(), LINE)
            if text == CONNECTED:
                self.is_connected = True
            elif text:
                self._reason = self._reason or text


class _Sink:
    """Takes what the muxer writes."""

    def __init__(self, pieces: queue.Queue[bytes | None]) -> None:
        self._pieces = pieces

    def write(self, data: bytes) -> int:
        self._pieces.put_nowait(bytes(data))
        return len(data)


def _start() -> subprocess.Popen[Any]:
    root = str(Path(app.__file__ or "").parents[1])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(
        [sys.executable, "-m", "app.outputs.stream_sender"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={**os.environ, "PYTHONPATH": paths},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )

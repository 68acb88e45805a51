"""Network streams and pipes: HTTP MJPEG, RTSP, UDP, whatever FFmpeg supports."""

from __future__ import annotations

import os
import select
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import av.error
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.stream import VideoStream
from numpy.typing import NDArray

from app.media.allowance import PICTURE_PIXELS, Allowance
from app.media.deinterlace import Deinterlacer
from app.media.frames import FrameConverter, moving_pictures
from app.media.open import MediaInput, open_address
from app.media.open import open_pipe as open_piped
from app.media.refusals import why_not_connected
from app.sources.addresses import url_title
from app.sources.blank import BlankWatch, is_of_one_colour
from app.sources.live import LiveSource
from app.sources.live_worker import USUAL_PATIENCE, NoPicture, Patience
from models.errors import SourceError

_OPEN_TIMEOUT_S = 5.0
_UDP_OPEN_TIMEOUT_S = 2.0  # UDP has no connection: packets arrive or they do not
_PROBE_S = 0.5
_PIPE_SLICE_S = 0.05
_PICTURE_S = 3.0  # below Patience.reading_s, so that a slow sender ends in a sentence
_JPEG_START, _JPEG_END = b"\xff\xd8", b"\xff\xd9"
_ASSUMED_SIZE = (1280, 720)
_EIGHT_BIT_PLANES = frozenset(
    f"{kind}{halving}p" for kind in ("yuv", "yuvj") for halving in ("420", "422", "444")
)
# Keeps FFmpeg from buffering seconds of pictures before the first.
_EAGER = {
    "fflags": "nobuffer+discardcorrupt",
    "flags": "low_delay",
    "analyzeduration": str(round(_PROBE_S * 1e6)),
    "max_pixels": str(PICTURE_PIXELS),
}
_BY_SCHEME = {
    "rtsp": {"rtsp_transport": "tcp"},  # packets lost over UDP smear the picture
    "rtsps": {"rtsp_transport": "tcp"},
    "udp": {"overrun_nonfatal": "1", "fifo_size": "50000"},
}


def open_stream(url: str, patience: Patience = USUAL_PATIENCE) -> LiveSource:
    """A source that reads `url` live and reconnects when it breaks."""
    silence_s = patience.stall_s
    connect = partial(StreamConnection.to_url, url, silence_s)
    return _StreamSource(url, url_title(url), connect, patience)


def open_pipe(path: Path, patience: Patience = USUAL_PATIENCE) -> LiveSource:
    """A source that reads a named pipe; when its writer ends it waits for the next one."""
    connect = partial(StreamConnection.to_pipe, path, patience.stall_s)
    return _StreamSource(str(path), path.name, connect, patience)


class _StreamSource(LiveSource):
    """Tells its connection when it is closed, which ends a read that would go on for ever."""

    def __init__(
        self,
        spec: str,
        title: str,
        connect: Callable[[threading.Event], StreamConnection],
        patience: Patience,
    ) -> None:
        self._closing = threading.Event()
        opened = partial(connect, self._closing)
        super().__init__(spec, title, opened, size=_ASSUMED_SIZE, patience=patience)

    def close(self) -> None:
        self._closing.set()
        super().close()


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPicture:
    """A frame decoded by FFmpeg."""

    frame: VideoFrame
    picturer: FrameConverter

    @property
    def size(self) -> tuple[int, int]:
        return self.picturer.size_of(self.frame)

    def rgb(self) -> NDArray[np.uint8]:
        return self.picturer.rgb(self.frame)


class StreamConnection:
    """An open stream. Damaged and incomplete pictures are left out."""

    def __init__(
        self, media: MediaInput, title: str, pipe: PipeBytes | None, allowance: Allowance
    ) -> None:
        stream = moving_pictures(media.container)
        if stream is None:
            media.close()
            raise SourceError(f"{title} has no video; check the address.")
        # Frame threads would hold back one picture each.
        stream.thread_type = "SLICE"
        stream.codec_context.options = {"max_pixels": str(PICTURE_PIXELS)}
        self._media = media
        self._allowance = allowance
        self._stream = stream
        self._title = title
        self._pipe = pipe
        self._is_jpeg = stream.codec_context.name == "mjpeg"
        self._packets: Iterator[Packet[VideoStream]] = media.container.demux(stream)
        self._picturer = FrameConverter.of(stream)
        self._fields = Deinterlacer()
        self._delivered = ""
        self._blank = BlankWatch(
            f"{title} sends only a single colour; check the camera and what is plugged into the "
            "encoder."
        )

    @staticmethod
    def to_url(url: str, silence_s: float, closing: threading.Event) -> StreamConnection:
        """Connect to `url`.

        Raises
        ------
        SourceError
            With the reason if nothing responds.
        """
        title = url_title(url)
        allowance = Allowance(title, closing, _PICTURE_S)
        scheme = urlsplit(url).scheme
        options = _EAGER | _BY_SCHEME.get(scheme, {})
        opening_s = _UDP_OPEN_TIMEOUT_S if scheme == "udp" else _OPEN_TIMEOUT_S
        try:
            media = open_address(url, (opening_s, silence_s), options, allowance=allowance)
        except (av.error.FFmpegError, OSError) as error:
            raise SourceError(why_not_connected(title, error)) from error
        return StreamConnection(media, title, None, allowance)

    @staticmethod
    def to_pipe(path: Path, silence_s: float, closing: threading.Event) -> StreamConnection:
        """Read the pipe at `path`, once it has a writer, until `closing` is set."""
        allowance = Allowance(path.name, closing, _PICTURE_S)
        pipe = PipeBytes(path, silence_s, closing, allowance)
        try:
            media = open_piped(pipe, _EAGER)
        except SourceError:
            pipe.close()
            raise
        except (av.error.FFmpegError, OSError) as error:
            pipe.close()
            raise SourceError(
                f"Waiting for video in {path.name}; start the program that writes it."
            ) from error
        return StreamConnection(media, path.name, pipe, allowance)

    @property
    def delivered(self) -> str:
        return self._delivered

    def grab(self) -> DecodedPicture | NoPicture | None:
        try:
            packet = next(self._packets, None)
            if packet is None or (not packet.size and packet.pts is None):
                raise SourceError(f"{self._title} ended; reconnecting.")
            self._allowance.renew()
            frames = packet.decode() if self._is_whole(packet) else []
        except av.error.InvalidDataError:
            return None
        except av.error.ArgumentError as error:  # beyond max_pixels
            raise SourceError(
                f"{self._title} sends pictures that can't be used; choose a smaller picture size "
                "on the camera."
            ) from error
        except (av.error.ExitError, TimeoutError) as error:  # the read timeout
            raise SourceError(f"{self._title} sends no frames; reconnecting.") from error
        except (av.error.FFmpegError, OSError) as error:
            raise SourceError(f"{self._title} disconnected; reconnecting.") from error
        good = [frame for frame in frames if not frame.is_corrupt]
        whole = [picture for frame in good for picture in self._fields.put(frame)]
        if not whole:
            return None
        if _is_of_one_colour(whole[-1]):
            return self._blank.blank()
        self._blank.reset()
        picture = DecodedPicture(whole[-1], self._picturer)
        width, height = picture.size
        self._delivered = f"{width}x{height} {self._stream.codec_context.name}"
        return picture

    def close(self) -> None:
        self._media.close()
        if self._pipe is not None:
            self._pipe.close()

    def _is_whole(self, packet: Packet[VideoStream]) -> bool:
        """Whether it is complete: a truncated JPEG still decodes, so check its ends."""
        if not self._is_jpeg:
            return not packet.is_corrupt
        data = bytes(packet)
        return data.startswith(_JPEG_START) and _JPEG_END in data[-64:]


class PipeBytes:
    """A named pipe as a file whose reads wait `silence_s` at most, and stop when it closes."""

    def __init__(
        self,
        path: Path,
        silence_s: float,
        closing: threading.Event,
        allowance: Allowance | None = None,
    ) -> None:
        self._silence_s = silence_s
        self._allowance = allowance
        self._closing = closing
        self._heard = False
        try:
            # Not waiting for a writer, which would block without a way to interrupt it.
            self._handle: int | None = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise SourceError(
                f"Can't read the pipe {path} ({error.strerror}); check that it exists."
            ) from error

    def read(self, count: int) -> bytes:
        """Up to `count` bytes; empty when the writer has ended, or was silent for too long."""
        deadline_s = time.monotonic() + self._silence_s
        while self._handle is not None and time.monotonic() < deadline_s:
            if self._closing.is_set():
                break
            if not select.select([self._handle], [], [], _PIPE_SLICE_S)[0]:
                continue
            try:
                data = os.read(self._handle, count)
            except BlockingIOError:
                continue
            if data or self._heard:
                self._heard = True
                return self._counted(data)
            self._closing.wait(_PIPE_SLICE_S)  # no writer has opened the other end yet
        return b""

    def _counted(self, data: bytes) -> bytes:
        if self._allowance is not None:
            try:
                self._allowance.spend(len(data))
            except SourceError:
                self.close()  # FFmpeg asks again after an error
                raise
        return data

    def close(self) -> None:
        """Close the pipe; may be called twice."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def is_pipe(path: Path) -> bool:
    """Whether `path` is a named pipe."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except OSError:
        return False


def _is_of_one_colour(frame: VideoFrame) -> bool:
    """Whether it has one colour, checked before conversion in its original format."""
    if frame.format.name not in _EIGHT_BIT_PLANES:
        return False
    return all(is_of_one_colour(_values(plane)) for plane in frame.planes)


def _values(plane: VideoPlane) -> NDArray[np.uint8]:
    """(H, W) uint8, not copied."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]

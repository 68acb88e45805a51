"""A video file decoded by FFmpeg: frames in order, and seeking back to an earlier one."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Iterator
from pathlib import Path, PurePath
from urllib.parse import urlsplit

import av.error
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.media.deinterlace import Deinterlacer
from app.media.frames import moving_pictures
from app.media.index import FrameTable, read_table
from app.media.open import MediaInput, open_address, open_file
from models.errors import SourceError

log = logging.getLogger(__name__)

_BAD_PACKETS_IN_A_ROW = 30
_NETWORK_TIMEOUT_S = (10.0, 10.0)
_NO_VIDEO = "contains no video; open a video file or a picture folder."


class VideoDecoder:
    """Decodes the video track of a local file or a URL.

    Parameters
    ----------
    name
        The file's name, for messages.
    container_format
        The only format to accept, such as "mp4" for a file from an untrusted folder. FFmpeg's own
        guess may be a play list, which opens further files.

    Raises
    ------
    SourceError
        If there is no video track.
    """

    def __init__(self, location: str, container_format: str | None = None) -> None:
        self.is_url = "://" in location
        self.name = PurePath(urlsplit(location).path if self.is_url else location).name or location
        self._location = location
        self._format = container_format
        self._bad_in_a_row = 0
        self._last_error = ""
        self._media, self._stream = self._open()
        self._rewind()

    @property
    def stream(self) -> VideoStream:
        """The track that is decoded."""
        return self._stream

    @property
    def size_bytes(self) -> int | None:
        """Length of a local file; None for a URL."""
        return None if self.is_url else Path(self._location).stat().st_size

    def next(self) -> VideoFrame | None:
        """The next frame in display order, or None at the end."""
        while not self._decoded:
            packet = next(self._packets, None)
            if packet is not None:
                self._decode(packet)
                continue
            self._decoded.extend(self._fields.flush())
            if not self._decoded:
                return None
        return self._decoded.popleft()

    def put_back(self, frame: VideoFrame) -> None:
        """Make `frame` the next one again."""
        self._decoded.appendleft(frame)

    def read_table(self) -> FrameTable | None:
        """Presentation times of all frames, read through a second opening of the file."""
        media, stream = self._open()
        with contextlib.closing(media):
            return read_table(media.container, stream)

    def restart(self) -> None:
        """Go to the first frame by opening the file again, which works with any format."""
        self._media.close()
        self._media, self._stream = self._open()
        self._rewind()

    def seek(self, pts: int) -> None:
        """Go to a frame at or before `pts`, from which all frames up to it can be decoded.

        Containers look for key frames by decoding time, which may lie before `pts` while the frame
        is shown after it. The search therefore goes further back until a frame is early enough.
        """
        assert self._stream.time_base is not None
        step = max(1, round(1.0 / float(self._stream.time_base)))
        start = self._stream.start_time or 0
        back = 0
        while pts - back > start:
            self._media.container.seek(pts - back, stream=self._stream)
            self._rewind()
            frame = self.next()
            if frame is not None and frame.pts is not None and frame.pts <= pts:
                self.put_back(frame)
                return
            back = back * 2 if back else step
        self.restart()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._end_bad_run()
        self._media.close()

    def _open(self) -> tuple[MediaInput, VideoStream]:
        try:
            if self.is_url:
                media = open_address(self._location, _NETWORK_TIMEOUT_S)
            else:
                media = open_file(self._location, container_format=self._format)
        except (av.error.FFmpegError, OSError) as error:
            raise SourceError(self._why_not_opened(error)) from error
        stream = moving_pictures(media.container)
        if stream is None:
            media.close()
            raise SourceError(f"{self.name} {_NO_VIDEO}")
        stream.thread_type = "AUTO"
        return media, stream

    def _rewind(self) -> None:
        self._packets: Iterator[Packet[VideoStream]] = self._media.container.demux(self._stream)
        self._decoded: deque[VideoFrame] = deque()
        self._fields = Deinterlacer()
        self._end_bad_run()

    def _decode(self, packet: Packet[VideoStream]) -> None:
        if packet.is_corrupt:  # truncated: it would decode to part of a picture
            return
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError as error:
            self._bad_in_a_row += 1
            self._last_error = str(error)
            if self._bad_in_a_row >= _BAD_PACKETS_IN_A_ROW:
                self._end_bad_run()
                raise SourceError(
                    f"{self.name} is damaged and can't be read any further; convert it with "
                    "another program, or choose another file."
                ) from error
            return
        good = [frame for frame in frames if not frame.is_corrupt]
        if good:
            self._end_bad_run()
        for frame in good:
            self._decoded.extend(self._fields.put(frame))

    def _end_bad_run(self) -> None:
        """Log one line for all consecutive packets that could not be decoded."""
        if self._bad_in_a_row:
            log.info(
                "%s: %d packets in a row cannot be decoded: %s",
                self.name,
                self._bad_in_a_row,
                self._last_error,
            )
        self._bad_in_a_row = 0

    def _why_not_opened(self, error: Exception) -> str:
        if isinstance(error, FileNotFoundError):
            return f"There is no file {self._location}; check the path."
        if isinstance(error, PermissionError):
            return (
                f"Can't open {self.name}: permission denied; change its permissions or copy it "
                "elsewhere."
            )
        if self.is_url:
            return f"Can't open {self._location}; check the address and the network."
        if self.size_bytes == 0:
            return f"{self.name} is empty (0 bytes); copy or download it again."
        if isinstance(error, av.error.ArgumentError):  # of a format that is not opened
            return f"{self.name} {_NO_VIDEO}"
        return (
            f"Can't open {self.name}: it is not a readable video, or it was cut short while being "
            "copied; try playing it elsewhere, or choose another file."
        )

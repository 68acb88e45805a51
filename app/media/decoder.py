"""A video file decoded by FFmpeg: frames in order, and seeking back to an earlier one."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import urlsplit

import av.error
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.media.alpha import alpha_decoder
from app.media.deinterlace import Deinterlacer
from app.media.frame_table import FrameNumbers, FrameTable
from app.media.index import read_table
from app.media.open import MediaInput
from app.media.video_track import is_url, open_track
from models.errors import SourceError

log = logging.getLogger(__name__)

_BAD_PACKETS_IN_A_ROW = 30
_SEEK_BACK_S = (0, 1, 4, 16)  # how much earlier to look for a key frame that was not found
_UNKNOWN_PACKETS = 2000  # read after a jump in search of a packet that is known


def packet_of(frame: VideoFrame) -> int:
    """Number of the packet that held `frame`, counted in the order of the file; -1 if unknown."""
    tag = frame.opaque
    return tag.number if isinstance(tag, _PacketTag) else -1


@dataclass(frozen=True, slots=True, eq=False)
class _PacketTag:
    """What a packet hands on to its frame: an object of its own for each packet.

    PyAV keeps such objects by their identity until the first packet or frame that has them is
    freed. The same small integer in two decoders would be one object, and lost to one of them.
    """

    number: int


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
        self.is_url = is_url(location)
        self.name = PurePath(urlsplit(location).path if self.is_url else location).name or location
        self._location = location
        self._format = container_format
        self._bad_in_a_row = 0
        self._last_error = ""
        self._lost: list[int | None] = []
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
            packet = self._next_packet()
            if packet is not None:
                self._decode(packet)
                continue
            self._decoded.extend(self._fields.flush())
            if not self._decoded:
                return None
        return self._decoded.popleft()

    def take_lost(self, before: VideoFrame | None) -> int:
        """Number of frames that could not be decoded and would have come before `before`.

        None stands for the end of the file. They are counted once.
        """
        until = None if before is None else before.pts
        later: list[int | None] = [
            pts for pts in self._lost if pts is not None and until is not None and pts > until
        ]
        count = len(self._lost) - len(later)
        self._lost = later
        return count

    def put_back(self, frame: VideoFrame) -> None:
        """Make `frame` the next one again."""
        self._decoded.appendleft(frame)

    def read_table(
        self, on_progress: Callable[[int], bool] = lambda _position: True
    ) -> FrameTable | None:
        """Order and times of all frames, read through a second opening of the file.

        Any thread may call it; see app.media.index.read_table.
        """
        media, stream = self._open()
        with contextlib.closing(media):
            return read_table(media.container, stream, on_progress)

    def restart(self) -> None:
        """Go to the first frame by opening the file again, which works with any format."""
        self._media.close()
        self._media, self._stream = self._open()
        self._rewind()

    def seek(self, table: FrameTable, numbers: FrameNumbers, index: int) -> None:
        """Go to a frame at or before frame `index`, from which all up to it can be decoded.

        Some key frames are only points from which the picture recovers in time. If the first frame
        that comes is too late, the search goes further back, at last to the start of the file.
        """
        keys = numbers.keys_before(index)
        back = 1
        while back <= len(keys) and int(keys[-back]) > 0:
            self._start_decoding_at(table, int(keys[-back]))
            frame = self.next()
            shown = None if frame is None else numbers.of_packet(packet_of(frame))
            if frame is not None and shown is not None and shown <= index - self._fields.was_needed:
                self.put_back(frame)
                return
            back *= 2
        self.restart()

    def seek_time(self, pts: int) -> None:
        """Go to a frame at or before time stamp `pts`, where time stamps only increase.

        Containers look for key frames by decoding time, which may lie before `pts` while the frame
        is shown after it. The search therefore goes further back until a frame is early enough.
        """
        start = self._stream.start_time or 0
        back = 0
        while pts - back > start:
            self._jump(pts - back)
            frame = self.next()
            if frame is not None and frame.pts is not None and frame.pts <= pts:
                self.put_back(frame)
                return
            back = back * 2 if back else self._ticks_per_s
        self.restart()

    def interrupt(self) -> None:
        """Make a blocked read return, if that waits for a web server. Any thread may call it."""
        self._media.interrupt()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._end_bad_run()
        self._media.close()

    def _open(self) -> tuple[MediaInput, VideoStream]:
        return open_track(self._location, self.name, self._format)

    def _rewind(self, first: int | None = 0) -> None:
        """Forget what was decoded. The next packet is number `first`; None if that is unknown."""
        self._packets: Iterator[Packet[VideoStream]] = self._media.container.demux(self._stream)
        self._number = first
        self._decoded: deque[VideoFrame] = deque()
        self._fields = Deinterlacer()
        self._alpha_decoder = alpha_decoder(self._stream)
        self._lost = []
        self._end_bad_run()

    @property
    def _ticks_per_s(self) -> int:
        return max(1, round(1.0 / float(self._stream.time_base or 1)))

    def _jump(self, pts: int) -> None:
        self._media.container.seek(pts, stream=self._stream)
        self._rewind(first=None)

    def _start_decoding_at(self, table: FrameTable, key: int) -> None:
        """Make packet `key` the next: by the container's own index, or by reading up to it."""
        pts = table.pts[table.packets == key]
        for back in _SEEK_BACK_S if len(pts) else ():
            with contextlib.suppress(av.error.FFmpegError):
                self._jump(int(pts[0]) - back * self._ticks_per_s)
                if self._recognise(table, key):
                    break
        else:
            self.restart()
        while self._number is not None and self._number < key:
            if self._next_packet() is None:
                return

    def _recognise(self, table: FrameTable, key: int) -> bool:
        """Read up to a packet that `table` knows; False if that is already behind `key`."""
        for packet in itertools.islice(self._packets, _UNKNOWN_PACKETS):
            number = table.places.get((packet.pts, packet.pos)) if packet.is_keyframe else None
            if packet.size and number is not None:
                self._packets = itertools.chain((packet,), self._packets)
                self._number = number
                return number <= key
        return False

    def _next_packet(self) -> Packet[VideoStream] | None:
        """The next packet, which hands its number on to the frame that is decoded from it.

        A packet that may be damaged is decoded, unless the file ends within it: that gives only
        part of a picture.
        """
        packet = self._demuxed()
        if packet is not None and packet.is_corrupt:
            following = self._demuxed()
            if following is None or not following.size:
                packet = following
            else:
                self._packets = itertools.chain((following,), self._packets)
        if packet is not None and packet.size and self._number is not None:
            packet.opaque = _PacketTag(self._number)
            self._number += 1
        return packet

    def _demuxed(self) -> Packet[VideoStream] | None:
        try:
            return next(self._packets, None)
        except TimeoutError as error:
            raise SourceError(
                f"{self.name} stopped coming; check the network and try again."
            ) from error
        except OSError as error:  # of the container, or of the disk
            raise SourceError(
                f"{self.name} can't be read any further ({error.strerror or error}); copy or "
                "download it again."
            ) from error

    def _decode(self, packet: Packet[VideoStream]) -> None:
        try:
            decoder = self._alpha_decoder
            frames = decoder.decode(packet) if decoder is not None else packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError as error:
            self._lost.append(packet.pts)
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
        self._lost += [frame.pts for frame in frames if frame.is_corrupt]
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

"""Video files: exact frame numbers and presentation times."""

from __future__ import annotations

import dataclasses
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from av.video.frame import VideoFrame

from app.core.source import Ended, Reading, SourceInfo
from app.media.decoder import VideoDecoder
from app.media.frames import FrameConverter, pixel_aspect
from app.media.index import FrameTable, FrameTimes, assumed_times
from models.errors import SourceError
from models.frames import Frame

_INDEX_AT_OPEN_BYTES = 256 << 20  # well below a second; longer files are indexed when sought
_NEARER_BY_DECODING = 12  # frames ahead up to which decoding is faster than seeking


class VideoSource:
    """A video file, or one on a web server.

    Frames have square pixels, are upright (rotation in the file is applied) and come as 8-bit RGB
    whatever the file holds. `Frame.index` counts the frames in display order, and `Frame.time_s` is
    the file's own time stamp, so that variable rates are kept. On a web server the frame number is
    computed from the nominal rate; local files are exact.

    Raises
    ------
    SourceError
        If it cannot be opened.
    """

    def __init__(self, location: str | Path) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._segment = 0
        self._counted = 0  # number of the next decoded frame, by counting
        self._target = 0  # earlier frames are decoded but not shown
        self._last_index: int | None = None  # of the last frame shown in this segment
        self._ended = False
        self._said_broken = False
        self._indexed = False
        self._decoder = VideoDecoder(str(location))
        with ExitStack() as unless_opened:
            unless_opened.callback(self._decoder.close)
            stream, size_bytes = self._decoder.stream, self._decoder.size_bytes
            self._picturer = FrameConverter(pixel_aspect(stream))
            self._times: FrameTimes = assumed_times(stream, evenly_spaced=self._decoder.is_url)
            first = self._first_frame()
            self._info = SourceInfo(
                spec=str(location),
                title=self._decoder.name,
                live=False,
                size=self._picturer.size_of(first),
                note=self._picturer.note_of(first),
                fps=float(stream.average_rate) if stream.average_rate else None,
                frame_count=stream.frames or None,
            )
            if size_bytes is not None and size_bytes <= _INDEX_AT_OPEN_BYTES:
                self._read_index()
            unless_opened.pop_all()

    @property
    def info(self) -> SourceInfo:
        return self._info

    def read(self, timeout_s: float) -> Reading:
        """The next frame, or Ended.

        Raises SourceError, once, where the file breaks off.
        """
        deadline = time.monotonic() + timeout_s
        with self._lock:
            while not self._closed:
                decoded = None if self._ended else self._decoder.next()
                if decoded is None:
                    return self._at_end()
                index = self._times.index_of(decoded.pts, self._counted)
                self._counted = index + 1
                if index >= self._target:
                    return self._frame(decoded, index)
                if time.monotonic() > deadline:
                    return None
            return None

    def seek(self, index: int) -> None:
        """Make `index` exactly the next frame.

        Raises
        ------
        SourceError
            If the file has gone.
        """
        with self._lock:
            if self._closed:
                return
            if index > 0 and not self._indexed and not self._decoder.is_url:
                self._read_index()
            count = self._info.frame_count
            index = max(0, index if count is None else min(index, count - 1))
            if self._ended or not 0 <= index - self._counted <= _NEARER_BY_DECODING:
                self._jump(index)
            self._target = index
            self._last_index = None
            self._segment += 1
            self._ended = self._said_broken = False

    def close(self) -> None:
        """Close the file, after the frame that is being decoded."""
        with self._lock:
            self._closed = True
            self._decoder.close()

    def _first_frame(self) -> VideoFrame:
        first = self._decoder.next()
        if first is None:
            raise SourceError(
                f"{self._decoder.name} has no picture that can be decoded; choose another file."
            )
        self._decoder.put_back(first)
        return first

    def _read_index(self) -> None:
        table = self._decoder.read_table()
        self._indexed = True
        if table is not None:
            self._times = table
            self._info = dataclasses.replace(self._info, frame_count=len(table))

    def _jump(self, index: int) -> None:
        pts = self._times.pts_of(index) if index else None
        if pts is None:
            self._decoder.restart()
        else:
            self._decoder.seek(pts)
        self._counted = 0

    def _frame(self, decoded: VideoFrame, index: int) -> Frame:
        rgb = self._picturer.rgb(decoded)
        size = (rgb.shape[1], rgb.shape[0])
        if self._last_index is not None and (
            index > self._last_index + 1 or size != self._info.size
        ):
            self._segment += 1  # frames are missing, or the picture changed its size
        if size != self._info.size:
            self._info = dataclasses.replace(self._info, size=size)
        self._last_index = index
        time_s = self._times.time_s(decoded.pts, index)
        unit = decoded.time_base
        duration_s = float(decoded.duration * unit) if decoded.duration and unit else None
        return Frame(rgb, index, self._segment, time.monotonic_ns(), time_s, duration_s=duration_s)

    def _at_end(self) -> Ended:
        self._ended = True
        if not self._indexed and not self._decoder.is_url:
            self._read_index()  # the table is only needed now, to detect missing frames
        if self._info.frame_count is None:
            self._info = dataclasses.replace(self._info, frame_count=self._counted)
        table = self._times
        if isinstance(table, FrameTable) and table.missing_s and not self._said_broken:
            self._said_broken = True
            shown_s = table.time_s(None, len(table) - 1)
            raise SourceError(
                f"{self._decoder.name} ends early after frame {len(table)} ({shown_s:.1f} of "
                f"{shown_s + table.missing_s:.1f} s); copy or download it again."
            )
        return Ended()

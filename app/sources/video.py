"""Video files: exact frame numbers and presentation times."""

from __future__ import annotations

import dataclasses
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from av.video.frame import VideoFrame

from app.core.source import Ended, Reading, SignalLost, SourceInfo
from app.media.counting import FrameCounting
from app.media.decoder import VideoDecoder
from app.media.frames import FrameConverter
from app.media.numbering import Numbered, Numbering
from models.errors import SourceError
from models.frames import Frame

COUNTED_AT_OPEN_BYTES = 32 << 20
"""Up to this length the frames are counted before the first is shown; it takes milliseconds."""
_NEARER_BY_DECODING = 12  # frames ahead up to which decoding is faster than seeking


class VideoSource:
    """A video file, or one on a web server.

    Frames have square pixels, are upright (rotation in the file is applied) and come as 8-bit RGB
    whatever the file holds. `Frame.index` counts the frames in order of presentation from the first
    that can be decoded. `Frame.time_s` follows the file's own time stamps, so that variable rates
    are kept; where the stamps start again, as in clips joined end to end, times go on and a new
    segment begins. Numbers and seeks are exact for local files. On a web server the target of a
    seek is computed from the nominal rate.

    Frames of a long file are counted in the background; `info.frame_count` is None until then.

    Raises
    ------
    SourceError
        If it cannot be opened.
    """

    def __init__(self, location: str | Path) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._segment = 0
        self._target = 0  # earlier frames are decoded but not shown
        self._last: Numbered | None = None  # the last frame shown in this segment
        self._awaited: int | None = None  # to be sought as soon as the frames are counted
        self._ended = self._said_broken = False
        self._decoder = VideoDecoder(str(location))
        self._counting: FrameCounting | None = None
        with ExitStack() as unless_opened:
            unless_opened.callback(self._decoder.close)
            stream, size_bytes = self._decoder.stream, self._decoder.size_bytes
            self._picturer = FrameConverter.of(stream)
            self._numbering = Numbering(self._decoder)
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
            if size_bytes is not None:
                self._count_frames(size_bytes)
            unless_opened.pop_all()

    @property
    def info(self) -> SourceInfo:
        """See Source; `note` says how far the counting is."""
        counting = self._counting
        if counting is None:
            return self._info
        percent = counting.percent // 10 * 10
        note = f"Counting the frames of this long file: {percent} %. {self._info.note}"
        return dataclasses.replace(self._info, note=note.rstrip())

    def read(self, timeout_s: float) -> Reading:
        """The next frame, or Ended; SignalLost while a seek waits for the frames to be counted.

        Raises SourceError, once, where the file breaks off.
        """
        deadline = time.monotonic() + timeout_s
        with self._lock:
            if self._counting is not None and self._awaited is not None:
                self._counting.wait(timeout_s)
            self._take_count()
            if self._awaited is not None:
                return self._waiting()
            while not self._closed:
                decoded = None if self._ended else self._decoder.next()
                if decoded is None and self._counting is not None:
                    self._counting.wait(max(0.0, deadline - time.monotonic()))
                    self._take_count()
                    if self._counting is not None:
                        return None  # whether the file is complete is not known yet
                if decoded is None:
                    return self._at_end()
                numbered = self._numbering.number(decoded)
                if numbered.index >= self._target:
                    return self._frame(decoded, numbered)
                if time.monotonic() > deadline:
                    return None
            return None

    def seek(self, index: int) -> None:
        """Make `index` exactly the next frame.

        While the frames are still being counted, reading says so until they are.

        Raises
        ------
        SourceError
            If the file has gone.
        """
        with self._lock:
            if self._closed:
                return
            self._take_count()
            self._awaited = None
            if self._counting is not None and index > 0 and not self._is_near(index):
                self._awaited = index
            else:
                self._go_to(index)
            self._last = None
            self._segment += 1
            self._ended = self._said_broken = False

    def close(self) -> None:
        """Close the file, after the frame that is being decoded."""
        counting = self._counting
        if counting is not None:
            counting.cancel()
        self._decoder.interrupt()
        with self._lock:
            self._closed = True
            self._counting = None
            self._decoder.close()

    def _first_frame(self) -> VideoFrame:
        first = self._decoder.next()
        if first is None:
            raise SourceError(
                f"{self._decoder.name} has no picture that can be decoded; choose another file."
            )
        self._decoder.put_back(first)
        self._numbering.begin_with(first)
        return first

    def _count_frames(self, size_bytes: int) -> None:
        counting = FrameCounting(self._decoder, size_bytes)
        if size_bytes <= COUNTED_AT_OPEN_BYTES:
            counting.run()
            self._use(counting)
        else:
            counting.start()
            self._counting = counting

    def _take_count(self) -> None:
        """Use the table once it is complete, and do what waited for it."""
        counting = self._counting
        if counting is None or not counting.is_done:
            return
        self._counting = None
        self._use(counting)
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            self._go_to(awaited)

    def _use(self, counting: FrameCounting) -> None:
        if counting.table is None:
            return
        self._numbering.use(counting.table)
        self._info = dataclasses.replace(
            self._info,
            frame_count=self._numbering.count,
            left_out_at_start=self._numbering.left_out,
        )

    def _waiting(self) -> Reading:
        if self._closed or self._counting is None:
            return None
        return SignalLost(
            f"Counting the frames of {self._info.title} to find frame {self._awaited}: "
            f"{self._counting.percent} %."
        )

    def _go_to(self, index: int) -> None:
        count = self._info.frame_count
        index = max(0, index if count is None else min(index, count - 1))
        if not self._is_near(index):
            self._numbering.seek(index)
        self._target = index

    def _is_near(self, index: int) -> bool:
        return not self._ended and 0 <= index - self._numbering.next <= _NEARER_BY_DECODING

    def _frame(self, decoded: VideoFrame, numbered: Numbered) -> Frame:
        rgb = self._picturer.rgb(decoded)
        size = (rgb.shape[1], rgb.shape[0])
        last = self._last
        if last is not None and (
            numbered.index > last.index + 1  # frames are missing
            or numbered.run != last.run  # another clip begins
            or size != self._info.size
        ):
            self._segment += 1
        if size != self._info.size:
            self._info = dataclasses.replace(self._info, size=size)
        self._last = numbered
        return Frame(
            rgb,
            numbered.index,
            self._segment,
            time.monotonic_ns(),
            numbered.time_s,
            duration_s=_duration_s(decoded),
        )

    def _at_end(self) -> Ended:
        first_time, self._ended = not self._ended, True
        cut = self._numbering.finish() if first_time else None
        count = self._numbering.count
        if count is not None:
            self._info = dataclasses.replace(self._info, frame_count=count)
        if cut is not None and not self._said_broken:
            self._said_broken = True
            raise SourceError(
                f"{self._decoder.name} ends early after frame {cut.frames} ({cut.shown_s:.1f} of "
                f"{cut.shown_s + cut.missing_s:.1f} s); copy or download it again."
            )
        return Ended()


def _duration_s(decoded: VideoFrame) -> float | None:
    unit = decoded.time_base
    return float(decoded.duration * unit) if decoded.duration and unit else None

"""Numbers and times of decoded frames: from the file's table, or by counting."""

from __future__ import annotations

from dataclasses import dataclass

from av.video.frame import VideoFrame

from app.media.decoder import VideoDecoder, packet_of
from app.media.frame_table import FrameNumbers, FrameTable
from app.media.times import NominalTimes, Timeline

_CHECKED = 8  # frames at the start by which a table is checked


@dataclass(frozen=True, slots=True)
class Numbered:
    """A frame's place in its file.

    Attributes
    ----------
    index
        In order of presentation, from 0.
    time_s
        Seconds since the first frame.
    run
        Changes where the file's time stamps start again.
    """

    index: int
    time_s: float
    run: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A file that ends before its time: `frames` were shown, the last at `shown_s`."""

    frames: int
    shown_s: float
    missing_s: float


class Numbering:
    """Numbers the frames of a decoder, and takes it to a frame.

    Reading from the start, frames are counted, those that could not be decoded included. A table
    says the same, and knows it after a seek as well. Some packets hold half a frame (fields) or
    none, which only decoding shows. A table that contradicts what is decoded at the start is
    therefore not used, and seeks count from the start.
    """

    def __init__(self, decoder: VideoDecoder) -> None:
        self._decoder = decoder
        self._timeline = Timeline(decoder.stream)
        self._nominal = NominalTimes.of(decoder.stream)
        self._table: FrameTable | None = None
        self._numbers: FrameNumbers | None = None
        self._first_packet = -1
        self._checked = 0
        self._is_counted = True  # from the first frame on
        self._is_estimated = False  # the next frame's number comes from its time
        self.next = 0
        self.count: int | None = None

    @property
    def left_out(self) -> int:
        """Number of frames at the start that cannot be decoded."""
        return self._table.left_out if self._table is not None else 0

    def begin_with(self, first: VideoFrame) -> None:
        """Frame 0 is `first`: what comes before it in the file cannot be decoded."""
        self._decoder.take_lost(first)
        self._first_packet = packet_of(first)

    def use(self, table: FrameTable) -> None:
        """Number frames by `table` from now on, if it proves right."""
        self._table = table.beginning_with(self._first_packet)
        self.count = len(self._table)
        if self._table.is_ordered and self._first_packet >= 0:
            self._numbers = FrameNumbers(self._table)

    def number(self, frame: VideoFrame) -> Numbered:
        """Number of the next frame of the decoder. To be called for each, in order."""
        lost = self._decoder.take_lost(frame)
        if self._is_estimated:
            self.next = self._nominal.index_of(frame.pts, self.next)
            self._is_estimated = False
        elif self._is_counted and self.next:
            self.next += lost
        index = self._by_table(frame)
        if index is None:
            index = self.next
        self.next = index + 1
        return self._numbered(frame, index)

    def seek(self, index: int) -> None:
        """Take the decoder to frame `index` or one before it."""
        table, numbers = self._table, self._numbers
        if index > 0 and numbers is not None:
            self._check()
            numbers = self._numbers
        if self._decoder.is_url and index > 0:
            self._decoder.seek_time(self._nominal.pts_of(index))
            self._timeline.jump()
            self._is_counted, self._is_estimated = False, True
            return
        self.next = 0
        self._timeline.restart()
        self._is_counted = index <= 0 or table is None or numbers is None
        if self._is_counted or table is None or numbers is None:
            self._decoder.restart()
        else:
            self._decoder.seek(table, numbers, index)

    def finish(self) -> Cut | None:
        """Note that the last frame was read; what is missing, if the file breaks off."""
        lost = self._decoder.take_lost(None)
        if self._is_counted or self._numbers is not None:
            self.count = self.next
        table = self._table
        if table is None:
            return None
        missing_s = table.missing_s
        if lost and self._is_counted:
            missing_s = max(missing_s, table.time_s(self.next + lost) - table.time_s(self.next))
        if not missing_s:
            return None
        return Cut(self.next, table.time_s(self.next - 1), missing_s)

    def _by_table(self, frame: VideoFrame) -> int | None:
        if self._numbers is None:
            return None
        index = self._numbers.of_packet(packet_of(frame))
        if self._is_counted and self._checked < _CHECKED:
            self._checked += 1
            if index != self.next:
                self._distrust()
                return None
        return None if index is None else max(index, self.next)

    def _check(self) -> None:
        """Decode the start, unless that was done, to see whether the table holds."""
        if self._checked >= _CHECKED:
            return
        self.next = self._checked = 0
        self._is_counted = True
        self._decoder.restart()
        while self._checked < _CHECKED and (frame := self._decoder.next()) is not None:
            self.number(frame)
            if self._numbers is None:
                return
        self._checked = _CHECKED

    def _distrust(self) -> None:
        self._numbers = None
        self.count = None

    def _numbered(self, frame: VideoFrame, index: int) -> Numbered:
        table = self._table
        time_s = self._timeline.time_s(frame.pts, index)  # always: it needs all frames
        if table is not None and self._numbers is not None and index < len(table):
            return Numbered(index, table.time_s(index), int(table.runs[index]))
        return Numbered(index, time_s, self._timeline.run)

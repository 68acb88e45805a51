"""The order, the times and the number of a file's frames, found without decoding them.

Containers know their number of frames only roughly, and a time stamp is no frame number: rates
vary, stamps repeat, and in clips that were joined end to end they start again. A frame is
identified by the packet that holds it, counted in the order of the file, which the decoder hands
on to the picture it makes. Reading all packets once, which costs as much as reading the file from
disk, then gives the order of presentation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeGuard

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

_MICROSECOND = Fraction(1, av.time_base)
_MISSING_S = 0.5  # truncated files lack whole seconds; rounding in headers, a frame or two
_FALLBACK_RATE = Fraction(25)
_REPORT_EVERY = 20  # packets between calls of `on_progress`
# Formats whose header says how long they are; elsewhere FFmpeg estimates it from what is there.
_WITH_DURATION = frozenset({"asf", "avi", "flv", "matroska", "mov", "mxf", "ogg"})

Int64 = NDArray[np.int64]
Place = tuple[int | None, int | None]
"""Time stamp of a packet and its position in the file."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameTable:
    """All frames of a file in order of presentation.

    Attributes
    ----------
    packets
        (N,) int64, the packet of each frame; packets are counted in the order of the file.
    pts
        (N,) int64, the file's own time stamps, in units of `time_base`.
    times
        (N,) int64, never decreasing: like `pts`, but where stamps start again they go on.
    runs
        (N,) int64, never decreasing; changes where time stamps start again.
    keys
        (K,) int64, ascending, packets from which decoding can start.
    time_base
        Seconds per unit.
    places
        Packets of `keys` by what they look like after a jump; None for those that look alike.
    is_ordered
        False if the packets have no times: the order is known only from decoding.
    missing_s
        How much shorter the file is than its header says; 0 if it is complete.
    left_out
        Number of frames at the start that cannot be decoded, since the file begins between two key
        frames; they are not in the table.
    """

    packets: Int64
    pts: Int64
    times: Int64
    runs: Int64
    keys: Int64
    time_base: Fraction
    places: dict[Place, int | None]
    is_ordered: bool = True
    missing_s: float = 0.0
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.packets)

    def time_s(self, index: int) -> float:
        """Seconds from the first frame to frame `index`, which is clamped."""
        last = len(self.times) - 1
        return float((int(self.times[min(index, last)]) - int(self.times[0])) * self.time_base)

    def beginning_with(self, packet: int) -> FrameTable:
        """The table without the frames before the one in `packet`."""
        found = np.flatnonzero(self.packets == packet)
        if not len(found) or found[0] == 0:
            return self
        first = int(found[0])
        return dataclasses.replace(
            self,
            packets=self.packets[first:],
            pts=self.pts[first:],
            times=self.times[first:],
            runs=self.runs[first:],
            left_out=self.left_out + first,
        )


class FrameNumbers:
    """Frame numbers by packet, and the packet to start decoding at. Made from a table once."""

    def __init__(self, table: FrameTable) -> None:
        self._table = table
        last = max(int(table.packets.max()), int(table.keys.max(initial=0)))
        self._frames = np.full(last + 1, -1, np.int64)
        self._frames[table.packets] = np.arange(len(table))

    def of_packet(self, packet: int) -> int | None:
        """Number of the frame in `packet`; None if it holds none."""
        if not 0 <= packet < len(self._frames):
            return None
        frame = int(self._frames[packet])
        return None if frame < 0 else frame

    def keys_before(self, index: int) -> Int64:
        """Key packets, ascending, that come before frame `index` in the file and on screen."""
        keys = self._table.keys
        keys = keys[: int(np.searchsorted(keys, self._table.packets[index], side="right"))]
        return keys[self._frames[keys] <= index]


class Timeline:
    """Presentation times without a table: stamps that start again go on behind the last frame.

    Parameters
    ----------
    stream
        Gives the unit of time stamps, and the time between frames.
    """

    def __init__(self, stream: VideoStream) -> None:
        self.rate = stream.average_rate or stream.guessed_rate or _FALLBACK_RATE
        self.time_base = stream.time_base or 1 / self.rate
        self.restart()

    def restart(self) -> None:
        """The next frame is the first."""
        self.run = 0
        self._first: int | None = None
        self._last: int | None = None
        self._offset = 0

    def jump(self) -> None:
        """The next frame is another one of the same file."""
        self._last = None

    def time_s(self, pts: int | None, index: int) -> float:
        """Seconds since the first frame; `run` changes where the stamps start again."""
        if pts is None:
            return float(index / self.rate)
        if self._first is None:
            self._first = pts
        if self._last is not None and pts < self._last:
            self.run += 1
            self._offset += self._last + _ticks(self.rate, self.time_base) - pts
        self._last = pts
        return float((pts + self._offset - self._first) * self.time_base)


@dataclass(frozen=True, slots=True)
class NominalTimes:
    """Frames are assumed to be evenly spaced, for seeking in files that cannot be read through."""

    start: int
    time_base: Fraction
    rate: Fraction

    @classmethod
    def of(cls, stream: VideoStream) -> NominalTimes:
        """What can be assumed about `stream` without reading the file."""
        rate = stream.average_rate or stream.guessed_rate or _FALLBACK_RATE
        return cls(stream.start_time or 0, stream.time_base or 1 / rate, rate)

    def pts_of(self, index: int) -> int:
        """Presentation time at the nominal rate."""
        return self.start + round(index / self.rate / self.time_base)

    def index_of(self, pts: int | None, counted: int) -> int:
        """Number of the frame shown at `pts`; `counted` if there is no time."""
        if pts is None:
            return counted
        return max(0, round((pts - self.start) * self.time_base * self.rate))


@dataclass(slots=True)
class _Packets:
    """What is kept of the packets while they are read."""

    pts: list[int | None] = dataclasses.field(default_factory=list)
    shown: list[bool] = dataclasses.field(default_factory=list)
    keys: list[int] = dataclasses.field(default_factory=list)
    runs: list[int] = dataclasses.field(default_factory=list)
    places: dict[Place, int | None] = dataclasses.field(default_factory=dict)
    is_last_cut: bool = False
    _highest: int | None = None
    _run: int = 0

    def add(self, packet: Packet[VideoStream], shown: bool) -> None:
        number, pts = len(self.pts), packet.pts if packet.pts is not None else packet.dts
        if packet.is_keyframe:
            self.keys.append(number)
            place = (packet.pts, packet.pos)
            self.places[place] = None if place in self.places else number
            # A key frame is shown after all pictures before it in the file; if its stamp is
            # earlier, the stamps started again.
            if pts is not None and self._highest is not None and pts < self._highest:
                self._run += 1
                self._highest = None
        if pts is not None:
            self._highest = pts if self._highest is None else max(self._highest, pts)
        self.is_last_cut = packet.is_corrupt
        self.pts.append(pts)
        self.shown.append(shown)
        self.runs.append(self._run)


class CountingCancelled(Exception):  # noqa: N818 - no error
    """Reading the table was cancelled."""


def read_table(
    container: InputContainer,
    stream: VideoStream,
    on_progress: Callable[[int], bool] = lambda _position: True,
) -> FrameTable | None:
    """Read `container` to its end. None if there are no frames.

    Afterwards the container is at its end and must be sought or opened again.

    Parameters
    ----------
    container, stream
        Just opened.
    on_progress
        Called with the position in the file, in bytes; returns whether to go on.

    Raises
    ------
    CountingCancelled
        If `on_progress` said so.
    """
    packets, end_s, first_s = _Packets(), 0.0, 0.0
    is_shown = _shows_picture if stream.codec_context.name == "vp8" else _is_not_discarded
    for count, packet in enumerate(container.demux()):
        if count % _REPORT_EVERY == 0 and not on_progress(packet.pos or 0):
            raise CountingCancelled
        if not packet.size:
            continue
        last = packet.pts if packet.pts is not None else packet.dts
        if last is not None and not packet.is_corrupt:
            end_s = max(end_s, float((last + (packet.duration or 0)) * packet.time_base))
            first_s = min(first_s, float(last * packet.time_base))
        if packet.stream is stream and _is_video(packet):
            packets.add(packet, is_shown(packet))
    table = _table_of(packets, stream)
    if table is None or table.runs[-1] or len(packets.pts) >= stream.frames > 0:
        return table
    return dataclasses.replace(table, missing_s=_missing_s(container, first_s, end_s))


def _table_of(packets: _Packets, stream: VideoStream) -> FrameTable | None:
    shown = np.array(packets.shown, bool)
    shown[len(shown) - packets.is_last_cut :] = False
    numbers = np.flatnonzero(shown)
    if not len(numbers):
        return None
    timeline = Timeline(stream)
    time_base = stream.time_base or timeline.time_base
    step = _ticks(timeline.rate, time_base)
    is_ordered = all(packets.pts[number] is not None for number in numbers)
    runs = np.array(packets.runs, np.int64)[numbers]
    if is_ordered:
        pts = np.array([packets.pts[number] for number in numbers], np.int64)
        order = np.lexsort((numbers, pts, runs))
        numbers, pts, runs = numbers[order], pts[order], runs[order]
    else:
        pts = np.arange(len(numbers), dtype=np.int64) * step
    return FrameTable(
        packets=numbers,
        pts=pts,
        times=_joined(pts, runs, step),
        runs=runs,
        keys=np.array(packets.keys, np.int64),
        time_base=time_base,
        places=packets.places,
        is_ordered=is_ordered,
    )


def _joined(pts: Int64, runs: Int64, step: int) -> Int64:
    """Times that go on where a run of stamps ends: the next begins one `step` later."""
    times = pts.copy()
    for start in np.flatnonzero(np.diff(runs)) + 1:
        times[start:] += times[start - 1] + step - times[start]
    return times


def _missing_s(container: InputContainer, first_s: float, end_s: float) -> float:
    """Seconds that the header promises beyond the last packet.

    Writers disagree whether a duration counts from zero or from the first frame. Only a file that
    is too short by both is cut.
    """
    if _WITH_DURATION.isdisjoint(container.format.name.split(",")):
        return 0.0
    missing_s = float((container.duration or 0) * _MICROSECOND) - (end_s - min(0.0, first_s))
    return missing_s if missing_s > _MISSING_S else 0.0


def _ticks(rate: Fraction, time_base: Fraction) -> int:
    """Units of time between two frames."""
    return max(1, round(1 / rate / time_base))


def _is_video(packet: Packet[Any]) -> TypeGuard[Packet[VideoStream]]:
    return isinstance(packet.stream, VideoStream)


def _is_not_discarded(packet: Packet[VideoStream]) -> bool:
    """Whether the container wants its picture shown (edit lists cut some)."""
    return not packet.is_discard


def _shows_picture(packet: Packet[VideoStream]) -> bool:
    """Whether a VP8 packet is shown; others only serve as references (RFC 6386, 9.1)."""
    return bool(memoryview(packet)[0] & 0x10)

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

from app.media.frame_table import FrameTable, Int64, Place
from app.media.times import Timeline, ticks_between_frames

_MICROSECOND = Fraction(1, av.time_base)
_MISSING_S = 0.5  # truncated files lack whole seconds; rounding in headers, a frame or two
_REPORT_EVERY = 20  # packets between calls of `on_progress`
# Formats whose header says how long they are; elsewhere FFmpeg estimates it from what is there.
_WITH_DURATION = frozenset({"asf", "avi", "flv", "matroska", "mov", "mxf", "ogg"})


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
    step = ticks_between_frames(timeline.rate, time_base)
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


def _is_video(packet: Packet[Any]) -> TypeGuard[Packet[VideoStream]]:
    return isinstance(packet.stream, VideoStream)


def _is_not_discarded(packet: Packet[VideoStream]) -> bool:
    """Whether the container wants its picture shown (edit lists cut some)."""
    return not packet.is_discard


def _shows_picture(packet: Packet[VideoStream]) -> bool:
    """Whether a VP8 packet is shown; others only serve as references (RFC 6386, 9.1)."""
    return bool(memoryview(packet)[0] & 0x10)

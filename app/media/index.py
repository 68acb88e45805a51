"""Frame numbers and presentation times of a file.

Containers know their number of frames only roughly, and "the frame at 3.2 s" is no frame number
where the rate varies. A table of all presentation times makes both exact. It is made by reading the
packets without decoding them, which costs as much as reading the file from disk once. Where that is
too expensive (web servers) or impossible (raw streams without times), there are two approximations.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

_MICROSECOND = Fraction(1, av.time_base)
_MISSING_S = 0.5  # truncated files lack whole seconds; rounding in headers, a frame or two
_FALLBACK_RATE = Fraction(25)


class FrameTimes(Protocol):
    """Numbers and times of a file's frames; `pts` counts in the file's own unit of time."""

    def pts_of(self, index: int) -> int | None:
        """Presentation time of frame `index`; None if only decoding from the start can tell."""
        ...

    def index_of(self, pts: int | None, counted: int) -> int:
        """Number of the frame shown at `pts`; `counted` is the number found by counting frames."""
        ...

    def time_s(self, pts: int | None, index: int) -> float:
        """Seconds since the first frame."""
        ...


@dataclass(frozen=True, slots=True)
class CountedTimes:
    """Frames are numbered by counting them from the start."""

    start: int
    time_base: Fraction
    rate: Fraction

    def pts_of(self, index: int) -> int | None:  # noqa: ARG002 - of the protocol
        """Always None: only counting can tell."""
        return None

    def index_of(self, pts: int | None, counted: int) -> int:  # noqa: ARG002 - of the protocol
        """The counted number."""
        return counted

    def time_s(self, pts: int | None, index: int) -> float:
        """Seconds since the first frame."""
        if pts is None:
            return float(index / self.rate)
        return float((pts - self.start) * self.time_base)


@dataclass(frozen=True, slots=True)
class NominalTimes(CountedTimes):
    """Frames are assumed to be evenly spaced, for seeking in files that cannot be read through."""

    def pts_of(self, index: int) -> int | None:
        """Presentation time at the nominal rate."""
        return self.start + round(index / self.rate / self.time_base)

    def index_of(self, pts: int | None, counted: int) -> int:
        """Number of the frame at the nominal rate."""
        if pts is None:
            return counted
        return max(counted, round((pts - self.start) * self.time_base * self.rate))


@dataclass(frozen=True, slots=True, eq=False)
class FrameTable:
    """All frames of a file in display order.

    Attributes
    ----------
    pts
        (N,) int64, ascending, in units of `time_base` seconds.
    time_base
        Seconds per unit.
    missing_s
        How much shorter the file is than its header says; 0 if it is complete.
    """

    pts: NDArray[np.int64]
    time_base: Fraction
    missing_s: float = 0.0

    def __len__(self) -> int:
        return len(self.pts)

    def pts_of(self, index: int) -> int | None:
        """Presentation time from the table."""
        return int(self.pts[index])

    def index_of(self, pts: int | None, counted: int) -> int:
        """Number of the frame shown at `pts`, from the table."""
        if pts is None:
            return counted
        return max(0, int(np.searchsorted(self.pts, pts, side="right")) - 1)

    def time_s(self, pts: int | None, index: int) -> float:
        """Seconds since the first frame."""
        shown = int(self.pts[index]) if pts is None else pts
        return float((shown - int(self.pts[0])) * self.time_base)


def assumed_times(stream: VideoStream, *, evenly_spaced: bool) -> CountedTimes:
    """What can be assumed about `stream` without reading the file."""
    kind = NominalTimes if evenly_spaced else CountedTimes
    rate = stream.average_rate or stream.guessed_rate or _FALLBACK_RATE
    return kind(stream.start_time or 0, stream.time_base or 1 / rate, rate)


def read_table(container: InputContainer, stream: VideoStream) -> FrameTable | None:
    """Read `container` to its end. None if its packets have no times (raw streams).

    Afterwards the container is at its end and must be sought or opened again.
    """
    times: list[int] = []
    end_s = 0.0
    for packet in container.demux():
        last = packet.pts if packet.pts is not None else packet.dts
        ours = packet.stream is stream
        if ours and packet.pts is None and packet.size:
            return None
        if last is None or packet.is_corrupt:
            continue
        end_s = max(end_s, float((last + (packet.duration or 0)) * packet.time_base))
        if ours and not packet.is_discard:
            times.append(last)
    if not times or stream.time_base is None:
        return None
    promised_s = float(((container.start_time or 0) + (container.duration or 0)) * _MICROSECOND)
    missing_s = promised_s - end_s
    return FrameTable(
        np.unique(np.array(times, np.int64)),
        stream.time_base,
        missing_s if missing_s > _MISSING_S else 0.0,
    )

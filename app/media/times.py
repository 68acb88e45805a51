"""Times of frames by their stamps, or by their rate, where there is no table of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from av.video.stream import VideoStream

_FALLBACK_RATE = Fraction(25)


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
            self._offset += self._last + ticks_between_frames(self.rate, self.time_base) - pts
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


def ticks_between_frames(rate: Fraction, time_base: Fraction) -> int:
    """Units of time between two frames."""
    return max(1, round(1 / rate / time_base))

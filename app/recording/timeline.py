"""Presentation times of a recording's frames."""

from __future__ import annotations

from app.media.mp4_file import TICKS_PER_S
from models.frames import Frame

_STEP = TICKS_PER_S // 25  # step between frames whose times are unusable
_LEAST = TICKS_PER_S // 1000


class Timeline:
    """Times in 1/90000 s from the first frame; they always increase.

    A recording keeps the rhythm of its source: within a segment frames are as far apart as in the
    source's own time, however long the networks took; between segments, one step. `by_capture` uses
    capture times throughout, which recorded sound needs.
    """

    def __init__(self, by_capture: bool) -> None:
        self._by_capture = by_capture
        self._first_ns: int | None = None
        self._previous = (0, 0.0)  # segment and time
        self.last = -1

    def ticks(self, frame: Frame) -> int:
        """Presentation time of `frame`."""
        if self._first_ns is None:
            self._first_ns = frame.captured_ns
            self.last = 0
        elif self._by_capture:
            since = (frame.captured_ns - self._first_ns) * TICKS_PER_S // 1_000_000_000
            self.last = max(self.last + _LEAST, since)
        else:
            self.last += self._step(frame)
        self._previous = (frame.segment, frame.time_s)
        return self.last

    def since_start_ns(self, frame: Frame) -> int:
        """Capture time since the first frame, at least 0."""
        return max(0, frame.captured_ns - (self._first_ns or frame.captured_ns))

    def _step(self, frame: Frame) -> int:
        segment, time_s = self._previous
        passed = frame.time_s - time_s
        if frame.segment != segment or not 0.0 < passed < 3600.0:
            return _STEP
        return max(_LEAST, round(passed * TICKS_PER_S))

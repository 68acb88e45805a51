"""The last frames, kept for the comparing views.

While paused or stepping, a view that comes on, whose window changes or whose row is moved is
computed again from here. Levels are kept by reference and the flicker meter's inputs are small, so
storing costs no time; memory is bounded. Plain Python, used from the inference thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.analysis.flicker import FlickerMeter
from app.core.flicker_values import MeterInput
from app.core.results import LaneResult
from models.frames import Float32, Frame, UInt8

MAX_FRAMES = 60
MAX_LEVELS_BYTES = 64 << 20
_KEPT_IN_FULL = 2  # frames, so that there is always a pair
_FINGERPRINT_PX = 16
_MAX_SKIPPED = 8  # largest usual gap between two frames while playing in real time
_ALIKE_LEVELS = 12.0
"""Mean difference of two pictures' pixels (of 255) below which one may follow the other."""


@dataclass(slots=True, eq=False)
class HistoryEntry:
    """One frame of the history.

    Attributes
    ----------
    index, segment, cut
        Of the frame.
    fresh
        Lanes whose memory was empty before this frame.
    levels
        By lane, (H, W) uint8 as they were shown.
    frame, disparities
        None once the frame is no longer kept in full.
    reduced
        The flicker meter's input, once it was needed.
    fingerprint
        A few pixels that identify the picture.
    """

    index: int
    segment: int
    cut: bool
    fresh: frozenset[str]
    levels: dict[str, UInt8]
    frame: Frame | None
    disparities: dict[str, Float32] | None
    reduced: MeterInput | None = None
    fingerprint: bytes = b""

    @classmethod
    def of(cls, frame: Frame, lanes: Mapping[str, LaneResult], cut: bool) -> HistoryEntry:
        """Make an entry, in full, from a frame and its lanes' results."""
        return cls(
            index=frame.index,
            segment=frame.segment,
            cut=cut,
            fresh=frozenset(name for name, lane in lanes.items() if lane.fresh),
            levels={name: lane.levels for name, lane in lanes.items()},
            frame=frame,
            disparities={name: lane.depth.disparity for name, lane in lanes.items()},
        )

    def shrink(self) -> None:
        """Keep only the small parts and the levels."""
        if self.frame is not None:
            self.fingerprint = _fingerprint(self.frame)
        self.frame = self.disparities = None

    def shows(self, frame: Frame) -> bool:
        """Whether `frame` is the same frame again."""
        return self.index == frame.index and self._pixels() == _fingerprint(frame)

    def leads_to(self, frame: Frame) -> bool:
        """Whether `frame` comes soon after this one and looks similar."""
        if not 0 < frame.index - self.index <= _MAX_SKIPPED:
            return False
        mine, other = (
            np.frombuffer(pixels, np.uint8).astype(int)
            for pixels in (self._pixels(), _fingerprint(frame))
        )
        return mine.shape == other.shape and float(np.abs(mine - other).mean()) < _ALIKE_LEVELS

    def measurable(self, meter: FlickerMeter) -> MeterInput | None:
        """The flicker meter's input, or None if the frame is not kept in full and has none."""
        if self.reduced is None and self.frame is not None and self.disparities is not None:
            self.reduced = meter.reduced(
                self.frame, self.disparities, cut=self.cut, restarted=self.fresh
            )
        return self.reduced

    def _pixels(self) -> bytes:
        """The fingerprint, computed while the frame is still kept in full."""
        return self.fingerprint if self.frame is None else _fingerprint(self.frame)


class History:
    """A bounded ring of entries, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[HistoryEntry] = deque()

    def __iter__(self) -> Iterator[HistoryEntry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def newest(self) -> HistoryEntry | None:
        """The latest frame."""
        return self._entries[-1] if self._entries else None

    def add(self, entry: HistoryEntry, is_watched: bool) -> None:
        """Add an entry; if no view is on, no more than a pair is kept."""
        self._entries.append(entry)
        if not is_watched:
            while len(self._entries) > _KEPT_IN_FULL:
                self._entries.popleft()
            return
        if len(self._entries) > _KEPT_IN_FULL:
            self._entries[-1 - _KEPT_IN_FULL].shrink()
        each = sum(levels.nbytes for levels in entry.levels.values())
        most = max(_KEPT_IN_FULL, min(MAX_FRAMES, MAX_LEVELS_BYTES // max(each, 1)))
        while len(self._entries) > most:
            self._entries.popleft()

    def renew(self, entry: HistoryEntry) -> bool:
        """Replace the newest entry by the same frame again. True if a lane's result differs."""
        newest = self._entries.pop()
        before, now = newest.disparities or {}, entry.disparities or {}
        is_same = before.keys() == now.keys() and all(before[name] is now[name] for name in now)
        entry.cut = newest.cut
        if is_same:
            entry.reduced, entry.fresh = newest.reduced, newest.fresh
        self._entries.append(entry)
        return not is_same

    def rewind(self, frame: Frame) -> bool | None:
        """Go back to before `frame`; returns whether it was a cut when it was first seen.

        A frame that was skipped while playing counts as following the frames before it if it looks
        like the last of them. Returns None, and forgets everything, if no entry leads to it.
        """
        while self._entries and self._entries[-1].index > frame.index:
            self._entries.pop()
        if self._entries and self._entries[-1].shows(frame):
            return self._entries.pop().cut
        if self._entries and self._entries[-1].leads_to(frame):
            return False
        self._entries.clear()
        return None

    def forget(self, lane: str) -> None:
        """Remove the results of a lane that now has another model."""
        for entry in self._entries:
            for kept in (entry.levels, entry.disparities):
                if kept is not None:
                    kept.pop(lane, None)
            if entry.reduced is not None:
                entry.reduced.disparities.pop(lane, None)

    def measurable(self, meter: FlickerMeter, most: int) -> list[MeterInput]:
        """Inputs for the flicker meter: up to `most` frames of the current shot, oldest first."""
        inputs: list[MeterInput] = []
        for entry in reversed(self._entries):
            reduced = entry.measurable(meter)
            if reduced is None or len(inputs) == most:
                break
            inputs.append(reduced)
            if entry.cut:
                break
        return inputs[::-1]


def _fingerprint(frame: Frame) -> bytes:
    height, width = frame.rgb.shape[:2]
    step = max(1, min(height, width) // _FINGERPRINT_PX)
    return bytes(frame.rgb[step // 2 :: step, step // 2 :: step].tobytes())

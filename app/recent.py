"""The last frames, as far as the comparing views may need them again.

While paused or stepping a view comes on, its window changes or its row is moved: then it is worked
out anew from here. Levels are kept by reference and what the flicker meter has reduced is small, so
remembering costs no time; memory is bounded. Plain Python, used from the inference thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.flicker import FlickerMeter
from app.flicker_values import MeterInput
from app.results import LaneResult
from models.frames import Float32, Frame, UInt8

MAX_FRAMES = 60
MAX_LEVELS_BYTES = 64 << 20
_WHOLE = 2  # frames that are kept whole, so that there is a pair whatever was on before
_GLIMPSE_PX = 16
_FRAMES_LEFT_OUT = 8  # between two that are seen while playing in real time, as a rule
_ALIKE_LEVELS = 12.0
"""Mean difference of two pictures' pixels, of 255, below which one may follow the other."""


@dataclass(slots=True, eq=False)
class Moment:
    """One frame that was seen.

    frame, disparities : None once the frame is no longer kept whole.
    levels : by lane, (H, W) uint8 as they were shown. fresh : lanes whose memory began here.
    reduced : what the flicker meter takes in, once it was wanted.
    glimpse : a few pixels by which the picture is known again.
    """

    index: int
    segment: int
    cut: bool
    fresh: frozenset[str]
    levels: dict[str, UInt8]
    frame: Frame | None
    disparities: dict[str, Float32] | None
    reduced: MeterInput | None = None
    glimpse: bytes = b""

    @classmethod
    def of(cls, frame: Frame, lanes: Mapping[str, LaneResult], cut: bool) -> Moment:
        """The frame with what its lanes gave, whole."""
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
        """Keep only what is small, and the levels."""
        if self.frame is not None:
            self.glimpse = _glimpse(self.frame)
        self.frame = self.disparities = None

    def shows(self, frame: Frame) -> bool:
        """Whether `frame` is this one once more."""
        if self.index != frame.index:
            return False
        return (self.glimpse or (self.frame is not None and _glimpse(self.frame))) == _glimpse(
            frame
        )

    def leads_to(self, frame: Frame) -> bool:
        """Whether `frame` comes soon after this one and looks nearly like it."""
        if not 0 < frame.index - self.index <= _FRAMES_LEFT_OUT:
            return False
        glimpse = self.glimpse or (b"" if self.frame is None else _glimpse(self.frame))
        mine, other = (np.frombuffer(g, np.uint8).astype(int) for g in (glimpse, _glimpse(frame)))
        return mine.shape == other.shape and float(np.abs(mine - other).mean()) < _ALIKE_LEVELS

    def measurable(self, meter: FlickerMeter) -> MeterInput | None:
        """What the meter takes in, or None if it was not wanted while the frame was whole."""
        if self.reduced is None and self.frame is not None and self.disparities is not None:
            self.reduced = meter.reduced(
                self.frame, self.disparities, cut=self.cut, restarted=self.fresh
            )
        return self.reduced


class Recent:
    """A bounded ring of moments, oldest first."""

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque()

    def __iter__(self) -> Iterator[Moment]:
        return iter(self._moments)

    def __len__(self) -> int:
        return len(self._moments)

    @property
    def newest(self) -> Moment | None:
        """The frame that was seen last."""
        return self._moments[-1] if self._moments else None

    def add(self, moment: Moment, is_watched: bool) -> None:
        """Remember one more; where nobody watches, no more than a pair is kept."""
        self._moments.append(moment)
        if not is_watched:
            while len(self._moments) > _WHOLE:
                self._moments.popleft()
            return
        if len(self._moments) > _WHOLE:
            self._moments[-1 - _WHOLE].shrink()
        each = sum(levels.nbytes for levels in moment.levels.values())
        most = max(_WHOLE, min(MAX_FRAMES, MAX_LEVELS_BYTES // max(each, 1)))
        while len(self._moments) > most:
            self._moments.popleft()

    def renew(self, moment: Moment) -> bool:
        """Replace the newest: the same frame once more. True if a lane gave something else."""
        newest = self._moments.pop()
        before, now = newest.disparities or {}, moment.disparities or {}
        is_same = before.keys() == now.keys() and all(before[name] is now[name] for name in now)
        moment.cut = newest.cut
        if is_same:
            moment.reduced, moment.fresh = newest.reduced, newest.fresh
        self._moments.append(moment)
        return not is_same

    def rewind(self, frame: Frame) -> bool | None:
        """Go back to before `frame`; whether it was a cut when it was seen here.

        One that was left out while playing counts as following the frames before it where it
        looks like the last of them. None if nothing here leads to it: then all is forgotten.
        """
        while self._moments and self._moments[-1].index > frame.index:
            self._moments.pop()
        if self._moments and self._moments[-1].shows(frame):
            return self._moments.pop().cut
        if self._moments and self._moments[-1].leads_to(frame):
            return False
        self._moments.clear()
        return None

    def forget(self, lane: str) -> None:
        """Another model runs in `lane`: nothing of the last one is held against it."""
        for moment in self._moments:
            for kept in (moment.levels, moment.disparities):
                if kept is not None:
                    kept.pop(lane, None)
            if moment.reduced is not None:
                moment.reduced.disparities.pop(lane, None)

    def measurable(self, meter: FlickerMeter, most: int) -> list[MeterInput]:
        """What the meter can go through: up to `most` frames of the present shot, oldest first."""
        found: list[MeterInput] = []
        for moment in reversed(self._moments):
            seen = moment.measurable(meter)
            if seen is None or len(found) == most:
                break
            found.append(seen)
            if moment.cut:
                break
        return found[::-1]


def _glimpse(frame: Frame) -> bytes:
    height, width = frame.rgb.shape[:2]
    step = max(1, min(height, width) // _GLIMPSE_PX)
    return bytes(frame.rgb[step // 2 :: step, step // 2 :: step].tobytes())

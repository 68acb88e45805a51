"""Pictures of the clip for the page: x-t slices and the worst frames. Bounded."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from operator import attrgetter

from app.core.flicker_values import FlickerResult
from models.frames import Float32, Frame, UInt8
from models.opencv import cv2

MAX_COLUMNS = 1600
_MAX_ROWS = 360
_THUMB_PX = 320
# least number of frames between two worst frames of a lane, so that an event is shown once
_APART = 12


class Slices:
    """One line of the picture over time, per lane and in colour: (frames, position).

    Frames of another size than the first are brought to its width. When 1600 columns are held,
    every second one is dropped, and from then on only every second frame is taken. `every` is the
    number of frames per column.
    """

    def __init__(self, lanes: tuple[str, ...], line: float = 0.5) -> None:
        self._line = line
        self._taken = 0
        self._length = 0  # of a line
        self.every = 1
        self.rows: list[int] = []
        self.colour: list[UInt8] = []
        self.disparity: dict[str, list[Float32]] = {lane: [] for lane in lanes}

    def drop(self, lane: str) -> None:
        """Forget a lane."""
        self.disparity.pop(lane, None)

    def add(self, frame: Frame, disparities: dict[str, Float32]) -> None:
        """Add one frame; `disparities` are (H, W) float32 by lane."""
        row, self._taken = self._taken, self._taken + 1
        if row % self.every:
            return
        if len(self.rows) >= MAX_COLUMNS:
            self.every *= 2
            self.rows, self.colour = self.rows[::2], self.colour[::2]
            self.disparity = {lane: held[::2] for lane, held in self.disparity.items()}
            if row % self.every:
                return
        height, width = frame.rgb.shape[:2]
        at = min(height - 1, int(self._line * height))
        length = self._length = self._length or min(width, _MAX_ROWS)
        self.rows.append(row)
        self.colour.append(
            cv2.resize(frame.rgb[at : at + 1], (length, 1), interpolation=cv2.INTER_AREA)[0]
        )
        for lane, held in self.disparity.items():
            line = disparities[lane][at : at + 1]
            held.append(cv2.resize(line, (length, 1), interpolation=cv2.INTER_AREA)[0])


@dataclass(frozen=True, slots=True, eq=False)
class WorstFrame:
    """One frame at thumbnail size.

    Attributes
    ----------
    lane
        The lane whose worst frame it is.
    row, index
        Its row in the report and its number in the source.
    error
        The lane's error at this frame.
    rgb
        The picture.
    disparity
        By lane.
    errors
        By lane, the pair's error map.
    """

    lane: str
    row: int
    index: int
    error: float
    rgb: UInt8
    disparity: dict[str, Float32]
    errors: dict[str, Float32]


@dataclass(slots=True)
class WorstFrames:
    """The `count` frames at which each lane flickered most, at least 12 frames apart.

    Attributes
    ----------
    lanes
        Names of the lanes.
    count
        Number of frames per lane.
    first
        The first frame, for a clip in which nothing can be compared.
    """

    lanes: tuple[str, ...]
    count: int
    first: WorstFrame | None = None
    _kept: dict[str, list[WorstFrame]] = field(default_factory=dict)

    def add(
        self, row: int, frame: Frame, disparities: dict[str, Float32], flicker: FlickerResult
    ) -> None:
        """Add frame `row` of the report.

        Parameters
        ----------
        disparities
            By lane, (H, W) float32.
        flicker
            From a meter whose window is one frame.
        """
        if self.first is None:
            self.first = _worst_frame(self.lanes[0], row, math.nan, frame, disparities, flicker)
        for lane in self.lanes:
            error = flicker.lanes[lane].error
            if math.isfinite(error) and self._wants(lane, row, error):
                kept = self._kept.setdefault(lane, [])
                kept[:] = [one for one in kept if abs(one.row - row) >= _APART]
                kept.append(_worst_frame(lane, row, error, frame, disparities, flicker))
                kept.sort(key=attrgetter("error"), reverse=True)
                del kept[self.count :]

    def drop(self, lane: str) -> None:
        """Forget a lane."""
        self.lanes = tuple(one for one in self.lanes if one != lane)
        self._kept.pop(lane, None)

    def of(self, lane: str) -> list[WorstFrame]:
        """The lane's worst frames, the worst first."""
        return self._kept.get(lane, [])

    def _wants(self, lane: str, row: int, error: float) -> bool:
        kept = self._kept.get(lane, [])
        near = [one.error for one in kept if abs(one.row - row) < _APART]
        if near:
            return error > max(near)
        return len(kept) < self.count or error > kept[-1].error


def _worst_frame(
    lane: str,
    row: int,
    error: float,
    frame: Frame,
    disparities: dict[str, Float32],
    flicker: FlickerResult,
) -> WorstFrame:
    width, height = frame.size
    size = (min(width, _THUMB_PX), max(1, round(height * min(1.0, _THUMB_PX / width))))
    return WorstFrame(
        lane=lane,
        row=row,
        index=frame.index,
        error=error,
        rgb=cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA),
        disparity={
            name: cv2.resize(disparity, size, interpolation=cv2.INTER_NEAREST)
            for name, disparity in disparities.items()
        },
        errors={
            name: cv2.resize(one.heat, size, interpolation=cv2.INTER_NEAREST)
            for name, one in flicker.lanes.items()
        },
    )

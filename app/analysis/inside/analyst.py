"""Makes the pictures that a request asks for, with one painter per lane and quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.analysis.inside.quantity import CENTRE, Given, Painter, Point
from app.analysis.inside.request import HIDDEN, InsideRequest
from app.analysis.inside.table import QUANTITIES
from app.core.inside_values import InsidePicture
from app.core.results import LaneResult
from models import registry
from models.errors import UserError
from models.frames import Frame
from models.inside.probe import NO_MEMORY, REMEMBERED

NOT_RUN = "Nothing is known of this frame's inside; play or step one frame."
WHEN_PAUSED = "Too much work for every frame: pause, and it is computed for the one on screen."
RECORDED = "A recording keeps results, not the inside of networks; play its source.mp4 instead."
NO_PAST = "There is none for the first frame of a video; step to the next one."


@dataclass(frozen=True, slots=True, eq=False)
class InsideShown:
    """What there is to show.

    Attributes
    ----------
    pictures
        By lane.
    reasons
        By lane that has no picture, why.
    point
        The query point that the pictures belong to.
    """

    pictures: Mapping[str, InsidePicture] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    point: Point = CENTRE


class InsideAnalyst:
    """Paints frame after frame. Single-threaded.

    Attributes
    ----------
    cursor
        (x, y) under the cursor as shares of the picture, or None; any thread may replace it.
    """

    def __init__(self) -> None:
        self.cursor: Point | None = None
        self._painters: dict[tuple[str, str], Painter] = {}
        self._last: dict[str, tuple[int, int]] = {}

    def forget(self, lane: str) -> None:
        """Drop what is kept of a lane, as it got another network."""
        self._last.pop(lane, None)
        for key in [key for key in self._painters if key[0] == lane]:
            del self._painters[key]

    def query_point(self, pins: Sequence[Point]) -> Point:
        """The query in force: the cursor, else the newest pin, else the picture's centre."""
        return self.cursor or next(reversed(pins), CENTRE)

    def show(
        self,
        frame: Frame,
        lanes: Mapping[str, LaneResult],
        request: InsideRequest,
        pins: Sequence[Point] = (),
        *,
        cut: bool = False,
    ) -> InsideShown:
        """The pictures of a frame; painters that are not asked for are forgotten."""
        point = self.query_point(pins)
        wanted = {(name, request.quantity(name)) for name in lanes}
        wanted = {(name, key) for name, key in wanted if key != HIDDEN}
        self._painters = {key: p for key, p in self._painters.items() if key in wanted}
        pictures: dict[str, InsidePicture] = {}
        reasons: dict[str, str] = {}
        for name, key in sorted(wanted):
            lane = lanes[name]
            if reason := _missing(frame, lane, key):
                reasons[name] = reason
                continue
            painter = self._painters.setdefault((name, key), QUANTITIES[key].make())
            pictures[name] = painter.paint(self._given(name, frame, lane, point, cut))
        return InsideShown(pictures, reasons, point)

    def _given(self, name: str, frame: Frame, lane: LaneResult, point: Point, cut: bool) -> Given:
        assert lane.inside is not None
        last, now = self._last.get(name), (frame.segment, frame.index)
        self._last[name] = now
        is_again = last == now
        is_first = not is_again and (last is None or last[0] != now[0] or cut or lane.fresh)
        return Given(frame, lane, lane.inside, point, is_again, is_first)


def _missing(frame: Frame, lane: LaneResult, key: str) -> str:
    """Why a lane has no picture of a quantity; "" if it has one."""
    inside, quantity = lane.inside, QUANTITIES[key]
    if frame.recorded is not None:
        return RECORDED
    if inside is None:
        if quantity.parts <= REMEMBERED and not _has_memory(lane.model):
            return NO_MEMORY
        return NOT_RUN if quantity.is_live else WHEN_PAUSED
    for part in sorted(quantity.parts):
        if part in inside.missing:
            return inside.missing[part]
        if part not in inside.arrays:
            is_asked = part in inside.answers.parts
            return NO_PAST if is_asked else NOT_RUN if quantity.is_live else WHEN_PAUSED
    return ""


def _has_memory(model: str) -> bool:
    try:
        return registry.find(model).temporal
    except UserError:
        return True  # nobody knows

"""Makes the pictures that a request asks for, with one painter per lane and quantity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.analysis.inside.quantity import CENTRE, Given, Painter, Point
from app.analysis.inside.request import InsideRequest
from app.analysis.inside.table import QUANTITIES
from app.core.inside_values import InsidePicture
from app.core.results import LaneResult
from models.frames import Frame

NOT_RUN = "Nothing is known of this frame's inside; play or step one frame."
WHEN_PAUSED = "Too much work for every frame: pause, and it is computed for the one on screen."
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
    """Paints frame after frame. Single-threaded."""

    def __init__(self) -> None:
        self._painters: dict[tuple[str, str], Painter] = {}
        self._last: dict[str, tuple[int, int]] = {}

    def forget(self, lane: str) -> None:
        """Begin anew with a lane that got another network."""
        self._last.pop(lane, None)
        for key in [key for key in self._painters if key[0] == lane]:
            del self._painters[key]

    def show(
        self,
        frame: Frame,
        lanes: Mapping[str, LaneResult],
        request: InsideRequest,
        point: Point,
        *,
        cut: bool = False,
    ) -> InsideShown:
        """The pictures of a frame; painters that are not asked for are forgotten."""
        wanted = {(name, request.quantity(name)) for name in lanes}
        self._painters = {key: p for key, p in self._painters.items() if key in wanted}
        pictures: dict[str, InsidePicture] = {}
        reasons: dict[str, str] = {}
        for name, lane in lanes.items():
            key = request.quantity(name)
            if reason := _missing(lane, key):
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


def _missing(lane: LaneResult, key: str) -> str:
    """Why a lane has no picture of a quantity; "" if it has one."""
    inside, quantity = lane.inside, QUANTITIES[key]
    if inside is None:
        return NOT_RUN if quantity.is_live else WHEN_PAUSED
    for part in sorted(quantity.parts):
        if part in inside.missing:
            return inside.missing[part]
        if part not in inside.arrays:
            is_asked = part in inside.answers.parts
            return NO_PAST if is_asked else NOT_RUN if quantity.is_live else WHEN_PAUSED
    return ""


def needs_query(request: InsideRequest | None) -> bool:
    """Whether what is shown depends on the query point."""
    return request is not None and any(QUANTITIES[key].has_query for key in (request.a, request.b))

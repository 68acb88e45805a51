"""Pictures resized for their panes in advance, so that the window only paints.

With every frame the window says what it painted; the following frames arrive at that size. A pane
that was moved or zoomed since resizes its picture itself until the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.results import LaneResult
from models.frames import Frame, UInt8
from renderers.prescale import Part, Prescaled, Prescaler

RGB = "rgb"


@dataclass(frozen=True, slots=True, eq=False)
class ViewportRequest:
    """The pictures that the window paints.

    Attributes
    ----------
    parts
        By layer ("rgb" for the frame, or a lane's name), without duplicates; hidden ones are
        absent.
    table
        (256, 3) uint8 colours of the lanes' levels; None leaves the lanes out.
    """

    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    table: UInt8 | None = None

    def merged_with(self, others: ViewportRequest) -> ViewportRequest:
        """Add the request of a second window with the same colours."""
        layers = (*self.parts, *(layer for layer in others.parts if layer not in self.parts))
        parts = {
            layer: tuple(dict.fromkeys(self.parts.get(layer, ()) + others.parts.get(layer, ())))
            for layer in layers
        }
        return ViewportRequest(parts, self.table)


class ViewportPrescaler:
    """Carries out viewport requests; used by one thread at a time."""

    def __init__(self) -> None:
        self._prescalers: dict[tuple[str, int], Prescaler] = {}

    def fit(
        self, viewport_request: ViewportRequest, frame: Frame, lanes: Mapping[str, LaneResult]
    ) -> dict[str, tuple[Prescaled, ...]]:
        """By layer, the requested parts of each picture."""
        pictures: dict[str, tuple[UInt8, UInt8 | None]] = {RGB: (frame.rgb, None)}
        if viewport_request.table is not None:
            pictures |= {
                name: (lane.levels, viewport_request.table) for name, lane in lanes.items()
            }
        return {
            layer: tuple(
                self._fit(*pictures[layer], part, (layer, number))
                for number, part in enumerate(parts)
                if part.is_within(frame.rgb)  # otherwise the request was for frames of another size
            )
            for layer, parts in viewport_request.parts.items()
            if layer in pictures
        }

    def _fit(
        self, picture: UInt8, table: UInt8 | None, part: Part, key: tuple[str, int]
    ) -> Prescaled:
        prescaler = self._prescalers.setdefault(key, Prescaler())
        made = (
            prescaler.rgb(picture, part)
            if table is None
            else prescaler.levels(picture, table, part)
        )
        return Prescaled(part, prescaler.detach(made), table)

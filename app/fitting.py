"""Pictures brought to the size of their panes beside the networks, for the window only to paint.

The window says with every frame what it painted; the frames after it come at that size. A pane that
was moved or zoomed since does it by itself until the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.results import LaneResult
from models.frames import Frame, UInt8
from renderers.fitting import Fitted, Fitter, Part

RGB = "rgb"


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """What the window paints.

    parts : by layer, "rgb" for the frame or a lane's name; what is not seen is absent.
    table : (256, 3) uint8 colours of the lanes' levels; None leaves the lanes out.
    """

    parts: Mapping[str, Part] = field(default_factory=dict)
    table: UInt8 | None = None


class Fitting:
    """Carries orders out; used by one thread at a time."""

    def __init__(self) -> None:
        self._fitters: dict[str, Fitter] = {}

    def fit(
        self, orders: Orders, frame: Frame, lanes: Mapping[str, LaneResult]
    ) -> dict[str, Fitted]:
        """By layer, the ordered part of each picture that is there."""
        fitted: dict[str, Fitted] = {}
        for layer, part in orders.parts.items():
            fitter = self._fitters.setdefault(layer, Fitter())
            lane = lanes.get(layer)
            if not part.is_within(frame.rgb):
                continue  # ordered of frames of another size
            if layer == RGB:
                fitted[layer] = Fitted(part, fitter.given(fitter.rgb(frame.rgb, part)))
            elif lane is not None and orders.table is not None:
                pixels = fitter.given(fitter.levels(lane.levels, orders.table, part))
                fitted[layer] = Fitted(part, pixels, orders.table)
        return fitted

"""How far one and the same disparity wanders along the colour bar of lane A."""

from __future__ import annotations

from collections import deque

import numpy as np

from app.lessons.quantities.quantity import Quantity, Reading, Screen
from app.lessons.quantities.sample import sampled

FRAMES = 50
"""Frames that it looks back; 2 s of the built-in scene."""
_LEAST = 25


class _Meter:
    def __init__(self) -> None:
        self._disparity: float | None = None
        self._ranges: deque[tuple[float, float]] = deque(maxlen=FRAMES)
        self._mode = ""

    def add(self, screen: Screen) -> None:
        found, lane = sampled(screen, "a"), screen.lane("a")
        if found is None or lane is None:
            return
        if self._disparity is None:
            self._disparity = float(np.nanmedian(found))
        if screen.settings.range_mode != self._mode:  # colours of another mode do not count
            self._mode = screen.settings.range_mode
            self._ranges.clear()
        self._ranges.append(lane.display_range)

    def reading(self) -> Reading | None:
        if self._disparity is None or len(self._ranges) < _LEAST:
            return None
        far, near = np.array(self._ranges).T
        place = 100.0 * (self._disparity - far) / np.maximum(near - far, 1e-9)
        moved = float(np.ptp(place))
        return Reading(
            moved,
            f"The colour of {self._disparity:.3f} wandered over {moved:.0f} % of the colour bar in "
            f"{len(self._ranges)} frames.",
        )


QUANTITY = Quantity(
    "colour-change",
    f"how far the median disparity moved along the colour bar within {FRAMES} frames, in percent",
    _Meter,
    frames=FRAMES,
    needs="Watching the colours for two seconds.",
)

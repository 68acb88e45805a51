"""How much more lane A changes at a reset of its memory than between other frames."""

from __future__ import annotations

from collections import deque
from statistics import median

import numpy as np

from app.lessons.quantities.quantity import Quantity, Reading, Screen
from app.lessons.quantities.sample import sampled
from models.frames import Float32

_LEAST, _FRAMES = 6, 30


class _Meter:
    def __init__(self) -> None:
        self._before: Float32 | None = None
        self._steps: deque[float] = deque(maxlen=_FRAMES)
        self._jump: float | None = None

    def add(self, screen: Screen) -> None:
        now, lane = sampled(screen, "a"), screen.lane("a")
        if now is None or lane is None:
            return
        before, self._before = self._before, now
        if before is None or before.shape != now.shape:
            return
        step = float(np.nanmean(np.abs(now - before)))
        if lane.fresh:
            self._jump = step
        else:
            self._steps.append(step)

    def reading(self) -> Reading | None:
        if self._jump is None or len(self._steps) < _LEAST:
            return None
        usual = max(median(self._steps), 1e-9)
        return Reading(
            self._jump / usual,
            f"A changed by {self._jump:.3f} at the reset and by {usual:.3f} between other frames: "
            f"{self._jump / usual:.1f} times.",
        )


QUANTITY = Quantity(
    "jump-at-a-reset",
    "mean change of A at a reset of its memory, over its usual change between frames",
    _Meter,
    frames=30,
    resets_at=20,
    needs="Press R, and wait for a few frames.",
)

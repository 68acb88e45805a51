"""The point cloud's stride, chosen from the measured draw time."""

from __future__ import annotations

from collections import deque
from statistics import median

STRIDES = (
    *(quarters / 4 for quarters in range(4, 16)),
    4.0,
    4.5,
    5.0,
    6.0,
    7.0,
    8.0,
    10.0,
    12.0,
    16.0,
)
"""Close to each other, because each point costs a slow machine time that it needs elsewhere."""

FEWEST_POINTS = 60_000
"""Moving clouds have at least as many points, in pictures that have as many pixels."""

_WINDOW = 5
_COARSER_ABOVE = 1.3
_FINER_BELOW = 0.7


def starting_stride(width: int, height: int, software: bool) -> float:
    """1 on a GPU; on software GL the coarsest, which becomes finer where draws are quick."""
    return coarsest_stride(width, height) if software else STRIDES[0]


def coarsest_stride(width: int, height: int) -> float:
    """The largest stride with at least FEWEST_POINTS points."""
    enough = (s for s in reversed(STRIDES) if width * height / s**2 >= FEWEST_POINTS)
    return next(enough, STRIDES[0])


def finer_stride(stride: float) -> float | None:
    """The next stride to refine a still cloud with: at most half as far apart; None after 1."""
    if stride <= STRIDES[0]:
        return None
    return max((float(int(s)) for s in STRIDES if s <= stride / 2), default=STRIDES[0])


class StridePolicy:
    """Switches to a coarser or finer stride when the draw time leaves a band around the budget.

    The cost is proportional to 1 / stride². The stride becomes finer only if the predicted cost
    stays well below the budget, so that it does not oscillate. After each change `_WINDOW` draws
    are measured before the next. It never exceeds `coarsest`.
    """

    def __init__(self, stride: float, budget_ms: float, coarsest: float = STRIDES[-1]) -> None:
        self.stride = stride
        self._budget_ms = budget_ms
        self._strides = [s for s in STRIDES if s <= max(stride, coarsest)]
        self._recent: deque[float] = deque(maxlen=_WINDOW)

    def observe(self, draw_ms: float) -> bool:
        """Add one measured draw time; True if the stride changed."""
        self._recent.append(draw_ms)
        if len(self._recent) < _WINDOW:
            return False
        chosen = self._choose(median(self._recent))
        if chosen == self.stride:
            return False
        self.stride = chosen
        self._recent.clear()
        return True

    def _choose(self, cost_ms: float) -> float:
        place = self._strides.index(self.stride)
        if cost_ms > self._budget_ms * _COARSER_ABOVE:
            for coarser in self._strides[place + 1 :]:
                if cost_ms * (self.stride / coarser) ** 2 <= self._budget_ms:
                    return coarser
            return self._strides[-1]
        if place > 0:
            finer = self._strides[place - 1]
            if cost_ms * (self.stride / finer) ** 2 < self._budget_ms * _FINER_BELOW:
                return finer
        return self.stride

"""The point cloud's stride, chosen from the measured draw time."""

from __future__ import annotations

from collections import deque
from statistics import median

STRIDES = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 16.0)
"""Whole ones are cut from a picture several times as fast."""

ENOUGH_POINTS = 30_000
"""Moving clouds need no more; each of them is coloured by its part of the picture."""
GAP_PX = 3.4
"""Nor need points be closer than this on screen."""

_WINDOW = 5
_COARSER_ABOVE = 1.3
_FINER_BELOW = 0.7


def coarsest_stride(width: int, height: int, shown_px: float) -> float:
    """The largest stride of a moving cloud.

    It gives ENOUGH_POINTS points, or points no more than GAP_PX apart on a screen where a pixel of
    the (width, height) picture is `shown_px` wide.
    """
    most = max((width * height / ENOUGH_POINTS) ** 0.5, GAP_PX / max(shown_px, 1e-6))
    return max((stride for stride in STRIDES if stride <= most), default=STRIDES[0])


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

"""The quality at which networks run for a given time per frame. Plain logic with hysteresis."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass

QUALITIES = (2 / 3, 7 / 9, 8 / 9, 1.0)
"""Fractions of the input size to choose from. Below the lowest, frames are skipped instead."""


@dataclass(frozen=True, slots=True)
class Patience:
    """When to change the quality.

    Attributes
    ----------
    miss
        Multiple of the budget that a median frame must take for a lower quality.
    room
        Fraction of the budget that the next higher quality may be expected to take.
    down_s, up_s
        Seconds that this must have lasted.
    settle_s
        Seconds after a change in which nothing is decided, while models warm up.
    regret_s
        A reduction so soon after an increase doubles the wait before the next increase, up to
        up_most_s.
    """

    miss: float = 1.15
    room: float = 0.8
    down_s: float = 2.0
    up_s: float = 8.0
    settle_s: float = 4.0
    regret_s: float = 30.0
    up_most_s: float = 300.0


class Budget:
    """Chooses the quality from the time that each frame took. Single-threaded.

    Parameters
    ----------
    frame_ms
        Time that a frame may take.
    """

    def __init__(self, frame_ms: float, patience: Patience | None = None) -> None:
        self.frame_ms = frame_ms
        self._patience = patience or Patience()
        self._took_ms: deque[tuple[float, float]] = deque(maxlen=400)
        self._quiet_until_s = 0.0
        self._since_s: float | None = None
        self._direction = 0
        self._up_s = self._patience.up_s
        self._stepped_up_s: float | None = None

    def add(self, now_s: float, took_ms: float) -> None:
        """Add the computing time of a frame."""
        if now_s >= self._quiet_until_s:
            self._took_ms.append((now_s, took_ms))

    def stepped(self, now_s: float) -> None:
        """Note that the quality or the model changed: forget, and decide nothing for a while."""
        self._took_ms.clear()
        self._since_s, self._direction = None, 0
        self._quiet_until_s = now_s + self._patience.settle_s

    def choose(self, now_s: float, quality: float) -> float:
        """The quality to use from now on; `quality` itself if no change is needed."""
        recent = [ms for at_s, ms in self._took_ms if now_s - at_s <= self._patience.down_s]
        if not recent or now_s < self._quiet_until_s:
            return quality
        took_ms = statistics.median(recent)
        lower = [q for q in QUALITIES if q < quality]
        higher = [q for q in QUALITIES if q > quality]
        wanted = 0
        if took_ms > self._patience.miss * self.frame_ms and lower:
            wanted = -1
        elif higher and took_ms * (higher[0] / quality) ** 2 < self._patience.room * self.frame_ms:
            wanted = 1
        if wanted != self._direction or self._since_s is None:
            self._direction, self._since_s = wanted, now_s
        lasted_s = now_s - self._since_s
        if wanted < 0 and lasted_s >= self._patience.down_s:
            return self._down(now_s, quality, took_ms, lower)
        if wanted > 0 and lasted_s >= self._up_s:
            self._stepped_up_s = now_s
            self.stepped(now_s)
            return higher[0]
        return quality

    def _down(self, now_s: float, quality: float, took_ms: float, lower: list[float]) -> float:
        """The highest quality that is expected to fit, in one step."""
        if self._stepped_up_s is not None and now_s - self._stepped_up_s < self._patience.regret_s:
            self._up_s = min(2 * self._up_s, self._patience.up_most_s)
        self.stepped(now_s)
        fits = [q for q in lower if took_ms * (q / quality) ** 2 <= self.frame_ms]
        return fits[-1] if fits else lower[0]

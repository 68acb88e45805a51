"""How much steadier one lane is than the other, if their numbers say so. Plain Python."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import median

from app.core.results import FrameResult
from models import names

KEPT_PAIRS = 40
"""Pairs of frames that count, of which the analyzer may measure every third: some seconds of a live
picture, so that the words stay current."""
FEWEST_PAIRS = 24
"""Below this, a few frames of fast motion decide which lane looks steadier."""
LEAST_RATIO = 1.25
"""Flicker that differs by less cannot be told by eye; the report calls 5 % the same."""
AGREEING_SHARE = 0.8
"""Of the pairs must have the same lane steadier. By chance 20 of 24 would in less than 1 in 1000
cases if pairs were independent; neighbours are not, hence the ratio besides."""
LEAST_FLICKER = 0.004
"""In units of the lane's spread. Where both lanes flicker less, nothing can be seen: about one of
255 levels of the display."""
MOST_RATIO = 10.0
"""Greater ones divide by next to nothing, and are said as "more than 10"."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The steadier lane, "a" or "b", and how many times less it flickers (at least LEAST_RATIO)."""

    lane: str
    ratio: float


class Steadiness:
    """Collects the flicker of both lanes, pair by pair, while scene and models stay the same."""

    def __init__(self) -> None:
        self._pairs: deque[tuple[float, float]] = deque(maxlen=KEPT_PAIRS)
        self._of: tuple[object, ...] = ()
        self._last_index = -1

    def add(self, result: FrameResult) -> None:
        """Add a result; a cut, another segment or another model starts over."""
        a, b = result.lanes.get("a"), result.lanes.get("b")
        flicker = result.analysis.flicker if result.analysis is not None else None
        if a is None or b is None or flicker is None or _is_truth(a.model, b.model):
            self.clear()
            return
        of = (result.frame.segment, a.model, b.model, a.depth.network_size, b.depth.network_size)
        if of != self._of or result.cut:
            self.clear()
            self._of = of
        if flicker.frame_index == self._last_index:  # shown again, or not measured at this frame
            return
        self._last_index = flicker.frame_index
        pair = tuple(flicker.lanes[name].flicker for name in ("a", "b") if name in flicker.lanes)
        if len(pair) == 2 and all(map(math.isfinite, pair)):
            self._pairs.append((pair[0], pair[1]))

    def clear(self) -> None:
        """Forget every pair."""
        self._pairs.clear()
        self._of, self._last_index = (), -1

    def verdict(self) -> Verdict | None:
        """Which lane is steadier, or None if the numbers do not say."""
        if len(self._pairs) < FEWEST_PAIRS:
            return None
        typical = {"a": median(a for a, _ in self._pairs), "b": median(b for _, b in self._pairs)}
        steady, other = sorted(typical, key=typical.__getitem__)
        if typical[other] < LEAST_FLICKER:
            return None
        agreeing = sum((a < b) == (steady == "a") for a, b in self._pairs if a != b)
        if agreeing < AGREEING_SHARE * len(self._pairs):
            return None
        ratio = typical[other] / typical[steady] if typical[steady] > 0.0 else math.inf
        return Verdict(steady, ratio) if ratio >= LEAST_RATIO else None


def times(ratio: float) -> str:
    """Return how many times, rounded down: "2.4×", or "more than 10×"."""
    if ratio > MOST_RATIO:
        return f"more than {MOST_RATIO:.0f}×"
    return f"{math.floor(ratio * 10) / 10:.1f}×"


def _is_truth(*models: str) -> bool:
    """The truth does not flicker; what a lane differs from it by says nothing of steadiness."""
    return any(names.unsmoothed(model) == names.GROUND_TRUTH for model in models)

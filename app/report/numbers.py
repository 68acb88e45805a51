"""Numbers in words: how many digits, what counts as different, and lists."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

SAME = 0.05
"""Relative difference below which two lanes are called about the same."""

FEW = 10
"""Number of frames below which flicker and speed are mostly chance."""


def figure(value: float, digits: int = 3) -> str:
    """A number for reading: significant digits, no exponent in the usual range."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:.0f}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 6)}f}"


def winner(a: float, b: float, lower_is_better: bool) -> str:
    """Name of the better one, "a" or "b", or "" if they are about the same or one is unknown."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return ""
    if abs(a - b) <= SAME * max(abs(a), abs(b)):
        return ""
    return "a" if (a < b) == lower_is_better else "b"


def best_of(values: Mapping[str, float], lower_is_better: bool) -> tuple[str, ...]:
    """The names whose values are about the best; none if that is true of all of them."""
    known = {name: value for name, value in values.items() if math.isfinite(value)}
    if not known:
        return ()
    best = (min if lower_is_better else max)(known.values())
    found = tuple(name for name, value in known.items() if not winner(best, value, lower_is_better))
    return found if len(found) < len(known) else ()


def counted(number: int, noun: str) -> str:
    """A count with its noun: "1 frame", "2 frames"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(words: Sequence[str]) -> str:
    """The words with commas and "and"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))

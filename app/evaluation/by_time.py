"""Sequences of a depth camera whose files are named by the time they were taken."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from app.evaluation.layout import files
from app.evaluation.values import ClipFrame

_APART_S = 0.02


def by_time(folder: Path) -> tuple[ClipFrame, ...]:
    """Pictures with the depth nearest in time; those without any within 0.02 s are left out."""
    pictures, depth = _with_times(folder / "rgb"), _with_times(folder / "depth")
    times = [when for when, _ in depth]
    pairs = ((picture, nearest(times, when)) for when, picture in pictures)
    return tuple(ClipFrame(picture, depth[at][1]) for picture, at in pairs if at is not None)


def _with_times(folder: Path) -> list[tuple[float, Path]]:
    """Pictures in the order of the times in their names; others are left out."""
    return sorted((when, one) for one in files(folder) if math.isfinite(when := time_s(one)))


def by_order(folder: Path) -> tuple[ClipFrame, ...]:
    """Pictures and depth in the order of their names, whatever their times."""
    pairs = zip(files(folder / "rgb"), files(folder / "depth"), strict=False)
    return tuple(ClipFrame(picture, depth) for picture, depth in pairs)


def time_s(path: Path) -> float:
    """The time in a file's name; NaN if that is no number."""
    try:
        return float(path.stem)
    except ValueError:
        return math.nan


def nearest(times: Sequence[float], wanted: float, apart: float = _APART_S) -> int | None:
    """Index of the nearest of ascending times; None if it is more than `apart` away."""
    at = bisect_left(times, wanted)
    near = [one for one in (at - 1, at) if 0 <= one < len(times)]
    best = min(near, key=lambda one: abs(times[one] - wanted), default=None)
    return best if best is not None and abs(times[best] - wanted) <= apart else None

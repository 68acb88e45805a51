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
    pictures, depth = files(folder / "rgb"), files(folder / "depth")
    times = sorted((time_s(one), one) for one in depth if math.isfinite(time_s(one)))
    frames = []
    for picture in sorted(pictures, key=time_s):
        found = nearest([when for when, _ in times], time_s(picture))
        if found is not None:
            frames.append(ClipFrame(picture, times[found][1]))
    return tuple(frames)


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

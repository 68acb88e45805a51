"""Curve charts and strips over time as inline SVG: no script, no separate file."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 1000, 190
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 8, 24
_MOST_POINTS = 1000


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve. `lane`: "a", "b" or "truth", which decides its colour."""

    name: str
    lane: str
    values: list[float]


def line_chart(
    lines: list[Curve], marks: list[int], *, zero: bool = True, rest: float | None = None
) -> str:
    """Curves over frames with dashed marks at cuts.

    Unknown values leave gaps. A long clip is drawn by the minimum and maximum per column, so that
    no peak is lost.

    Parameters
    ----------
    lines
        The curves.
    marks
        Frames of the cuts.
    zero
        The axis includes 0.
    rest
        Value to mark as "steady", if any.
    """
    count = max((len(line.values) for line in lines), default=0)
    known = [v for line in lines for v in line.values if math.isfinite(v)]
    if count < 2 or not known:
        return '<p class="quiet">Nothing to plot: too few frames.</p>'
    low, high = _limits(known, zero, rest)
    parts = [_frame(count, low, high)]
    parts += [_mark(at, count) for at in marks]
    if rest is not None:
        y = _y(rest, low, high)
        parts.append(f'<line class="rest" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
    above = {upper for upper, _ in coinciding(lines)}
    parts += [
        f'<path class="curve {line.lane}{" over" if line.name in above else ""}" '
        f'd="{_path(line.values, low, high)}"><title>{html.escape(line.name)}</title></path>'
        for line in lines
    ]
    return _svg(parts, HEIGHT, "Chart over frames: " + ", ".join(line.name for line in lines))


def coinciding(lines: list[Curve]) -> list[tuple[str, str]]:
    """(upper, lower) names of curves that coincide: within a pixel everywhere."""
    known = [v for line in lines for v in line.values if math.isfinite(v)]
    if not known:
        return []
    apart = max(0.005 * (max(known) - min(known)), 1e-6 * max(map(abs, known)))
    found = []
    for at, upper in enumerate(lines):
        lower = next((one for one in lines[:at] if _is_close(upper, one, apart)), None)
        if lower is not None:
            found.append((upper.name, lower.name))
    return found


def _is_close(one: Curve, other: Curve, apart: float) -> bool:
    pairs = list(zip(one.values, other.values, strict=True))
    both = [(a, b) for a, b in pairs if math.isfinite(a) and math.isfinite(b)]
    return bool(both) and all(abs(a - b) <= apart for a, b in both)


def strip(picture: str, marks: list[int], count: int, height: int = 130, label: str = "") -> str:
    """A picture whose columns are frames, on the same axis as the charts. `picture`: a data URI."""
    inner = height - 4
    parts = [
        f'<image href="{picture}" x="{LEFT}" y="2" width="{WIDTH - LEFT - RIGHT}" '
        f'height="{inner}" preserveAspectRatio="none"/>',
        # A frame is a column here, and a cut lies before its frame's column.
        *(_mark(at, count + 1, 2, 2 + inner) for at in marks),
        f'<text class="name" x="{LEFT - 8}" y="{height / 2:.0f}">{html.escape(label)}</text>',
    ]
    return _svg(parts, height, f"x-t slice {label}")


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers between the limits."""
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _limits(known: list[float], zero: bool, rest: float | None) -> tuple[float, float]:
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if rest is not None:
        low, high = min(low, rest), max(high, rest)
    if high - low < 1e-12:
        low, high = low - 0.5 * max(abs(low), 1e-3), high + 0.5 * max(abs(high), 1e-3)
    margin = 0.05 * (high - low)
    return (low if zero and low == 0.0 else low - margin), high + margin


def _x(at: float, count: int) -> float:
    return round(LEFT + at / (count - 1) * (WIDTH - LEFT - RIGHT), 2)


def _y(value: float, low: float, high: float) -> float:
    return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 2)


def _frame(count: int, low: float, high: float) -> str:
    parts = []
    values = ticks(low, high)
    step = values[1] - values[0] if len(values) > 1 else 1.0
    decimals = max(0, 2 - math.floor(math.log10(step))) if step < 10 else 0
    for value in values:
        y = _y(value, low, high)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        text = f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"
        parts.append(f'<text class="tick y" x="{LEFT - 8}" y="{y + 4}">{text or "0"}</text>')
    for value in ticks(0, count - 1, 8):
        if value == int(value):
            x = _x(value, count)
            parts.append(f'<text class="tick x" x="{x}" y="{HEIGHT - 6}">{int(value)}</text>')
    return "".join(parts)


def _mark(at: int, count: int, top: float = TOP, bottom: float = HEIGHT - BOTTOM) -> str:
    x = _x(at, max(count, 2))
    return (
        f'<line class="cut" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}">'
        f"<title>Cut at row {at}</title></line>"
    )


def _path(values: list[float], low: float, high: float) -> str:
    count = len(values)
    pieces, drawing = [], False
    for at, value in _thinned(values):
        if math.isfinite(value):
            command = "L" if drawing else "M"
            pieces.append(f"{command}{_x(at, count)} {_y(value, low, high)}")
            drawing = True
        else:
            drawing = False
    isolated = [
        f"M{_x(at, count) - 1} {_y(value, low, high)}h2"
        for at, value in enumerate(values)
        if math.isfinite(value) and _is_isolated(values, at) and count <= _MOST_POINTS
    ]
    return "".join(pieces + isolated)


def _is_isolated(values: list[float], at: int) -> bool:
    before = at > 0 and math.isfinite(values[at - 1])
    after = at + 1 < len(values) and math.isfinite(values[at + 1])
    return not before and not after


def _thinned(values: list[float]) -> list[tuple[int, float]]:
    """(position, value), at most about a thousand: extremes of each run are kept, gaps too."""
    if len(values) <= _MOST_POINTS:
        return list(enumerate(values))
    edges = [round(n * len(values) / (_MOST_POINTS / 2)) for n in range(_MOST_POINTS // 2 + 1)]
    kept: list[tuple[int, float]] = []
    for start, stop in pairwise(edges):
        run = [(values[at], at) for at in range(start, stop) if math.isfinite(values[at])]
        if not run:
            kept.append((start, math.nan))
            continue
        low, high = min(run), max(run)
        kept += sorted({(low[1], low[0]), (high[1], high[0])})
    return kept


def _svg(parts: list[str], height: int, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(label)}">'
        + "".join(parts)
        + "</svg>"
    )

"""What the curves of a chart are called and how they look, and their numbers as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from widgets import theme


@dataclass(frozen=True, slots=True)
class Series:
    """Appearance of a curve: its name in the header, "#rrggbb", and whether it is dashed."""

    name: str
    colour: str
    is_dashed: bool = False


LANES: Mapping[str, Series] = {
    "a": Series("A", theme.LANE_A),
    "b": Series("B", theme.LANE_B, is_dashed=True),
}
"""Lane B is dashed, so that the lanes are told apart without colours."""


def pin_series(pins: int) -> dict[str, Series]:
    """Series "a1", "b1", "a2", ... for pinned points: the pin's colour, lane B dashed."""
    return {
        f"{lane}{pin + 1}": Series(f"{lane.upper()}{pin + 1}", theme.PIN_COLOURS[pin], lane == "b")
        for pin in range(pins)
        for lane in ("a", "b")
    }


def short_number(value: float) -> str:
    """A value with three digits and no exponent; a dash for none."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0 or abs(value) < 1e-6:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(decimals, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

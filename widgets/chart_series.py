"""What the curves of a chart are called and how they look, and their numbers as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from widgets import theme


@dataclass(frozen=True, slots=True)
class Series:
    """Appearance of a curve.

    Attributes
    ----------
    name
        In the header and at the curve's end.
    role
        Name of its colour among `Colours`.
    is_dashed
        Whether it is dashed.
    """

    name: str
    role: str
    is_dashed: bool = False

    @property
    def colour(self) -> str:
        """Its colour in the scheme in force, as "#rrggbb"."""
        return str(getattr(theme.COLOURS, self.role))


LANES: Mapping[str, Series] = {
    "a": Series("A", "lane_a"),
    "b": Series("B", "lane_b", is_dashed=True),
}
"""Lane B is dashed, so that the lanes are told apart without colours."""


def pin_series(pins: int) -> dict[str, Series]:
    """Series "a1", "b1", "a2", ... for pinned points: the pin's colour, lane B dashed."""
    return {
        f"{lane}{pin + 1}": Series(f"{lane.upper()}{pin + 1}", f"pin_{pin + 1}", lane == "b")
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

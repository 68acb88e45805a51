"""The colours of the interface: a dark and a light scheme, and which one is in force.

Text has a contrast of 4.5 at least on every ground it stands on, and what a control is recognised
by one of 3 (WCAG 2.2, 1.4.3 and 1.4.11); a test computes both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour of a scheme as "#rrggbb".

    Lane A and lane B keep theirs in every view; good, warn and bad are used for states alone.
    `border` separates areas, `outline` is the edge of a control, `focus` that of the control with
    the keyboard. `faint` is for what is disabled and for decoration.
    """

    background: str = "#0d0e10"
    surface: str = "#151619"
    raised: str = "#1e2024"
    hover: str = "#282b30"
    border: str = "#2c2f35"
    outline: str = "#787e88"
    focus: str = "#8ab4f8"
    text: str = "#dcdee1"
    quiet: str = "#9aa0a8"
    faint: str = "#565b63"
    lane_a: str = "#4cb5f5"
    lane_b: str = "#ffb000"
    good: str = "#5cc98b"
    warn: str = "#f3e05a"
    bad: str = "#ff6b6b"
    pin_1: str = "#e377c2"
    pin_2: str = "#2ec4a6"
    pin_3: str = "#f4f4f4"
    pin_4: str = "#b7e04a"


DARK = Colours()
LIGHT = Colours(
    background="#f4f5f7",
    surface="#fafbfc",
    raised="#ffffff",
    hover="#e6e9ed",
    border="#d5d9df",
    outline="#747a84",
    focus="#0b57d0",
    text="#16181c",
    quiet="#545a64",
    faint="#a2a8b1",
    lane_a="#0a5fa3",
    lane_b="#8a5200",
    good="#146c3c",
    warn="#735700",
    bad="#b3261e",
    pin_1="#a0267f",
    pin_2="#00695f",
    pin_3="#4a4a4a",
    pin_4="#4f6b00",
)
SCHEMES = {"dark": DARK, "light": LIGHT}


class ColoursInForce:
    """Reads like a `Colours`: those of the scheme that the application uses now."""

    def __init__(self) -> None:
        self._scheme = DARK

    def __getattr__(self, name: str) -> str:
        return cast(str, getattr(self._scheme, name))

    @property
    def scheme(self) -> Colours:
        """All of them, which do not change any more."""
        return self._scheme

    def use(self, scheme: Colours) -> None:
        """Put another scheme in force; who has drawn must draw again."""
        self._scheme = scheme

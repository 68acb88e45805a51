"""What to show of the lanes' insides, and what that asks of their networks."""

from __future__ import annotations

from dataclasses import dataclass

from app.analysis.inside.table import QUANTITIES
from models.inside.probe import NOTHING, Part, Probe

LAST_BLOCK = 0
"""In place of a block's number, which begins with 1."""
_BEYOND = 99


@dataclass(frozen=True, slots=True)
class InsideRequest:
    """One quantity per lane.

    Attributes
    ----------
    a, b
        Keys of `QUANTITIES`.
    block
        Which block's attention, from 1; `LAST_BLOCK` is the last.
    """

    a: str
    b: str
    block: int = LAST_BLOCK

    def quantity(self, lane: str) -> str:
        """Key of the lane's quantity."""
        return self.a if lane == "a" else self.b

    def probe(self, lane: str) -> Probe:
        """What the lane's network must give, at any cost."""
        block = self.block - 1 if self.block != LAST_BLOCK else _BEYOND
        parts = QUANTITIES[self.quantity(lane)].parts
        return Probe(parts, block if Part.ATTENTION in parts else _BEYOND)

    def live_probe(self, lane: str, *, is_lent: bool) -> Probe:
        """What it must give for every frame.

        Parameters
        ----------
        is_lent
            The other lane runs the same network without memory, whose result can be used.
        """
        probe = self.probe(lane)
        is_live = QUANTITIES[self.quantity(lane)].is_live
        return probe if is_live or is_lent else NOTHING

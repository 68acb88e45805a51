"""What to show of the lanes' insides, and what that asks of their networks."""

from __future__ import annotations

from dataclasses import dataclass

from app.analysis.inside.table import QUANTITIES
from models.inside.probe import NOTHING, Part, Probe

HIDDEN = ""
"""In place of a quantity, for a lane that shows none."""
LAST_BLOCK = 0
"""In place of a block's number, which begins with 1."""
_BEYOND = 99


@dataclass(frozen=True, slots=True)
class InsideRequest:
    """One quantity per lane.

    Attributes
    ----------
    a, b
        Keys of `QUANTITIES`, or `HIDDEN`.
    block
        Which block's attention, from 1; `LAST_BLOCK` is the last.
    """

    a: str
    b: str
    block: int = LAST_BLOCK

    def quantity(self, lane: str) -> str:
        """Key of the lane's quantity, or `HIDDEN`."""
        return self.a if lane == "a" else self.b

    def probe(self, lane: str) -> Probe:
        """What the lane's network must give, at any cost."""
        if self.quantity(lane) == HIDDEN:
            return NOTHING
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
        return probe if not probe or is_lent or self._is_live(lane) else NOTHING

    @property
    def has_query(self) -> bool:
        """Whether what is shown depends on the query point."""
        shown = {self.a, self.b} - {HIDDEN}
        return any(QUANTITIES[key].has_query for key in shown)

    def _is_live(self, lane: str) -> bool:
        return QUANTITIES[self.quantity(lane)].is_live

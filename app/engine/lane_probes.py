"""What each lane's network is asked to give of its inside."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from app.analysis.inside.request import InsideRequest
from models import registry
from models.inside.probe import NOTHING, Inside, Probe


@dataclass(frozen=True, slots=True)
class LaneProbes:
    """From what is shown and saved to a probe per lane.

    Attributes
    ----------
    shown
        What the view shows, or None.
    saved
        Given of every frame and lane.
    """

    shown: InsideRequest | None = None
    saved: Probe = NOTHING

    def live(self, models: Mapping[str, str]) -> dict[str, Probe]:
        """What is given of every frame by the lanes of these models; empty without a request."""
        if self.shown is None and not self.saved:
            return {}
        return {name: self._live(name, models) for name in models}

    def whole(self, lane: str) -> Probe:
        """All that is asked of a lane, also what is too slow for every frame."""
        shown = NOTHING if self.shown is None else self.shown.probe(lane)
        return shown.joined(self.saved)

    def is_unanswered(self, lane: str, inside: Inside | None) -> bool:
        """Whether a lane was asked for more than it gave."""
        whole = self.whole(lane)
        if inside is None or not whole:
            return bool(whole)
        return inside.answers != whole and bool(whole.parts - inside.missing.keys())

    def _live(self, lane: str, models: Mapping[str, str]) -> Probe:
        if self.shown is None:
            return self.saved
        other = models.get("b" if lane == "a" else "a", registry.OFF)
        is_lent = other != models[lane] and other == registry.without_memory(models[lane])
        return self.shown.live_probe(lane, is_lent=is_lent).joined(self.saved)


def joined(probes: Mapping[str, Probe]) -> Probe:
    """What all lanes ask for together."""
    return functools.reduce(Probe.joined, probes.values(), NOTHING)

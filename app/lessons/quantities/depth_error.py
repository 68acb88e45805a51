"""How far a network is off at some pixels, in percent of the true distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.lessons.quantities.quantity import Reading, Screen
from app.lessons.quantities.sample import GRID
from models.frames import Bool
from models.metrics import align_robust

_LEAST_PIXELS = 40
_FARTHEST_M = 70.0


@dataclass(frozen=True, slots=True)
class DepthError:
    """Medians over some pixels: the true distance and the network's, in metres."""

    true_m: float
    found_m: float

    @property
    def percent(self) -> float:
        """Positive where the network puts it too far."""
        return 100.0 * (self.found_m / self.true_m - 1.0)

    def reading(self, what: str) -> Reading:
        """Return the percentage, and a sentence on `what`, in which lane B is the network's."""
        where = "too far" if self.percent >= 0.0 else "too near"
        return Reading(
            self.percent,
            f"{what} is {self.true_m:.1f} m away, and B puts it at {self.found_m:.1f} m: "
            f"{abs(self.percent):.0f} % {where}.",
        )


def depth_error(screen: Screen, lane: str, pixels: Bool) -> DepthError | None:
    """The error of a lane there, after a robust fit of the whole picture to the truth."""
    found, truth = screen.lane(lane), screen.result.frame.truth
    if found is None or truth is None or np.count_nonzero(pixels) < _LEAST_PIXELS:
        return None
    disparity, true = found.depth.disparity, truth.disparity
    if disparity.shape != true.shape:
        return None
    fit = align_robust(disparity[GRID], true[GRID])
    middle = float(np.nanmedian(fit.apply(disparity[pixels])))
    return DepthError(1.0 / float(np.median(true[pixels])), 1.0 / max(middle, 1.0 / _FARTHEST_M))

"""A calibration to metres by two points, and the results that it holds for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.results import FrameResult, LaneResult
from models import registry
from models.geometry import Calibration


@dataclass(frozen=True, slots=True)
class SourceCalibration:
    """From one network's disparity to metres, while one source is open.

    Attributes
    ----------
    lane
        The lane in whose disparity the points were measured, "a" or "b".
    family
        Its network. Results of other networks have another scale and stay relative.
    calibration
        From that network's disparity to depth in metres.
    opening
        Number of the opening of a source that it belongs to; another source ends it.
    """

    lane: str
    family: str
    calibration: Calibration
    opening: int

    def of(self, lane: LaneResult) -> Calibration | None:
        """The calibration of a lane's result; None where its network is another one."""
        return self.calibration if registry.family(lane.model) == self.family else None


def with_calibration(result: FrameResult, known: SourceCalibration | None) -> FrameResult:
    """The same result, each lane with its calibration, or without one."""
    wanted = {
        name: None if known is None else known.of(lane) for name, lane in result.lanes.items()
    }
    if all(lane.calibration == wanted[name] for name, lane in result.lanes.items()):
        return result
    lanes = {name: replace(lane, calibration=wanted[name]) for name, lane in result.lanes.items()}
    return replace(result, lanes=lanes)

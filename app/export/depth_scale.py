"""How an exported file makes depth of disparity, and in which unit; every file says so itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.core.results import LaneResult
from models.frames import Float32
from models.geometry import Calibration
from renderers.point_cloud import CloudOptions, default_calibration

METRE = "metre"
ARBITRARY = "arbitrary (relative disparity)"
_GUESS = (
    "the disparity is relative, so scale and shift of the depth are a guess that puts the near end "
    "of the usual range at 1 and the far end at 8"
)
_LEAST_INVERSE = 1e-6
_MEASURED = "the disparity is in 1/metre or was calibrated by measured distances"


@dataclass(frozen=True, slots=True)
class DepthScale:
    """From a lane's disparity to depth along the optical axis.

    Attributes
    ----------
    calibration
        depth = 1 / (offset + gain · disparity); points and meshes keep to its limits.
    is_metric
        The depth is in metres; else in a unit of its own, and only its shape means something.
    """

    calibration: Calibration
    is_metric: bool

    @property
    def unit(self) -> str:
        """The unit of depth, as files state it."""
        return METRE if self.is_metric else ARBITRARY

    @property
    def cloud(self) -> CloudOptions:
        """Options of a point cloud or a mesh at this scale."""
        return CloudOptions(calibration=self.calibration)

    def depth(self, disparity: Float32) -> Float32:
        """(H, W) disparity to (H, W) float32 depth; NaN where it is unknown or infinite."""
        inverse = self.calibration.offset + self.calibration.gain * disparity
        with np.errstate(divide="ignore", invalid="ignore"):
            depth: Float32 = np.where(inverse > _LEAST_INVERSE, 1.0 / inverse, np.nan)
        return depth.astype(np.float32, copy=False)

    def facts(self) -> Mapping[str, str | float]:
        """What a file states beside its numbers, by key."""
        return {
            "unit": self.unit,
            "formula": "depth = 1 / (offset + gain * disparity), along the optical axis",
            "offset": self.calibration.offset,
            "gain": self.calibration.gain,
            "note": _MEASURED if self.is_metric else _GUESS,
        }


def depth_scale(lane: LaneResult) -> DepthScale:
    """The scale of one lane's result: metres where they are known, else by its display range."""
    metres = lane.to_metres
    if metres is not None:
        return DepthScale(metres, is_metric=True)
    return DepthScale(default_calibration(*lane.display_range), is_metric=False)

"""How the point cloud turns a lane's disparity into metres."""

from __future__ import annotations

from app.core.results import LaneResult
from app.settings.settings import Settings
from models.geometry import Calibration
from renderers.cloud_options import CloudOptions
from renderers.point_cloud import calibration_in_force


def cloud_calibration(settings: Settings, lane: LaneResult) -> Calibration:
    """By a and b of the settings, or as the cloud chooses them; measured ones come first."""
    if lane.calibration is not None:
        return lane.calibration
    shaped = Calibration(settings.cloud_offset, settings.cloud_gain)
    options = CloudOptions(calibration=shaped if settings.cloud_gain > 0.0 else None)
    return calibration_in_force(options, lane.display_range, lane.depth.unit)

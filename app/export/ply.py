"""Point clouds, one file per frame."""

from __future__ import annotations

from app.core.results import FrameResult
from app.export.exporter import Target
from models.frames import Unit
from renderers.ply import write_ply
from renderers.point_cloud import CloudOptions, calibration_in_force, cloud_points


class PlyExporter:
    """`ply/000000.ply`: coloured points. Metres only if the estimator gives metres."""

    def __init__(self, target: Target) -> None:
        self._folder = target.subfolder("ply")

    def write(self, result: FrameResult) -> str:
        lane = result.lanes["a"]
        unit = lane.depth.unit
        calibration = calibration_in_force(CloudOptions(), lane.display_range, unit)
        options = CloudOptions(stride=1, calibration=calibration)
        points, colours = cloud_points(
            result.frame.rgb, lane.depth.disparity, options, result.frame.intrinsics
        )
        metric = unit is Unit.INVERSE_METRE
        comment = f"unit: {'metre' if metric else 'arbitrary (relative disparity)'}"
        name = f"{result.frame.index:06d}.ply"
        write_ply(self._folder / name, points, colours, comment)
        return f"ply/{name}"

    def close(self) -> None:
        """Do nothing: every file is complete."""

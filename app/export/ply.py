"""Point clouds, one file per frame."""

from __future__ import annotations

from pathlib import Path

from app.core.results import FrameResult, LaneResult
from app.export.depth_scale import DepthScale, depth_scale
from app.export.exporter import Target
from models.frames import Frame
from renderers.ply import write_ply
from renderers.point_cloud import cloud_points


def write_frame(path: Path, frame: Frame, lane: LaneResult, scale: DepthScale) -> None:
    """Write the coloured points of a lane's result.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    points, colours = cloud_points(frame.rgb, lane.depth.disparity, scale.cloud, frame.intrinsics)
    write_ply(path, points, colours, f"unit: {scale.unit}")


class PlyExporter:
    """`ply/000000.ply`: coloured points. Metres only if the estimator gives metres."""

    def __init__(self, target: Target) -> None:
        self._folder = target.subfolder("ply")

    def write(self, result: FrameResult) -> str:
        lane = result.lanes["a"]
        name = f"{result.frame.index:06d}.ply"
        write_frame(self._folder / name, result.frame, lane, depth_scale(lane))
        return f"ply/{name}"

    def close(self) -> None:
        """Do nothing: every file is complete."""

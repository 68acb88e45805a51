"""Which share of the cloud's points hangs between near and far; files leave them out."""

from __future__ import annotations

from app.lessons.quantities.cloud_depth import cloud_calibration
from app.lessons.quantities.quantity import Quantity, Reading, Screen
from renderers.cloud_options import CloudOptions
from renderers.point_cloud import cloud_points

_STRIDE = 4
_KEEPS_ALL = 1e6


class _Meter:
    def __init__(self) -> None:
        self._newest: Screen | None = None

    def add(self, screen: Screen) -> None:
        if screen.lane(screen.settings.cloud_lane) is not None:
            self._newest = screen

    def reading(self) -> Reading | None:
        if self._newest is None:
            return None
        every, kept = self._count(_KEEPS_ALL), self._count(self._newest.settings.cloud_edge_ratio)
        if every == 0:
            return None
        percent = 100.0 * (every - kept) / every
        return Reading(percent, f"{percent:.1f} % of the points hang between two surfaces.")

    def _count(self, edge_ratio: float) -> int:
        """Number of points of the cloud, at every fourth pixel."""
        assert self._newest is not None
        settings, result = self._newest.settings, self._newest.result
        lane = result.lanes[settings.cloud_lane]
        calibration = cloud_calibration(settings, lane)
        options = CloudOptions(stride=_STRIDE, edge_ratio=edge_ratio, calibration=calibration)
        rgb, disparity = result.frame.rgb, lane.depth.disparity
        points, _ = cloud_points(rgb, disparity, options)
        return len(points)


QUANTITY = Quantity(
    "points-removed", "share of the cloud's points that is dropped at edges, in percent", _Meter
)

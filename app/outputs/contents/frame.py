"""The frame alone, and a lane's disparity alone in the lane's colours."""

from __future__ import annotations

from app.core.results import FrameResult
from app.outputs.contents.pixels import Size, coloured, fitted, scaled
from app.outputs.scene import Scene
from models.frames import UInt8
from renderers import colormap


def compose_picture(result: FrameResult, _scene: Scene, size: Size) -> UInt8 | None:
    """The source's picture."""
    return scaled(result.frame.rgb, fitted(result.frame.size, size))


def compose_lane_a(result: FrameResult, scene: Scene, size: Size) -> UInt8 | None:
    """Disparity of lane A."""
    return _lane("a", result, scene, size)


def compose_lane_b(result: FrameResult, scene: Scene, size: Size) -> UInt8 | None:
    """Disparity of lane B."""
    return _lane("b", result, scene, size)


def _lane(name: str, result: FrameResult, scene: Scene, size: Size) -> UInt8 | None:
    lane = result.lanes.get(name)
    if lane is None:
        return None
    table = colormap.table(scene.settings.colormap)
    return coloured(lane.levels, table, fitted(result.frame.size, size))

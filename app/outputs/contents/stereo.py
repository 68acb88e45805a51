"""Stereo: both eyes' views in one picture, as televisions, headsets and glasses take it.

Side by side and top and bottom, each view is squeezed to half of the picture, which such devices
stretch again.
"""

from __future__ import annotations

from app.core.results import FrameResult
from app.outputs.contents.pixels import Size, fitted, scaled
from app.outputs.scene import Scene
from app.views.stereo import stereo_options
from models.frames import UInt8
from models.opencv import cv2
from renderers.stereo import stereo_picture


def compose(result: FrameResult, scene: Scene, size: Size) -> UInt8 | None:
    """The frame's picture for two eyes, by the disparity of the lane that the cloud shows."""
    lane = result.lanes.get(scene.settings.cloud_lane) or result.lanes.get("a")
    if lane is None:
        return None
    room = fitted(result.frame.size, size)
    levels = lane.levels
    if levels.shape[1::-1] != room:
        levels = cv2.resize(levels, room, interpolation=cv2.INTER_NEAREST)
    rgb = scaled(result.frame.rgb, room)
    return scaled(stereo_picture(rgb, levels, stereo_options(scene.settings)), room)

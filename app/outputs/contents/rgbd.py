"""RGBD: the picture at the left, lane A's disparity at the right, white near and black far.

Looking Glass and TouchDesigner read it so. Unknown disparity is black, as what is farthest.
"""

from __future__ import annotations

import numpy as np

from app.core.results import FrameResult
from app.outputs.contents.pixels import Size, fitted, scaled
from app.outputs.scene import Scene
from models.frames import UInt8
from models.opencv import cv2


def compose(result: FrameResult, _scene: Scene, size: Size) -> UInt8 | None:
    """Both halves, equally large."""
    lane = result.lanes.get("a") or result.lanes.get("b")
    if lane is None:
        return None
    half = fitted(result.frame.size, (size[0] // 2, size[1]))
    grey = cv2.cvtColor(scaled(lane.levels, half), cv2.COLOR_GRAY2RGB)
    return np.concatenate((scaled(result.frame.rgb, half), grey), axis=1)

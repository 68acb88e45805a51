"""Pictures of a clip's worst frame, small enough to be kept with its results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.evaluation.protocols.protocol import FrameNumbers
from app.report.pictures import common_range, disparity_picture, heat_picture, jpeg_uri
from models.frames import Float32, UInt8
from models.metrics import Spread
from models.opencv import cv2

_LONG_SIDE = 320
_AS_IT_IS = Spread(0.0, 1.0)
FULL_ERROR = 0.5
"""AbsRel of the hottest colour."""


@dataclass(frozen=True, slots=True, eq=False)
class WorstFrame:
    """A frame's maps at thumbnail size.

    Attributes
    ----------
    at
        Its number among the clip's frames.
    absrel
        Its AbsRel.
    depth_m, truth_m
        (h, w) float32; truth is NaN where unknown.
    """

    at: int
    absrel: float
    depth_m: Float32
    truth_m: Float32

    @staticmethod
    def of(at: int, numbers: FrameNumbers) -> WorstFrame:
        """The thumbnails of a frame that was measured."""
        height, width = numbers.depth_m.shape
        scale = min(1.0, _LONG_SIDE / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        depth, truth = (
            cv2.resize(one.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
            for one in (numbers.depth_m, numbers.truth_m)
        )
        return WorstFrame(at, numbers.absrel, depth, truth)


def pictures_of(worst: WorstFrame, rgb: UInt8) -> list[str]:
    """Data URIs: the picture, true disparity, the estimate's on the same range, the error."""
    size = worst.depth_m.shape[::-1]
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    with np.errstate(divide="ignore", invalid="ignore"):
        ours, truth = (np.float32(1) / one for one in (worst.depth_m, worst.truth_m))
        error = np.abs(worst.depth_m - worst.truth_m) / worst.truth_m
    limits = common_range([(truth, _AS_IT_IS)])
    shown = (disparity_picture(one, _AS_IT_IS, limits) for one in (truth, ours))
    return [
        jpeg_uri(one)
        for one in (small, *shown, heat_picture(error.astype(np.float32), small, FULL_ERROR))
    ]

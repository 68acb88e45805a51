"""A grid of pixels of a result, small enough to keep for a while."""

from __future__ import annotations

import numpy as np

from app.lessons.quantities.quantity import Screen
from models.frames import Float32

STEP = 8
GRID = np.s_[STEP // 2 :: STEP, STEP // 2 :: STEP]


def sampled(screen: Screen, lane: str) -> Float32 | None:
    """(N,) float32 disparity of every eighth pixel of a lane; None without the lane."""
    found = screen.lane(lane)
    return None if found is None else found.depth.disparity[GRID].ravel()


def sampled_truth(screen: Screen) -> Float32 | None:
    """(N,) float32 true disparity in 1/m at the same pixels; None without ground truth."""
    truth = screen.result.frame.truth
    return None if truth is None else truth.disparity[GRID].ravel()

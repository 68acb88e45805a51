"""From a network's output to a prediction in the app's units."""

from __future__ import annotations

import numpy as np

from models.estimator import Prediction
from models.estimators.recipe import Gives
from models.frames import Float32, Frame, Unit
from models.opencv import cv2
from models.upsample import upsample

_NEAREST_M = 1e-3
"""Depth below this many metres counts as unknown; its inverse would have no bound."""


def as_prediction(
    output: Float32,
    gives: Gives,
    frame: Frame,
    network_size: tuple[int, int],
    note: str = "",
) -> Prediction:
    """The prediction for `frame`: disparity, or inverse metres, also from depth in metres.

    Parameters
    ----------
    output
        (h, w) float32, finite, as the network returned it; what is below 0 counts as 0.
    network_size
        (width, height) of the network's input.
    note
        One sentence if the model does not run as requested.
    """
    unit = Unit.RELATIVE if gives is Gives.DISPARITY else Unit.INVERSE_METRE
    if gives is Gives.DEPTH_M:
        disparity = _inverse(output, *frame.size)
    else:
        disparity = np.maximum(output, 0, dtype=np.float32)
    return Prediction(disparity, unit, frame.index, frame.size, network_size, note)


def _inverse(depth_m: Float32, width: int, height: int) -> Float32:
    """(h, w) depth to inverse metres, (height, width) with NaN where any depth is unknown."""
    known = depth_m >= _NEAREST_M
    inverse = np.divide(1, depth_m, out=np.zeros_like(depth_m), where=known)
    if known.all():
        return inverse
    upsampled = upsample(inverse, width, height)
    mask = cv2.resize(known.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    upsampled[mask == 0] = np.nan
    return upsampled

"""From a network's output to a prediction in the app's units."""

from __future__ import annotations

import numpy as np

from models.estimator import Prediction
from models.estimators.recipe import Gives, NetworkRecipe
from models.frames import Float32, Frame, Unit
from models.opencv import cv2
from models.upsample import upsample

_NEAREST_M = 1e-3
"""Depth below this many metres counts as unknown; its inverse would have no bound."""


def as_prediction(
    output: Float32,
    recipe: NetworkRecipe,
    frame: Frame,
    network_size: tuple[int, int],
    note: str = "",
) -> Prediction:
    """The prediction for `frame`, of disparity or, from depth in metres, of inverse metres.

    Parameters
    ----------
    output
        (h, w) float32, finite and >= 0, as the network returned it.
    network_size
        (width, height) of the network's input.
    note
        One sentence if the model does not run as requested.
    """
    if recipe.gives is Gives.DISPARITY:
        return Prediction(output, Unit.RELATIVE, frame.index, frame.size, network_size, note)
    inverse = _inverse(output, *frame.size)
    return Prediction(inverse, Unit.INVERSE_METRE, frame.index, frame.size, network_size, note)


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

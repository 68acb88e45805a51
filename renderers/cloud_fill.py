"""The background continued behind nearer surfaces, so that a moved viewer sees no holes there.

It is a guess and is drawn greyed: each place within a band beside an edge, behind the nearer
surface, takes depth and colour of the closest place of the background.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.geometry import Calibration
from models.opencv import cv2
from renderers.cloud_grid import edge_step

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

FILL_PLACES = 8_000
"""The guess is smooth and needs no more places than this in the whole picture."""

_BAND_SHARE = 0.25
_JUMP = 1.3
_BEHIND_ALL = 1.6
"""A fold of the nearer surface is no background: how much nearer than all around that may be."""
_SMOOTH = 5


@dataclass(frozen=True, slots=True, eq=False)
class FilledPoints:
    """Points that no camera saw.

    Attributes
    ----------
    places
        (N, 3) float32: column, row, inverse depth.
    colours
        (N, 3) float32 RGB 0–1.
    gap
        Pixels between points.
    """

    places: Float32
    colours: Float32
    gap: int


def filled_behind(rgb: UInt8, disparity: Float32, calibration: Calibration) -> FilledPoints:
    """The background behind what is nearer.

    Parameters
    ----------
    rgb
        (H, W, 3) uint8.
    disparity
        (H, W) float32, NaN where unknown.
    calibration
        From disparity to depth.
    """
    height, width = disparity.shape
    gap = max(1, round((width * height / FILL_PLACES) ** 0.5))
    coarse = np.s_[gap // 2 :: gap, gap // 2 :: gap]
    inverse = calibration.offset + calibration.gain * disparity[coarse]
    least = np.float32(1.0 / calibration.far_m)
    known = inverse > least  # False where unknown
    inverse = np.where(known, inverse, least).astype(np.float32)
    reach = -(-3 * edge_step(width) // gap)
    band = round(_BAND_SHARE * width / gap)
    farthest = cv2.erode(inverse, np.ones((band + 1,) * 2, np.uint8))
    seeds = known & _is_background_edge(inverse, reach) & (inverse < _BEHIND_ALL * farthest)
    if not seeds.any():
        return FilledPoints(np.empty((0, 3), np.float32), np.empty((0, 3), np.float32), gap)
    distance, closest = _closest(seeds)
    rows, columns = (axis[closest] for axis in np.nonzero(seeds))
    behind = inverse[rows, columns]
    is_filled = (distance <= band) & (inverse > _JUMP * behind)
    behind = _smoothed(behind, is_filled)
    colours = _smoothed(rgb[coarse][rows, columns].astype(np.float32) / 255.0, is_filled)
    row, column = np.nonzero(is_filled)
    places = np.stack([column * gap + gap // 2, row * gap + gap // 2, behind[is_filled]], axis=1)
    return FilledPoints(places.astype(np.float32), colours[is_filled], gap)


def _is_background_edge(inverse: Float32, reach: int) -> NDArray[np.bool_]:
    """True just beyond an edge's blur, on its far side."""
    blurred = cv2.dilate(inverse, np.ones((2 * reach + 1,) * 2, np.uint8))
    wide = cv2.dilate(inverse, np.ones((2 * reach + 5,) * 2, np.uint8))
    edge: NDArray[np.bool_] = (wide > _JUMP * inverse) & (blurred <= (1 + _JUMP) / 2 * inverse)
    return edge


def _closest(seeds: NDArray[np.bool_]) -> tuple[Float32, NDArray[np.intp]]:
    """Distance of each place from the closest seed, and its number in the order of `nonzero`."""
    distance, labels = cv2.distanceTransformWithLabels(
        (~seeds).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    numbers = np.zeros(int(labels.max()) + 1, np.intp)
    numbers[labels[seeds]] = np.arange(np.count_nonzero(seeds))
    return distance, numbers[labels]


def _smoothed(values: Float32, where: NDArray[np.bool_]) -> Float32:
    """Means over a few places among those that count."""
    weight = where.astype(np.float32)
    masked = values * (weight if values.ndim == 2 else weight[..., None])
    size = (_SMOOTH, _SMOOTH)
    total = cv2.boxFilter(masked, -1, size, normalize=False)
    count = np.maximum(cv2.boxFilter(weight, -1, size, normalize=False), 1.0)
    return np.asarray(total / (count if values.ndim == 2 else count[..., None]), np.float32)

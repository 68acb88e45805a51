"""Pixels between two surfaces: files leave them out; on screen snap.frag moves them to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderers.cloud_grid import edge_step

Float32 = NDArray[np.float32]
Places = NDArray[np.intp]

_GENTLE_SHARE = 1 / 3


def sample_step(width: int, stride: float) -> int:
    """Distance of two samples in points of a grid of that stride: about `edge_step` pixels."""
    return max(1, round(edge_step(width) / stride))


def flying(
    inverse: Float32, rows: Places, columns: Places, ratio: float, least: float
) -> NDArray[np.bool_]:
    """True for grid pixels that lie between two surfaces.

    Along the row or the column, depth changes by more than `ratio` to one neighbour and by more
    than a third of that to the other. The rim of a surface has a jump on one side only and is kept;
    so is a plane seen at a grazing angle. Neighbours that are unknown or beyond the far limit count
    as lying at that limit; beyond the picture nothing changes.
    """
    height, width = inverse.shape
    step = edge_step(width)
    centre = inverse[np.ix_(rows, columns)]
    left = np.where(columns < step, columns, columns - step)
    right = np.where(columns + step < width, columns + step, columns)
    above = np.where(rows < step, rows, rows - step)
    below = np.where(rows + step < height, rows + step, rows)

    def change(to_rows: Places, to_columns: Places) -> Float32:
        other = inverse[np.ix_(to_rows, to_columns)]
        other = np.where(other > least, other, np.float32(least))
        factor: Float32 = np.maximum(other / centre, centre / other)
        return factor

    def between(one: Float32, two: Float32) -> NDArray[np.bool_]:
        gentle = 1.0 + _GENTLE_SHARE * (ratio - 1.0)
        flying: NDArray[np.bool_] = np.minimum(one, two) > gentle
        return flying & (np.maximum(one, two) > ratio)

    with np.errstate(invalid="ignore", divide="ignore"):
        return between(change(rows, left), change(rows, right)) | between(
            change(above, columns), change(below, columns)
        )

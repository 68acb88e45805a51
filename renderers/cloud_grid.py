"""Which pixels of a picture become points of a cloud."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

MOST_COLOURS = 400_000
"""Of a coarse cloud: no pane shows more of them while it moves."""


def edge_step(width: int) -> int:
    """The distance in pixels over which depth edges are measured: two at 640, six at 2044.

    It is a fixed angle and not a fixed number of pixels, because networks work at a lower
    resolution than the picture and blur an edge over several of its pixels.
    """
    return max(1, round(width / 320))


def first_pixel(length: int, stride: float) -> int:
    """The first position along an axis of `length` pixels that becomes a point."""
    return min(int(stride) // 2, length - 1)


def picture_step(width: int, height: int, stride: float) -> int:
    """Distance of the pixels that colour a cloud of that stride: about MOST_COLOURS of them."""
    return max(1, min(int(stride), int((width * height / MOST_COLOURS) ** 0.5)))


def grid_axis(length: int, stride: float) -> NDArray[np.intp]:
    """(N,) positions of the pixels along one axis that become points."""
    first = first_pixel(length, stride)
    count = math.ceil((length - first) / stride)
    places: NDArray[np.intp] = first + np.floor(np.arange(count) * stride).astype(np.intp)
    return places


def grid_shape(width: int, height: int, stride: float) -> tuple[int, int]:
    """Rows and columns of points."""
    return len(grid_axis(height, stride)), len(grid_axis(width, stride))


def grid_pixels(picture: NDArray[T], stride: float, rows: slice = slice(None)) -> NDArray[T]:
    """The pixels of an (H, W) or (H, W, C) picture that become points, C-contiguous.

    A cloud of every sixth pixel needs a 36th of a picture. `rows` selects some rows of points.
    """
    height, width = picture.shape[:2]
    if stride == int(stride):
        step = int(stride)
        whole = picture[first_pixel(height, stride) :: step, first_pixel(width, stride) :: step]
        return np.ascontiguousarray(whole[rows])
    return picture[grid_axis(height, stride)[rows][:, None], grid_axis(width, stride)]

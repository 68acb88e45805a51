"""The eight ways in which a stored picture may lie: turned by quarters, mirrored, or both.

Videos say it by a display matrix (ISO 14496-12, section 6.2.2), photographs by EXIF's orientation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)

_EXIF = {
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}


@dataclass(frozen=True, slots=True)
class Orientation:
    """How to make a stored picture upright; the default leaves it as it is.

    Attributes
    ----------
    transposed
        Rows become columns, before anything is flipped.
    flipped_x, flipped_y
        Left and right, top and bottom are exchanged then.
    """

    transposed: bool = False
    flipped_x: bool = False
    flipped_y: bool = False

    @staticmethod
    def of_exif(tag: int) -> Orientation:
        """From EXIF's tag, 1 to 8; anything else counts as upright."""
        return Orientation(*_EXIF.get(tag, (False, False, False)))

    @staticmethod
    def of_matrix(matrix: NDArray[np.int32]) -> Orientation:
        """From a display matrix, nine values in rows: the nearest of the eight.

        It takes the point (x, y) to (a x + c y, b x + d y), with y downwards.
        """
        a, b, _, c, d = (int(value) for value in matrix[:5])
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return Orientation(False, a < 0, d < 0)
        return Orientation(True, c < 0, b < 0)

    def apply(self, picture: NDArray[T]) -> NDArray[T]:
        """The upright picture: (H, W, ...) or, transposed, (W, H, ...); C-contiguous."""
        if self.transposed:
            picture = picture.swapaxes(0, 1)
        across, down = (-1 if self.flipped_x else 1), (-1 if self.flipped_y else 1)
        return np.ascontiguousarray(picture[::down, ::across])

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the upright picture."""
        return (height, width) if self.transposed else (width, height)

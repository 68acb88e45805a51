"""Depth edges (occluding contours), drawn over the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.geometry import Calibration

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]

DEFAULT_RATIO = 1.1


def disparity_edges(
    disparity: Float32, calibration: Calibration, ratio: float = DEFAULT_RATIO
) -> Bool:
    """(H, W) bool, True on both sides where neighbours differ in depth by over `ratio`.

    The occluding contours of Depth Pro (Bochkovskii et al. 2024, section 3.4), computed on inverse
    depth without logarithms. Unknown depth makes no edge, and everything beyond
    the far limit counts as equally far.

    Raises
    ------
    ValueError
        Unless ratio > 1.
    """
    if ratio <= 1.0:
        raise ValueError(f"an edge ratio is greater than 1, not {ratio}")
    inverse = disparity * np.float32(calibration.gain)
    inverse += np.float32(calibration.offset)
    # Everything beyond the far limit is equally far; NaN stays NaN and compares false.
    np.maximum(inverse, np.float32(1.0 / calibration.far_m), out=inverse)
    scaled = inverse * np.float32(ratio)
    edges = np.zeros(disparity.shape, np.bool_)
    across = (inverse[:, 1:] > scaled[:, :-1]) | (inverse[:, :-1] > scaled[:, 1:])
    down = (inverse[1:] > scaled[:-1]) | (inverse[:-1] > scaled[1:])
    edges[:, 1:] |= across
    edges[:, :-1] |= across
    edges[1:] |= down
    edges[:-1] |= down
    return edges


def edge_rgba(edges: Bool, colour: tuple[int, int, int]) -> UInt8:
    """Overlay (H, W, 4) uint8 RGBA: `colour` on edges, transparent elsewhere."""
    table = np.zeros((2, 4), np.uint8)
    table[1] = (*colour, 255)
    overlay: UInt8 = np.take(table, edges.view(np.uint8), axis=0)
    return overlay

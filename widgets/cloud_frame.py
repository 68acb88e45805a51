"""What one cloud is made of."""

from __future__ import annotations

from dataclasses import dataclass

from models.frames import Float32, UInt8
from models.geometry import Calibration, Intrinsics


@dataclass(frozen=True, slots=True, eq=False)
class CloudFrame:
    """Content of one cloud; the arrays must not change any more.

    Attributes
    ----------
    rgb
        (H, W, 3) uint8.
    disparity
        (H, W) float32.
    levels
        (H, W) uint8.
    calibration
        From disparity to depth.
    intrinsics
        Of the source, or None.
    """

    rgb: UInt8
    disparity: Float32
    levels: UInt8
    calibration: Calibration
    intrinsics: Intrinsics | None

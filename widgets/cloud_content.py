"""Content of a point cloud, and the viewpoint from which it is visible."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.frames import Unit
from models.geometry import Calibration, Intrinsics
from renderers.camera import CameraPose, framing
from renderers.cloud_options import CloudOptions
from renderers.point_cloud import calibration_in_force, cloud_points
from widgets.cloud_frame import CloudFrame

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]

_FRAMING_POINTS = 4_000


@dataclass(frozen=True, slots=True)
class Framing:
    """A viewpoint for some content, and its ground.

    Attributes
    ----------
    pose
        The viewpoint.
    floor, reach
        Height and extent of the ground, in metres or in the content's own unit.
    """

    pose: CameraPose
    floor: float
    reach: float


@dataclass(frozen=True, slots=True, eq=False)
class CloudContent:
    """One frame of one lane; the arrays must not change any more.

    Attributes
    ----------
    rgb
        (H, W, 3) uint8.
    disparity
        (H, W) float32 in `unit`.
    levels
        (H, W) uint8.
    display_range
        (far, near) disparity.
    unit
        Of the disparity.
    intrinsics
        Of the source, or None.
    measured
        Calibration by two points, or None.
    """

    rgb: UInt8
    disparity: Float32
    levels: UInt8
    display_range: tuple[float, float]
    unit: Unit
    intrinsics: Intrinsics | None
    measured: Calibration | None = None

    def fits_view_of(self, other: CloudContent | None) -> bool:
        """Whether a viewpoint chosen for `other` also suits this content."""
        mine = (self.disparity.shape, self.unit, self.measured)
        return other is not None and mine == (other.disparity.shape, other.unit, other.measured)

    def amount(self, stride: float) -> str:
        """Number of points at `stride`, as text."""
        points = self.disparity.size / stride**2
        return f"{points / 1e6:.1f} M points" if points >= 1e6 else f"{points / 1e3:.0f} k points"

    def calibration(self, options: CloudOptions) -> Calibration:
        """From disparity to depth under these options."""
        return self.measured or calibration_in_force(options, self.display_range, self.unit)

    def is_metric(self, options: CloudOptions) -> bool:
        """Whether depth is in metres: by two known distances, or as the network gave it."""
        by_hand = options.calibration is not None
        return self.measured is not None or (self.unit is Unit.INVERSE_METRE and not by_hand)

    def frame(self, options: CloudOptions) -> CloudFrame:
        """What the canvas draws."""
        calibration = self.calibration(options)
        return CloudFrame(self.rgb, self.disparity, self.levels, calibration, self.intrinsics)

    def framed(self, options: CloudOptions) -> Framing | None:
        """A viewpoint; None for a picture without any point."""
        height, width = self.disparity.shape
        stride = max(1, round((width * height / _FRAMING_POINTS) ** 0.5))
        coarse = replace(options, stride=stride, calibration=self.calibration(options))
        points, _ = cloud_points(self.rgb, self.disparity, coarse, self.intrinsics)
        if not len(points):
            return None
        floor, reach = np.percentile(points[:, 1], 2), np.percentile(-points[:, 2], 98)
        return Framing(framing(points), float(floor), float(reach) / 2)

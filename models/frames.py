"""Values that travel through the app: a frame, estimates of it, and its ground truth.

All are frozen and never changed after creation; their arrays are shared between threads and must
not be written to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from models.geometry import Intrinsics

Float32 = NDArray[np.float32]
UInt8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]


class Unit(Enum):
    """What one unit of disparity means."""

    RELATIVE = "relative"
    """Affine-invariant: proportional to 1/m up to an unknown scale and shift."""
    INVERSE_METRE = "1/m"


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """What a source knows about a frame besides its colours.

    Attributes
    ----------
    disparity
        (H, W) float32, 1/m, larger is nearer; 0 at infinity, NaN where unknown.
    flow_to_previous
        (H, W, 2) float32, pixels (x, y), or None. The point at p in this frame was at p + flow in
        the previous one.
    covisible
        (H, W) bool or None; True where that point was visible in the previous frame.
    camera_to_world
        (4, 4) float64 or None; camera axes x right, y down, z forward; metres.
    """

    disparity: Float32
    flow_to_previous: Float32 | None = None
    covisible: Bool | None = None
    camera_to_world: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a stream.

    Attributes
    ----------
    rgb
        (H, W, 3) uint8, sRGB, C-contiguous.
    index
        Position in the source, from 0; a live source counts the pictures that it delivered.
    segment
        Changes wherever continuity breaks (seek, loop, gap, new source, new size); sessions are
        then reset.
    captured_ns
        time.monotonic_ns() when the source delivered it.
    time_s
        Media time in seconds from the start of the source.
    intrinsics
        The camera, if known.
    truth
        Ground truth, if the source has it.
    shot
        Number of its shot, which changes at a hard cut, also if the frame behind the cut was
        dropped; None where cuts were not looked for.
    recorded
        By lane name, the lanes' recorded results, which are shown without computing anything. None
        if the frame does not come from a recording.
    damaged_lanes
        Names of the lanes whose recorded result is there but cannot be read.
    duration_s
        How long the source shows it; None if only the next frame tells.
    name
        Of its file, where every frame has one of its own.
    """

    rgb: UInt8
    index: int
    segment: int
    captured_ns: int
    time_s: float
    intrinsics: Intrinsics | None = None
    truth: GroundTruth | None = None
    recorded: Mapping[str, RecordedLane] | None = None
    damaged_lanes: frozenset[str] = frozenset()
    duration_s: float | None = None
    shot: int | None = None
    name: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]


@dataclass(frozen=True, slots=True, eq=False)
class DepthMap:
    """An estimator's result for one frame.

    Attributes
    ----------
    disparity
        (H, W) float32 at the frame's size, larger is nearer, in `unit`; NaN where unknown.
    unit
        Meaning of one unit of disparity.
    frame_index
        Index of the Frame it was computed from.
    network_size
        (width, height) of the network's input; None if there was none.
    """

    disparity: Float32
    unit: Unit
    frame_index: int
    network_size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RecordedLane:
    """A recorded result of a lane; `model` is its registered name at that time."""

    model: str
    depth: DepthMap

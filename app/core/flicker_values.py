"""What goes into the flicker meter and what comes out. Frozen; arrays are not written to."""

from __future__ import annotations

from dataclasses import dataclass

from models.frames import Float32, GroundTruth, UInt8


@dataclass(frozen=True, slots=True, eq=False)
class LaneFlicker:
    """One lane's steadiness at one frame. NaN wherever there is no predecessor to compare with.

    error : mean warped error |warp(d_prev) - d| of this pair, in the lane's unit of disparity.
    flicker : the same in units of the lane's spread (OPW of this pair): no unit, 0 is steady.
    recent : `flicker` averaged over the window.
    heat : (h, w) float32, `flicker` per pixel integrated over the window along the motion; NaN
        where unknown. At the working size, which is smaller than the frame.
    scale : s_t of disparity = s_t * warp(d_prev) + b_t; 1 is steady.
    shift : change of the median level in units of the spread; 0 is steady.
    valid : share of pixels that could be compared, 0–1.
    """

    error: float
    flicker: float
    recent: float
    heat: Float32
    scale: float
    shift: float
    valid: float


@dataclass(frozen=True, slots=True, eq=False)
class FlickerResult:
    """What the meter saw at one frame.

    paired : the frame had a predecessor in the same shot.
    gap : frames of the source from one to the next in the pairs of the window, at most; 1 where all
        are neighbours, 0 without a pair.
    frames : how many frames the heat map has integrated in this shot, this one included.
    motion_px : median motion since then, pixels of the source; NaN without a predecessor.
    still : the picture as a whole did not move (static-scene noise means something).
    true_flow : motion came from the source, not from an estimate.
    """

    frame_index: int
    segment: int
    paired: bool
    motion_px: float
    still: bool
    true_flow: bool
    lanes: dict[str, LaneFlicker]
    gap: int = 0
    frames: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class MeterInput:
    """One frame as the meter needs it, at the working size: small enough to keep for a while.

    size : (width, height) of the frame. grey : (h, w) uint8. disparities : by lane, (h, w) float32.
    cut : it does not follow the frame before it. restarted : lanes that lost their memory before
    it. truth : only where the source's own flow is wanted.
    """

    index: int
    segment: int
    size: tuple[int, int]
    grey: UInt8
    disparities: dict[str, Float32]
    cut: bool = False
    restarted: frozenset[str] = frozenset()
    truth: GroundTruth | None = None

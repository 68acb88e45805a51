"""Inputs and outputs of the flicker meter. Frozen; their arrays are never written to."""

from __future__ import annotations

from dataclasses import dataclass

from models.frames import Float32, GroundTruth, UInt8


@dataclass(frozen=True, slots=True, eq=False)
class LaneFlicker:
    """One lane's steadiness at one frame. NaN where there is no previous frame to compare with.

    Attributes
    ----------
    error
        Mean warped error |warp(d_prev) - d| of this pair, in the lane's unit of disparity.
    flicker
        The same in units of the lane's spread (OPW of this pair): no unit, 0 is steady.
    recent
        `flicker` averaged over the window.
    heat
        (h, w) float32, `flicker` per pixel integrated over the window along the motion; NaN where
        unknown, everywhere if no heat map was wanted. It has the working size, which is smaller
        than the frame.
    scale
        s_t of disparity = s_t * warp(d_prev) + b_t; 1 is steady.
    shift
        Change of the median level in units of the spread; 0 is steady. Both NaN if not wanted.
    valid
        Fraction of pixels that could be compared, 0–1.
    missing
        Why there is no number: "warming up", "cut", "frames skipped" or "memory reset"; else empty.
    """

    error: float
    flicker: float
    recent: float
    heat: Float32
    scale: float
    shift: float
    valid: float
    missing: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FlickerResult:
    """What the meter measured at one frame.

    Attributes
    ----------
    frame_index, segment
        Of the frame.
    paired
        The frame has a predecessor in the same shot.
    motion_px
        Median motion since then in pixels of the source; NaN without a predecessor.
    still
        The camera did not move, by the median of the motion; things in the scene may have.
    true_flow
        The motion came from the source instead of an estimate.
    lanes
        By lane.
    gap
        Largest distance, in frames of the source, between the two frames of a pair in the window; 1
        if all are neighbours, 0 without a pair.
    frames
        Number of frames that the heat map has integrated in this shot, including this one.
    scene_still
        Nothing that can be seen moved, neither camera nor scene.
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
    scene_still: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MeterInput:
    """One frame for the meter, at the working size, so that it is small enough to keep for a while.

    Attributes
    ----------
    index, segment
        Of the frame.
    size
        (width, height) of the frame.
    grey
        (h, w) uint8.
    disparities
        By lane, (h, w) float32.
    cut
        The frame does not continue the one before.
    restarted
        Lanes whose memory was reset before this frame.
    truth
        Only if the source's own flow is requested.
    """

    index: int
    segment: int
    size: tuple[int, int]
    grey: UInt8
    disparities: dict[str, Float32]
    cut: bool = False
    restarted: frozenset[str] = frozenset()
    truth: GroundTruth | None = None

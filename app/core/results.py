"""What the pipeline hands to whoever shows or records it. Frozen; arrays are not written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.flicker_values import FlickerResult
from models.frames import DepthMap, Frame, UInt8
from models.metrics import Alignment
from models.opencv import cv2
from renderers.prescale import Prescaled

MISTAKES = (
    RuntimeError,
    MemoryError,
    ArithmeticError,
    ValueError,
    LookupError,
    TypeError,
    OSError,
    cv2.error,
)
"""What our own work on a model's results may raise; none of it is worth the stream."""

SLICE_FRAMES = 240
"""Frames an x-t slice goes back."""


@dataclass(frozen=True, slots=True, eq=False)
class LaneResult:
    """One lane's answer for one frame.

    model : registered name of the estimator that gave it.
    levels : (H, W) uint8 for display: 0 is unknown, 1–255 spans `display_range` far to near.
    display_range : (far, near) disparity that levels 1 and 255 stand for.
    compute_ms : time the estimator took.
    fresh : the lane's memory was empty when it saw this frame.
    note : one sentence if the lane does not run as it was asked to, else empty.
    """

    model: str
    depth: DepthMap
    levels: UInt8
    display_range: tuple[float, float]
    compute_ms: float
    fresh: bool
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """A - B after B was aligned: levels (H, W) uint8 for the diverging table, limit in A's unit."""

    levels: UInt8
    limit: float
    alignment: Alignment


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What was worked out for one frame; what was not wanted is None or empty.

    heat : by lane, (h, w, 4) uint8 overlay; grey : (H, W) uint8 picture to lay it on.
    slices : by lane, (n * SLICE_FRAMES, W) uint8 levels, about as high as the frame, newest row
        last; they span the last `slice_window` frames, and each lane saw `slice_frames` of them.
    slice_breaks : by lane, lines that do not continue the one before: (age in frames, "cut" or
        "reset").
    edges : (H, W, 4) uint8 overlay; boundary_f1 in [0, 1] where the truth is known.
    is_settled : False where `boundary_f1` is that of a frame a little earlier.
    pins : by lane, disparity at each pin, NaN where unknown.
    failures : by view, one sentence that says why it shows nothing.
    """

    difference: Difference | None = None
    flicker: FlickerResult | None = None
    heat: Mapping[str, UInt8] = field(default_factory=dict)
    grey: UInt8 | None = None
    slices: Mapping[str, UInt8] = field(default_factory=dict)
    slice_frames: Mapping[str, int] = field(default_factory=dict)
    slice_window: int = SLICE_FRAMES
    slice_breaks: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    edges: UInt8 | None = None
    boundary_f1: float | None = None
    is_settled: bool = True
    pins: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Breaks:
    """How often the stream did not go on, since it began: told by counting, so that who misses a
    result still knows of a break in it.

    cuts : in the picture. resets : a lane's memory began anew for another reason.
    """

    cuts: int = 0
    resets: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """Everything the window needs to show one frame.

    lanes : by lane name, "a" and "b"; a lane that is off or failed is absent.
    failures : by lane name, the sentence that says why it is absent.
    stages_ms : time spent per stage: wait, net, display, analysis. A frame waits until the networks
        are done with the one before it, even if a device has begun with it by then, and after
        them until that one is finished.
    is_beside : what comes after `net` went on beside the networks of the next frame.
    done_ns : time.monotonic_ns() when the last stage finished.
    dropped : frames that newer ones replaced before the networks saw them, so far.
    cut : the picture before this one belongs to another shot.
    analysis : what the comparing views need, if any is on.
    breaks : counted up to this frame.
    prescaled : the frame ("rgb") and the lanes' levels ("a", "b") at the sizes at which windows
        painted them last; what none painted is absent.
    """

    frame: Frame
    lanes: dict[str, LaneResult]
    failures: dict[str, str] = field(default_factory=dict)
    stages_ms: dict[str, float] = field(default_factory=dict)
    done_ns: int = 0
    dropped: int = 0
    cut: bool = False
    analysis: Analysis | None = None
    breaks: Breaks = Breaks()
    is_beside: bool = False
    prescaled: Mapping[str, tuple[Prescaled, ...]] = field(default_factory=dict)

    @property
    def pace_ms(self) -> float:
        """Time per frame that the stages allow."""
        net_ms = self.stages_ms.get("net", 0.0)
        after_ms = sum(ms for stage, ms in self.stages_ms.items() if stage not in ("wait", "net"))
        return max(net_ms, after_ms) if self.is_beside else net_ms + after_ms

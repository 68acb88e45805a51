"""Results of the pipeline, for display and recording. Frozen; their arrays are never written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.flicker_values import FlickerResult
from app.core.inside_values import InsidePicture
from models.frames import DepthMap, Frame, UInt8, Unit
from models.geometry import Calibration
from models.inside.probe import Inside
from models.metrics import Alignment
from models.opencv import cv2
from renderers.prescale import Prescaled

PROCESSING_ERRORS = (
    RuntimeError,
    MemoryError,
    ArithmeticError,
    ValueError,
    LookupError,
    TypeError,
    OSError,
    cv2.error,
)
"""Errors that processing a model's result may raise; they cost that result, not the stream."""

LANES = ("a", "b")
"""Names of the lanes, in the order in which they are shown."""

SLICE_FRAMES = 240
"""Number of frames in an x-t slice."""


class AnalysisPart(StrEnum):
    """The parts of an analysis that can fail on their own, as named in messages."""

    INSIDE = "The look inside"
    DIFFERENCE = "The difference"
    FLICKER = "Flicker"
    SLICES = "The x-t slice"
    EDGES = "Depth edges"
    STEREO = "The stereo picture"


@dataclass(frozen=True, slots=True, eq=False)
class LaneResult:
    """One lane's result for one frame.

    Attributes
    ----------
    model
        Registered name of the estimator.
    depth
        The estimator's output.
    levels
        (H, W) uint8 for display: 0 is unknown, 1–255 spans `display_range` from far to near.
    display_range
        (far, near) disparity that levels 1 and 255 stand for.
    compute_ms
        Time the estimator took.
    fresh
        The lane's memory was empty before this frame.
    note
        One sentence if the lane does not run as requested, else empty.
    calibration
        From the disparity to metres, by two points that the user measured; else None.
    inside
        Intermediate results of the network, if any were requested and it gives them.
    """

    model: str
    depth: DepthMap
    levels: UInt8
    display_range: tuple[float, float]
    compute_ms: float
    fresh: bool
    note: str = ""
    calibration: Calibration | None = None
    inside: Inside | None = None

    @property
    def to_metres(self) -> Calibration | None:
        """From the disparity to metres; None where they are not known."""
        if self.calibration is None and self.depth.unit is Unit.INVERSE_METRE:
            return Calibration()
        return self.calibration


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """A - B after aligning B: levels (H, W) uint8 for the diverging table, limit in A's unit."""

    levels: UInt8
    limit: float
    alignment: Alignment


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Analysis of one frame; what was not requested is None or empty.

    Attributes
    ----------
    difference
        A - B, aligned.
    flicker
        The flicker of both lanes.
    heat
        By lane, (h, w, 4) uint8 overlay.
    grey
        (H, W) uint8 picture to draw `heat` on.
    slices
        By lane, (n * SLICE_FRAMES, W) uint8 levels, about as high as the frame, newest row last.
    slice_frames
        By lane, how many frames of the slice are known.
    slice_window
        How many frames the slices span.
    slice_breaks
        By lane, lines that do not continue the one before: (age in frames, "cut" or "reset").
    edges
        (H, W, 4) uint8 overlay.
    boundary_f1
        0–1, where the truth is known.
    is_settled
        False if `boundary_f1` belongs to a slightly earlier frame.
    pins
        By lane, disparity at each pin, NaN where unknown.
    inside
        Pictures of the networks' insides by lane.
    inside_reasons
        By lane that was asked for one and has none, why.
    inside_point
        (x, y) of the query that they belong to, as shares of the picture.
    failures
        By part, one sentence that says why there is none.
    stereo
        Both eyes' views in one (h, w, 3) uint8 picture.
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
    inside: Mapping[str, InsidePicture] = field(default_factory=dict)
    inside_reasons: Mapping[str, str] = field(default_factory=dict)
    inside_point: tuple[float, float] = (0.5, 0.5)
    failures: Mapping[AnalysisPart, str] = field(default_factory=dict)
    stereo: UInt8 | None = None


@dataclass(frozen=True, slots=True)
class Breaks:
    """Number of breaks since the stream began.

    They are counted, so that a reader who misses a result still learns of a break in it.

    Attributes
    ----------
    cuts
        Cuts in the picture.
    resets
        Resets of a lane's memory for another reason.
    """

    cuts: int = 0
    resets: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """Everything the window needs to show one frame.

    Attributes
    ----------
    frame
        The source's frame.
    lanes
        By lane name, "a" and "b"; a lane that is off or failed is absent.
    failures
        By lane name, the sentence that says why it is absent.
    stages_ms
        Time spent per stage: wait, net, display, analysis. `wait` ends when the networks are done
        with the previous frame, even if a device has already begun with this one, and includes the
        wait for the previous frame's postprocessing.
    done_ns
        time.monotonic_ns() at the end of the last stage.
    dropped
        Number of frames so far that newer ones replaced before the networks got them.
    cut
        The previous picture belongs to another shot.
    analysis
        Results for the comparing views, if any is on.
    breaks
        Counted up to this frame.
    is_beside
        The stages after `net` ran in parallel with the networks on the next frame.
    prescaled
        The frame ("rgb") and the lanes' levels ("a", "b") at the sizes at which windows last
        painted them; what was not painted is absent.
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

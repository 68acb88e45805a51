"""Options and results of a comparison."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.report.lane_facts import LaneFacts
from models.estimator import EstimatorOptions
from models.flow import FlowPreset
from models.frames import Unit

LANE_NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")
"""Names of a report's lanes in order; the window has the first two."""

Progress = Callable[[int, int | None, str], None]
"""Called with frames done, frames in all (None if unknown), and the name of the step."""


class Cancelled(Exception):  # noqa: N818 - a request, not a failure
    """The user cancelled the comparison; nothing was written."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """How to compare.

    Attributes
    ----------
    estimator
        How both models run.
    source_size
        (width, height) requested of the source, for rendered scenes.
    mirror, rotate
        How frames are oriented first, as in app.engine.orientation.
    first_frame
        Index of the frame to begin with.
    max_frames
        Number of frames to stop after; None takes all of a file, and 240 of an endless scene.
    preset, short_side
        Quality and size of the optical flow (short side in pixels).
    worst_frames
        How many of each lane's worst frames the page shows; fewer of many lanes.
    truth_budget_bytes
        Disk space beside the report for disparities that wait for the accuracy pass; a clip that
        does not fit is measured on evenly spread pairs of frames, and the report says so.
    is_stopped
        Whether to end with the frames so far, asked before each.
    drops_failed_lanes
        A lane that fails is left out and named as long as another one is left; otherwise it ends
        the comparison.
    """

    estimator: EstimatorOptions = field(default_factory=EstimatorOptions)
    source_size: tuple[int, int] | None = None
    mirror: bool = False
    rotate: int = 0
    first_frame: int = 0
    max_frames: int | None = None
    preset: FlowPreset = FlowPreset.MEDIUM
    short_side: int = 192
    worst_frames: int = 3
    truth_budget_bytes: int = 2 << 30
    is_stopped: Callable[[], bool] = _never
    drops_failed_lanes: bool = False


@dataclass(frozen=True, slots=True)
class FailedLane:
    """A lane that was left out.

    Attributes
    ----------
    model
        Registered name.
    reason
        A sentence.
    """

    model: str
    reason: str


@dataclass(slots=True)
class LaneRow:
    """One lane at one frame; NaN where there is no value.

    Attributes
    ----------
    error
        Warped error in the lane's own unit.
    flicker
        `error` divided by the clip's spread.
    scale, shift
        Drift since the previous frame.
    compared
        Fraction of pixels compared.
    compute_ms
        Time the estimator took, shared work included.
    absrel, boundary_f1, tae, truth_scale
        Against ground truth, where it was measured.
    measured
        By key, the frame's values of the metrics that have a meter.
    """

    error: float = math.nan
    flicker: float = math.nan
    scale: float = math.nan
    shift: float = math.nan
    compared: float = math.nan
    compute_ms: float = math.nan
    absrel: float = math.nan
    boundary_f1: float = math.nan
    tae: float = math.nan
    truth_scale: float = math.nan
    measured: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class FrameRow:
    """One frame of the clip.

    Attributes
    ----------
    index, time_s
        Of the frame.
    cut
        It does not continue the one before it.
    motion_px
        Median motion since the previous frame in pixels of the source.
    lanes
        By lane.
    truth_flicker
        The score of the truth itself.
    """

    index: int
    time_s: float
    cut: bool
    motion_px: float
    lanes: dict[str, LaneRow]
    truth_flicker: float = math.nan


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Accuracy against ground truth over the clip.

    Attributes
    ----------
    absrel, delta1, delta2, delta3, boundary_f1, tae
        See docs/metrics.md; tae is NaN without poses, and boundary_f1 may be NaN.
    frames
        Number of frames measured.
    alignment
        (scale, shift) of the clip.
    """

    absrel: float
    delta1: float
    delta2: float
    delta3: float
    boundary_f1: float
    tae: float
    frames: int
    alignment: tuple[float, float]


@dataclass(frozen=True, slots=True)
class LaneSummary:
    """One lane over the clip; field names as in metrics.json, NaN where there is no value.

    Attributes
    ----------
    model
        Registered name.
    flicker_opw, scale_drift
        See docs/metrics.md.
    accuracy
        None without ground truth.
    fps
        Frames per second of the network alone.
    network_size
        (width, height) of the network's input; None if there was none.
    measured
        By key, the values of the metrics that have a meter; see app.report.metric.
    unit
        What its disparity means; None without a frame.
    facts
        How it ran.
    note
        How the model ran other than requested, a sentence; else empty.
    """

    model: str
    flicker_opw: float
    scale_drift: float
    accuracy: Accuracy | None
    fps: float
    network_size: tuple[int, int] | None
    measured: Mapping[str, float] = field(default_factory=dict)
    unit: Unit | None = None
    facts: LaneFacts = field(default_factory=LaneFacts)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Files and results of a comparison.

    Attributes
    ----------
    html, json, csv
        The files.
    metrics
        The content of metrics.json.
    sentences
        The verdicts at the top of the page.
    notes
        What was left out or changed on the way, in sentences.
    failed
        By lane, those that were left out.
    """

    html: Path
    json: Path
    csv: Path
    metrics: dict[str, Any]
    sentences: tuple[str, ...]
    notes: tuple[str, ...] = ()
    failed: Mapping[str, FailedLane] = field(default_factory=dict)

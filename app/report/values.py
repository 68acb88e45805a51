"""What a comparison is asked, and what it answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.estimator import EstimatorOptions
from models.flow import FlowPreset

LANES = ("a", "b")

Progress = Callable[[int, int | None, str], None]
"""Called with what is done, how much there is (None if unknown), and what is being done."""

IsCancelled = Callable[[], bool]


class Cancelled(Exception):  # noqa: N818 - a wish, not a failure
    """The user called the comparison off; nothing was written."""


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """How to compare.

    estimator : how both models run.
    source_size : (width, height) asked of the source, for scenes that are rendered.
    mirror, rotate : how frames are turned first, as in app.engine.orientation.
    max_frames : stop after so many; None takes all of a file, and 240 of a scene without an end.
    preset, short_side : quality and size of the optical flow (short side in pixels).
    worst_frames : how many of each lane's worst frames the page shows.
    truth_budget_bytes : disk space beside the report in which disparities wait for the accuracy
        pass; a clip that does not fit is measured on evenly spread pairs of frames, and says so.
    """

    estimator: EstimatorOptions = field(default_factory=EstimatorOptions)
    source_size: tuple[int, int] | None = None
    mirror: bool = False
    rotate: int = 0
    max_frames: int | None = None
    preset: FlowPreset = FlowPreset.MEDIUM
    short_side: int = 192
    worst_frames: int = 3
    truth_budget_bytes: int = 2 << 30


@dataclass(slots=True)
class LaneRow:
    """One lane at one frame; NaN where there is nothing to tell.

    error : warped error in the lane's own unit; divided by the clip's spread it is `flicker`.
    scale, shift : drift since the previous frame. compared : share of pixels compared.
    compute_ms : time the estimator took, shared work included.
    absrel, boundary_f1, tae, truth_scale : against ground truth, where it was measured.
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


@dataclass(slots=True)
class FrameRow:
    """One frame of the clip.

    cut : it does not continue the one before it. truth_flicker : what the truth itself scores.
    """

    index: int
    time_s: float
    cut: bool
    motion_px: float
    lanes: dict[str, LaneRow]
    truth_flicker: float = math.nan


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Against ground truth, over the clip. tae is None without poses; boundary_f1 may be NaN.

    frames : how many frames it was measured on. alignment : (scale, shift) of the clip.
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
    """One lane over the clip; field names as in metrics.json. NaN where nothing could be told.

    network_size : (width, height) of what the network was given; None if there was none.
    """

    model: str
    flicker_opw: float
    flicker_static: float
    scale_drift: float
    accuracy: Accuracy | None
    fps: float
    network_size: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Report:
    """What was written and what it says.

    metrics : the content of metrics.json. sentences : the verdicts at the top of the page.
    """

    html: Path
    json: Path
    csv: Path
    metrics: dict[str, Any]
    sentences: tuple[str, ...]

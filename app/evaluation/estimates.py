"""Estimates of a clip's frames by one model: to disk, with flicker and times measured meanwhile."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.analysis.flicker import FlickerMeter
from app.evaluation.job import Job
from app.evaluation.map_file import MapFile
from app.evaluation.protocols.protocol import ClipMeter
from app.evaluation.sessions import Sessions
from app.evaluation.values import ClipFrame, Crop, Depth, Size
from app.report.values import CompareOptions
from models.errors import SourceError
from models.estimator import FrameMemo, running_of
from models.flow import reduce_disparity, working_size
from models.frames import Float32, Frame, GroundTruth, UInt8
from models.metrics import FlowWarpedError
from models.opencv import cv2
from models.registry import GROUND_TRUTH

WARM_UP_FRAMES = 5
"""Frames at the start that do not count for the rate, or one of clips of up to ten frames."""

IsStopped = Callable[[], bool]
OnFrame = Callable[[], None]


class Stopped(Exception):  # noqa: N818 - a request, no error
    """The user stopped the evaluation."""


@dataclass
class Estimates:
    """The first pass over some frames of a clip.

    Attributes
    ----------
    job, sessions, meter, maps
        What to run, who runs it, who measures, and where estimates go.
    is_cropped
        Pictures are cropped as the protocol says; for TAE, estimates may be instead.
    is_stopped, on_frame
        Called at every frame.
    sizes
        (width, height) of each picture.
    seconds, opw
        Of each frame: time of the model, and change since the last frame in its own unit.
    network_size, note, device, precision
        How the model ran.
    """

    job: Job
    sessions: Sessions
    meter: ClipMeter
    maps: MapFile
    is_cropped: bool
    is_stopped: IsStopped
    on_frame: OnFrame
    sizes: list[Size] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    opw: list[float] = field(default_factory=list)
    network_size: Size = (0, 0)
    note: str = ""
    device: str = ""
    precision: str = ""

    def __post_init__(self) -> None:
        usual = CompareOptions()
        self._flicker = FlickerMeter(
            1, preset=usual.preset, short_side=usual.short_side, half_life_frames=None
        )
        self._short_side = usual.short_side
        self._warped = FlowWarpedError()

    def run(self, frames: Sequence[ClipFrame]) -> None:
        """Estimate the frames in order, from a memory that was reset."""
        for at, frame in enumerate(frames):
            if self.is_stopped():
                raise Stopped
            full, truth = self.truth_of(frame)
            self._step(at, frame, full, truth)
            self.on_frame()

    def truth_of(self, frame: ClipFrame) -> tuple[Depth | None, Depth | None]:
        """Depth of a frame as it lies there, and cropped; None without truth."""
        if frame.truth is None:
            return None, None
        full = self.job.split.read_truth(self.job.clip, frame)
        return full, cropped_truth(full, self.job.split.crop)

    def picture_of(self, frame: ClipFrame) -> UInt8:
        """The picture as the network gets it, before the network's own resizing."""
        rgb = self.job.dataset.read_picture(frame.picture)
        change = self.job.split.change_picture
        if change is not None and self.is_cropped:
            rgb = change(rgb)
        wanted = self.job.network_picture((rgb.shape[1], rgb.shape[0]))
        if wanted is not None and wanted != (rgb.shape[1], rgb.shape[0]):
            rgb = cv2.resize(rgb, wanted, interpolation=cv2.INTER_CUBIC)
        return np.ascontiguousarray(rgb)

    def _step(self, at: int, frame: ClipFrame, full: Depth | None, truth: Depth | None) -> None:
        rgb = self.picture_of(frame)
        size = (rgb.shape[1], rgb.shape[0])
        shown = truth if self.is_cropped else full
        known = self.job.model == GROUND_TRUTH and shown is not None
        given = Frame(
            rgb,
            at,
            0,
            time.monotonic_ns(),
            at / 25,
            truth=GroundTruth(_disparity(shown, size)) if known and shown is not None else None,
        )
        if at == 0:
            self._open(size)
        started_s = time.perf_counter()
        prediction = self.sessions.current.submit(given, FrameMemo()).result()
        self.seconds.append(time.perf_counter() - started_s)
        self.maps.add(prediction.disparity)
        self.sizes.append(size)
        self.network_size = prediction.network_size or self.network_size
        self.note = prediction.note or self.note
        if truth is not None:
            self.meter.fit(prediction.disparity, size, truth)
        self._add_flicker(given, prediction.upsampled().disparity)

    def _open(self, size: Size) -> None:
        wanted = self.job.network_picture(size)
        options = self.job.options
        if wanted is not None:
            options = replace(options, input_size=min(wanted))
        running = running_of(self.sessions.open(self.job.model, options))
        if running is not None:
            self.device, self.precision = running.device, running.precision

    def _add_flicker(self, frame: Frame, disparity: Float32) -> None:
        if not self.job.dataset.is_video:
            self.opw.append(math.nan)
            return
        error = self._flicker.update(frame, {"a": disparity}).lanes["a"].error
        size = working_size(*frame.size, self._short_side)
        self._warped.add(reduce_disparity(disparity, size), error)
        self.opw.append(error)

    @property
    def opw_value(self) -> float:
        """OPW of the clip; NaN without pairs."""
        return self._warped.value

    @property
    def opw_by_frame(self) -> list[float]:
        """OPW of each pair, in units of the clip's spread."""
        unit = self._warped.spread.deviation if self._warped.pairs else math.nan
        return [error / unit if unit > 0 else math.nan for error in self.opw]

    @property
    def fps(self) -> float:
        """Frames per second of the model alone; NaN for a single frame and the ground truth."""
        if self.job.model == GROUND_TRUTH:
            return math.nan
        skipped = WARM_UP_FRAMES if len(self.seconds) > 2 * WARM_UP_FRAMES else 1
        counted = self.seconds[skipped:]
        return len(counted) / sum(counted) if counted and sum(counted) > 0 else math.nan


def cropped_truth(truth: Depth, crop: Crop | None) -> Depth:
    """Truth within the rows and columns of a crop.

    Raises
    ------
    SourceError
        If nothing is left, because pictures are smaller than published.
    """
    if crop is None:
        return truth
    part = truth[crop[0] : crop[1], crop[2] : crop[3]]
    if not part.size:
        height, width = truth.shape
        raise SourceError(
            f"Depth of {width}x{height} is smaller than what the protocol cuts off; use the data "
            "at its published size."
        )
    return part


def _disparity(truth_m: Depth, size: Size) -> Float32:
    """True disparity in 1/m at the size of the picture; sky is 0, unknown NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = (1.0 / truth_m).astype(np.float32)
    if inverse.shape[::-1] == size:
        return inverse
    found: Float32 = cv2.resize(inverse, size, interpolation=cv2.INTER_NEAREST)
    return found

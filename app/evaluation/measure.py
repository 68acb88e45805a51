"""Measuring a model on a clip, in two passes: estimates to disk, then numbers by one alignment."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from app.analysis.flicker import FlickerMeter
from app.evaluation.job import Job
from app.evaluation.map_file import MapFile
from app.evaluation.protocols.protocol import ClipMeter, FrameNumbers, Scores
from app.evaluation.results import Detail, Line, Outcome
from app.evaluation.sessions import Sessions
from app.evaluation.values import Camera, ClipFrame, Crop, Depth, Size
from app.evaluation.worst import WorstFrame, pictures_of
from app.media.stills import read_picture
from app.report.lanes import why_failed
from app.report.values import CompareOptions
from models.errors import SourceError, UserError
from models.estimator import FrameMemo, running_of
from models.flow import reduce_disparity, working_size
from models.frames import Float32, Frame, GroundTruth, UInt8
from models.metrics import FlowWarpedError
from models.opencv import cv2
from models.registry import GROUND_TRUTH

log = logging.getLogger(__name__)

WARM_UP_FRAMES = 5
"""Frames at the start that do not count for the rate, or one of clips of up to ten frames."""

IsStopped = Callable[[], bool]
OnFrame = Callable[[], None]


class Stopped(Exception):  # noqa: N818 - a request, no error
    """The user stopped the evaluation."""


@dataclass
class _Pass:
    """The first pass: estimates of some frames, on disk, and what was measured meanwhile."""

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
        rgb = read_picture(frame.picture)
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
        """Frames per second of the model alone; NaN for a single frame."""
        skipped = WARM_UP_FRAMES if len(self.seconds) > 2 * WARM_UP_FRAMES else 1
        counted = self.seconds[skipped:]
        return len(counted) / sum(counted) if counted and sum(counted) > 0 else math.nan


@dataclass
class _Curves:
    """Numbers by frame, and the worst frame so far."""

    absrel: list[float] = field(default_factory=list)
    boundary_f1: list[float] = field(default_factory=list)
    tae: list[float] = field(default_factory=list)
    worst: WorstFrame | None = None

    def skip(self) -> None:
        """A frame without truth."""
        for values in (self.absrel, self.boundary_f1, self.tae):
            values.append(math.nan)

    def add(self, at: int, numbers: FrameNumbers) -> None:
        """A frame's numbers."""
        self.absrel.append(numbers.absrel)
        self.boundary_f1.append(numbers.boundary_f1)
        self.tae.append(numbers.tae)
        if math.isfinite(numbers.absrel) and (
            self.worst is None or numbers.absrel > self.worst.absrel
        ):
            self.worst = WorstFrame.of(at, numbers)


def evaluate(
    job: Job,
    sessions: Sessions,
    folder: Path | None = None,
    is_stopped: IsStopped = lambda: False,
    on_frame: OnFrame = lambda: None,
) -> Outcome:
    """Measure a model on a clip. A failure becomes a line with a sentence and no numbers.

    Parameters
    ----------
    job
        The task.
    sessions
        Keeps the model open between tasks.
    folder
        For the estimates meanwhile; None for the system's.
    is_stopped, on_frame
        Called at every frame.

    Raises
    ------
    Stopped
        If `is_stopped` says so.
    """
    line = Line(*job.identity, job.protocol, key=job.key, weights=job.weights)
    try:
        return _measured(job, line, sessions, folder, is_stopped, on_frame)
    except Stopped:
        raise
    except OSError as error:
        reason = f"The estimates could not be kept on disk ({error.strerror or error}); free space."
        log.warning("%s on %s: %s", job.model, job.clip.name, error, exc_info=error)
    except UserError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - whatever one does, the others go on
        sessions.close()
        reason = why_failed(job.model, error, f"on {job.data}/{job.clip.name}")
    return Outcome(replace(line, error=reason), Detail())


def _measured(
    job: Job,
    line: Line,
    sessions: Sessions,
    folder: Path | None,
    is_stopped: IsStopped,
    on_frame: OnFrame,
) -> Outcome:
    meter = job.rules.meter(job.dataset, job.split, None)
    with MapFile(folder) as maps:
        first = _Pass(job, sessions, meter, maps, True, is_stopped, on_frame)
        curves = _two_passes(first, job.frames)
        worst = curves.worst
        pictures = (
            [] if worst is None else pictures_of(worst, first.picture_of(job.frames[worst.at]))
        )
    scores, tae_frames = meter.scores(), job.tae_frames
    if job.split.tae is not None:
        scores = replace(scores, tae=math.nan)
        if len(tae_frames) > 1:
            scores = replace(scores, tae=_tae(first, folder).tae)
    return Outcome(
        replace(
            line,
            frames=len(job.frames),
            opw=first.opw_value,
            fps=first.fps,
            network_width=first.network_size[0],
            network_height=first.network_size[1],
            device=first.device,
            precision=first.precision,
            note=first.note,
            **{name: getattr(scores, name) for name in Scores.__dataclass_fields__},
        ),
        Detail(
            absrel=curves.absrel,
            boundary_f1=curves.boundary_f1,
            tae=curves.tae if job.split.tae is None else [],
            opw=first.opw_by_frame,
            worst=-1 if worst is None else worst.at,
            worst_absrel=math.nan if worst is None else worst.absrel,
            pictures=pictures,
        ),
    )


def _two_passes(first: _Pass, frames: Sequence[ClipFrame]) -> _Curves:
    job = first.job
    if not frames:
        raise SourceError(f"{job.clip.name} has no frames in the range that the protocol takes.")
    has_own_tae = first.is_cropped and job.split.tae is not None
    cameras = [None] * len(frames) if has_own_tae else _cameras(job, frames)
    first.run(frames)
    try:
        first.meter.align()
    except ValueError as error:
        raise SourceError(
            f"{job.clip.name} has no pixel of truth that the protocol counts."
        ) from error
    curves = _Curves()
    for at, frame in enumerate(frames):
        if first.is_stopped():
            raise Stopped
        _, truth = first.truth_of(frame)
        if truth is None:
            curves.skip()
            continue
        curves.add(at, first.meter.measure(first.maps[at], first.sizes[at], truth, cameras[at]))
    return curves


def _cameras(job: Job, frames: Sequence[ClipFrame]) -> list[Camera | None]:
    if job.dataset.cameras is None or not job.dataset.is_video or not job.split.in_metres:
        return [None] * len(frames)
    return job.dataset.cameras(job.clip, frames)


def _tae(main: _Pass, folder: Path | None) -> Scores:
    """TAE on frames of its own, whose pictures are not cropped but whose estimates are."""
    job = main.job
    assert job.split.tae is not None
    meter = job.rules.meter(job.dataset, job.split, job.split.tae.map_crop)
    with MapFile(folder) as maps:
        again = _Pass(job, main.sessions, meter, maps, False, main.is_stopped, main.on_frame)
        _two_passes(again, job.tae_frames)
    return meter.scores()


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

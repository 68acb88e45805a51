"""Measuring a model on a clip, in two passes: estimates to disk, then numbers by one alignment."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.evaluation.estimates import Estimates, IsStopped, OnFrame, Stopped
from app.evaluation.job import Job
from app.evaluation.map_file import MapFile
from app.evaluation.protocols.protocol import FrameNumbers, Scores
from app.evaluation.results import Detail, Line, Outcome
from app.evaluation.sessions import Sessions
from app.evaluation.values import Camera, ClipFrame
from app.evaluation.worst import WorstFrame, pictures_of
from app.report.lanes import why_failed
from models.errors import SourceError, UserError

log = logging.getLogger(__name__)


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
        first = Estimates(job, sessions, meter, maps, True, is_stopped, on_frame)
        curves = _two_passes(first, job.frames)
        worst = curves.worst
        pictures = (
            [] if worst is None else pictures_of(worst, first.picture_of(job.frames[worst.at]))
        )
    scores, tae_frames = meter.scores(), job.tae_frames
    if not job.split.in_metres:
        scores = replace(scores, rmse=math.nan)
    if job.split.tae is not None:
        scores = replace(scores, tae=math.nan)
        if len(tae_frames) > 1:
            scores = replace(scores, tae=_tae(first, folder).tae)
    return Outcome(
        _filled(line, first, scores),
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


def _filled(line: Line, first: Estimates, scores: Scores) -> Line:
    """The line with its numbers, and with how the model ran."""
    return replace(
        line,
        frames=len(first.job.frames),
        opw=first.opw_value,
        fps=first.fps,
        network_width=first.network_size[0],
        network_height=first.network_size[1],
        device=first.device,
        precision=first.precision,
        note=first.note,
        **{name: getattr(scores, name) for name in Scores.__dataclass_fields__},
    )


def _two_passes(first: Estimates, frames: Sequence[ClipFrame]) -> _Curves:
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


def _tae(main: Estimates, folder: Path | None) -> Scores:
    """TAE on frames of its own, whose pictures are not cropped but whose estimates are."""
    job = main.job
    assert job.split.tae is not None
    meter = job.rules.meter(job.dataset, job.split, job.split.tae.map_crop)
    with MapFile(folder) as maps:
        again = Estimates(job, main.sessions, meter, maps, False, main.is_stopped, main.on_frame)
        _two_passes(again, job.tae_frames)
    return meter.scores()

"""Conversion of a recording, from opening it to the file."""

from __future__ import annotations

import contextlib
import errno
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.analysis.request import AnalysisRequest
from app.convert.clip import Clip, ClipWriter, FrameWriter, clip_of
from app.convert.formats import FORMATS, Format
from app.core.calibrated import SourceCalibration, with_calibration
from app.core.results import FrameResult
from app.engine.pipeline import Pipeline, PipelineConfig
from app.recording.format import is_recording
from app.recording.reader import Recording
from app.sources.reading import frames_of
from app.sources.recording import RecordingSource
from app.system.whole_files import whole_file
from models.errors import SourceError, UsageError, UserError
from models.frames import Frame
from models.progress import IsCancelled, never
from models.registry import OFF

_FLICKER_FRAMES = 12
_READ_S = 5.0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Conversion:
    """What to convert, and to what.

    Attributes
    ----------
    recording
        Its folder.
    to
        A key of FORMATS.
    out
        The file to write; in a folder that is there, the file gets a name after the recording.
    frame
        Which one, from 0, for formats of a single frame; None is the first.
    lane
        Whose result, for those formats, "a" or "b".
    force
        Whether a file that is there may be replaced.
    calibration
        To metres, as measured in the window; None without a calibration.
    """

    recording: Path
    to: str
    out: Path
    frame: int | None = None
    lane: str = "a"
    force: bool = False
    calibration: SourceCalibration | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written: the file, how many frames are in it, and a sentence about the source."""

    path: Path
    frames: int
    note: str = ""


class Cancelled(Exception):  # noqa: N818 - a request, no error
    """The user cancelled; nothing was written."""


OnFrame = Callable[[int, int], None]
"""Is told of progress: frames done, and of how many."""


def _ignore(done: int, total: int) -> None:
    del done, total


def convert(
    wanted: Conversion, on_frame: OnFrame = _ignore, cancelled: IsCancelled = never
) -> Converted:
    """Write a recording, or a frame of it, in another tool's format; all of the file or nothing.

    Parameters
    ----------
    wanted
        What to write.
    on_frame
        Called after each frame with how many are done, and of how many.
    cancelled
        Asked before each frame.

    Raises
    ------
    UserError
        If recording, arguments, library or disk do not allow it.
    Cancelled
        If the user cancels.
    """
    kind = FORMATS[wanted.to]
    if not is_recording(wanted.recording):
        raise SourceError(
            f"{wanted.recording} is not a recording; give the folder that holds its manifest.json."
        )
    if kind.is_clip and wanted.frame is not None:
        raise UsageError(
            f"--frame is for formats of a single frame; {wanted.to} holds the whole recording, so "
            "leave it out."
        )
    path = _path(wanted)
    with contextlib.closing(Recording(wanted.recording)) as recording:
        clip = clip_of(recording)
    write = pkgutil.resolve_name(kind.writer)
    try:
        with (
            contextlib.closing(RecordingSource(wanted.recording)) as source,
            _lanes(kind) as pipeline,
            whole_file(path) as draft,
        ):
            work = _Work(wanted, clip, source, pipeline, on_frame, cancelled)
            done = work.clip_to(draft, write) if kind.is_clip else work.frame_to(draft, write)
            return Converted(path, done, source.info.note)
    except OSError as error:
        raise _sentence(error, path) from error


@contextlib.contextmanager
def _lanes(kind: Format) -> Iterator[Pipeline]:
    """A pipeline that computes nothing but what is said of recorded results."""
    pipeline = Pipeline()
    try:
        window = _FLICKER_FRAMES if kind.needs_flicker else 0
        request = AnalysisRequest(flicker_window=window, drift=kind.needs_flicker)
        pipeline.configure(PipelineConfig(OFF, OFF, analysis=request))
        yield pipeline
    finally:
        pipeline.close()


@dataclass(frozen=True, slots=True)
class _Work:
    wanted: Conversion
    clip: Clip
    source: RecordingSource
    pipeline: Pipeline
    on_frame: OnFrame
    cancelled: IsCancelled

    def clip_to(self, draft: Path, opens: Any) -> int:
        """Write all frames; returns their number."""
        writer: ClipWriter | None = None
        done = 0
        try:
            for frame in frames_of(self.source, self.cancelled):
                result = self._result(frame)
                if writer is None:
                    writer = opens(draft, self.clip)
                writer.write(result)
                done += 1
                self.on_frame(done, self.clip.frames)
            if self.cancelled():
                raise Cancelled
        except BaseException:
            if writer is not None:
                with contextlib.suppress(Exception):  # the error that is on its way says more
                    writer.close()
            raise
        if writer is None:
            raise SourceError(
                f"No picture in the recording {self.wanted.recording.name} can be read; copy the "
                "folder again."
            )
        writer.close()
        return done

    def frame_to(self, draft: Path, write: FrameWriter) -> int:
        """Write the one frame that is wanted; returns 1."""
        number, total = self.wanted.frame or 0, self.clip.frames
        name = self.wanted.recording.name
        if number >= total:
            raise UsageError(
                f"The recording {name} has {total} frames, 0 to {total - 1}; choose one of them "
                "with --frame."
            )
        self.source.seek(number)
        frame = self.source.read(_READ_S)
        if not isinstance(frame, Frame):
            raise SourceError(f"Frame {number} of {name} can't be read; choose another one.")
        if frame.index != number:
            raise SourceError(
                f"The picture of frame {number} of {name} is damaged; choose another one."
            )
        lane = self._result(frame).lanes.get(self.wanted.lane)
        if lane is None:
            raise UserError(
                f"Frame {number} of {name} has no readable result of lane "
                f"{self.wanted.lane.upper()}; choose another frame or the other lane with --lane."
            )
        write(draft, frame, lane, self.clip.scale(lane))
        self.on_frame(1, 1)
        return 1

    def _result(self, frame: Frame) -> FrameResult:
        return with_calibration(self.pipeline.step(frame), self.wanted.calibration)


def _path(wanted: Conversion) -> Path:
    """The file to write, after a check that it may be."""
    out = wanted.out
    try:
        if out.is_dir():
            frame = "" if FORMATS[wanted.to].is_clip else f"-{wanted.frame or 0:06d}"
            out = out / f"{wanted.recording.resolve().name}{frame}.{wanted.to}"
        if out.exists() and not out.is_file():  # a device, say, in whose place a file would be put
            raise UsageError(f"{out} is not a file; choose another name.")
        if out.exists() and not wanted.force:
            raise UsageError(f"{out} is there already; choose another name or add --force.")
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _sentence(error, out) from error
    return out


def _sentence(error: OSError, path: Path) -> UserError:
    if error.errno in _FULL:
        return UserError(
            f"The disk is full, so {path.name} was not written; free some space and try again."
        )
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return UserError(f"Can't write {path.name} to {path.parent} ({reason}); choose another folder.")

"""Work of `record`: one recording, made without a window."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.commands.options import estimator_options
from app.core.results import FrameResult
from app.core.slots import LatestSlot
from app.core.source import SourceInfo
from app.engine.capture import CaptureLoop
from app.engine.commands import CaptureRequest, PlaybackOptions
from app.engine.pipeline import Pipeline, PipelineConfig
from app.export.folder import prepare_folder
from app.recording import folder as folder_of
from app.recording.manifest import RecordingFacts, model_facts
from app.recording.recorder import Recorder, RecorderOptions, RecorderStatus
from app.recording.writer import Content
from app.sources.opening import open_source
from app.sources.parsing import parse_spec, title_of
from app.system.logbook import MinuteSummary, Vitals, logging_to_file
from app.system.signals import noted_stop_signals
from models import registry
from models.errors import SourceError, UserError
from models.frames import Frame
from models.inside.probe import EVERYTHING, NOTHING

_POLL_S = 0.1
_PATIENCE_S = 15.0  # for the first picture of a live source
_JOIN_S = 5.0
_FINISH_S = 30.0


def run(arguments: argparse.Namespace) -> int:
    """Record until --seconds, the end of the file or Ctrl+C; ends with one line."""
    parse_spec(getattr(arguments, "source", "synthetic"))  # fail early on an unusable source
    usual = PipelineConfig()
    config = PipelineConfig(
        getattr(arguments, "a", usual.model_a),
        getattr(arguments, "b", usual.model_b),
        options=estimator_options(arguments),
        saved=EVERYTHING if arguments.inside else NOTHING,
    )
    for model in (config.model_a, config.model_b):
        if reason := registry.find(model).missing():
            raise UserError(reason)
    out: Path = arguments.out
    prepare_folder(out, arguments.force)
    try:
        folder_of.clear(out)
    except OSError as error:
        raise folder_of.cannot_record(error, out) from error
    with logging_to_file():
        job = _RecordingJob(arguments, config)
        status = job.run()
    if not status.frames:
        raise UserError(
            status.message or "Nothing was recorded because no frame arrived; check the source."
        )
    for sentence in job.said():
        print(sentence, file=sys.stderr)
    print(f"{status.frames} frames, {status.gaps} gaps, {status.seconds:.1f} s, {out}")
    return 0


@dataclass
class _RecordingJob:
    """A recording in progress: a capture thread, the pipeline on this thread, the recorder's."""

    arguments: argparse.Namespace
    config: PipelineConfig
    frames: LatestSlot[Frame] = field(default_factory=LatestSlot)
    recorder: Recorder | None = None
    notes: dict[str, None] = field(default_factory=dict)  # of the models, in order
    first: Frame | None = None

    def __post_init__(self) -> None:
        self.capture = CaptureLoop(self.frames, open_source, _ignore)
        self.seconds: float | None = self.arguments.seconds
        self.thread = threading.Thread(target=self.capture.run, name="capture")
        self.started_s = time.monotonic()
        self.line = MinuteSummary()
        self.counted, self.since_ns = 0, 0

    def run(self) -> RecorderStatus:
        """Record to the end; returns the recorder's last status.

        Raises
        ------
        UserError
            If it failed.
        """
        source = getattr(self.arguments, "source", "synthetic")
        self.capture.post(PlaybackOptions(loop=False, every_frame=not self.arguments.real_time))
        self.capture.post(CaptureRequest(source, getattr(self.arguments, "source_size", None)))
        with contextlib.ExitStack() as stack:
            stack.callback(self._stop_recorder)
            pipeline = Pipeline()
            stack.callback(pipeline.close)
            pipeline.configure(self.config)
            self.thread.start()
            stack.callback(self.thread.join, _JOIN_S)
            stack.callback(self.capture.stop)
            stack.callback(self.frames.close)
            is_stopped = stack.enter_context(noted_stop_signals())  # the usual end of a live one
            with contextlib.suppress(KeyboardInterrupt):
                self._record(pipeline, is_stopped)
        status = self.recorder.status if self.recorder is not None else RecorderStatus()
        if status.message and self.recorder is not None and self.recorder.failed:
            raise UserError(status.message)
        return status

    def said(self) -> tuple[str, ...]:
        """What was left out or changed on the way, in sentences."""
        info = self.capture.status.info
        return tuple(filter(None, (info.note if info is not None else "", *self.notes)))

    def _record(self, pipeline: Pipeline, is_stopped: Callable[[], bool]) -> None:
        while not is_stopped():
            frame = self.frames.take(_POLL_S)
            if frame is None:
                if self._is_over():
                    return
            elif self._is_late(frame):
                return
            else:
                result = pipeline.step(frame, self.frames.dropped)
                self._refuse_failures(result)
                if self.recorder is None and self._start_recorder():
                    continue  # the time of a live one starts once the models are ready
                self._keep(result)
                self._note(result)
                self.notes.update(dict.fromkeys(lane.note for lane in result.lanes.values()))
            if self.recorder is not None and not self.recorder.status.recording:
                return

    def _note(self, result: FrameResult) -> None:
        """Pass the figures to the log's line per minute, about once a second."""
        self.since_ns = self.since_ns or result.done_ns
        passed_s = (result.done_ns - self.since_ns) / 1e9
        self.counted += 1
        if passed_s < 1.0:
            return
        latency_ms = (result.done_ns - result.frame.captured_ns) / 1e6
        gaps = self.recorder.status.gaps if self.recorder is not None else 0
        fps = self.counted / passed_s
        self.line.note(Vitals(fps, latency_ms, result.dropped, gaps, "recording"))
        self.counted, self.since_ns = 0, result.done_ns

    def _refuse_failures(self, result: FrameResult) -> None:
        for name, sentence in result.failures.items():
            raise UserError(f"Lane {name.upper()}, frame {result.frame.index}: {sentence}")

    def _start_recorder(self) -> bool:
        """Start the recorder, with sound if requested; True if the source is live."""
        info = self.capture.status.info
        assert info is not None
        self.recorder = self._start(info)
        return info.live

    def _keep(self, result: FrameResult) -> None:
        info = self.capture.status.info
        assert info is not None
        assert self.recorder is not None
        if self.first is None:
            self.first = result.frame
        if info.live or self.arguments.real_time:
            self.recorder.offer(result)
            return
        while not self.recorder.put(result, _POLL_S) and self.recorder.status.recording:
            pass

    def _start(self, info: SourceInfo) -> Recorder:
        models = {"model_a": self.config.model_a, "model_b": self.config.model_b}
        settings = {**models, **dataclasses.asdict(self.config.options)}
        facts = RecordingFacts(info, settings, model_facts(*models.values()))
        content = Content(inside=self.arguments.inside)
        options = RecorderOptions(content, self.arguments.sound)
        recorder = Recorder(self.arguments.out, facts, options)
        recorder.start()
        if recorder.status.message:
            print(recorder.status.message, file=sys.stderr)
        return recorder

    def _stop_recorder(self) -> None:
        if self.recorder is not None:
            self.recorder.stop(_FINISH_S)

    def _is_late(self, frame: Frame) -> bool:
        """Whether `frame` is beyond the requested duration."""
        if self.seconds is None or self.first is None:
            return False
        info = self.capture.status.info
        if info is not None and info.live:
            return (frame.captured_ns - self.first.captured_ns) / 1e9 >= self.seconds
        return frame.time_s - self.first.time_s >= self.seconds

    def _is_over(self) -> bool:
        """Whether nothing more will come, or not in time.

        Raises
        ------
        SourceError
            If nothing ever came.
        """
        status = self.capture.status
        if status.failed:
            raise SourceError(status.message)
        if status.ended:
            return True
        if not self.thread.is_alive():
            raise SourceError(
                f"Reading {title_of(status.spec)} failed unexpectedly; run again with --debug for "
                "details, or choose another source."
            )
        if status.info is None or not status.info.live:
            return False
        waited_s = time.monotonic() - self.started_s
        if self.first is not None:
            return self.seconds is not None and waited_s >= self.seconds + _PATIENCE_S
        if waited_s >= _PATIENCE_S:
            raise SourceError(
                status.message
                or f"No frame arrived from {title_of(status.spec)}; check the source."
            )
        return False


def _ignore() -> None:
    """Do nothing: the loop here polls the status."""

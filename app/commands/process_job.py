"""Work of `process`: reads, estimates, writes."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from app.commands.options import estimator_options
from app.core.source import Source
from app.engine.pipeline import Pipeline, PipelineConfig
from app.export.exporter import Exporter, Target, probe_of
from app.export.folder import as_user_error, prepare_folder
from app.export.origins import ORIGINS, Origins
from app.export.table import open_exporter
from app.sources.cuts import ShotCounter
from app.sources.opening import open_source
from app.sources.parsing import parse_spec, remembered
from app.sources.reading import frames_of
from app.system.json_files import write_json
from app.system.signals import noted_stop_signals
from app.system.version import version
from models import registry
from models.errors import SourceError, UsageError, UserError
from models.frames import Frame
from models.inside.probe import NOTHING, Probe

_LIVE = "process takes a video file or a folder; use record for a live source."
_ENDLESS = (
    "process needs a source that ends; record this one with record --seconds N and process the "
    "recording, or use compare --frames N."
)


def run(arguments: argparse.Namespace) -> int:
    """Write the exports; prints one line: frames, frames per second, path."""
    entry = registry.find(arguments.model)
    if entry.name == registry.OFF:
        raise UsageError(
            "There is nothing to write with the model off; choose a model with --model."
        )
    config = PipelineConfig(entry.name, registry.OFF, options=estimator_options(arguments))
    if reason := entry.missing():
        raise UserError(reason)
    if parse_spec(arguments.input).is_live:
        raise UsageError(_LIVE)
    source = open_source(arguments.input, getattr(arguments, "source_size", None))
    with contextlib.closing(source), noted_stop_signals() as is_stopped:
        if source.info.live:
            raise UsageError(_LIVE)
        if source.info.is_endless:
            raise UsageError(_ENDLESS)
        prepare_folder(arguments.out, arguments.force)
        job = _Job(source, config, arguments, is_stopped)
        job.run()
    return job.report()


@dataclass
class _Job:
    """Processes every `stride`-th frame; what is complete is there also after an error."""

    source: Source
    config: PipelineConfig
    arguments: argparse.Namespace
    is_stopped: Callable[[], bool]
    read: int = 0
    done: int = 0
    seconds: float = 0.0
    end: str = ""  # why it ended early, a sentence
    exporters: list[Exporter] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)  # of the model, in order

    def __post_init__(self) -> None:
        self.out: Path = self.arguments.out
        self.stride: int = self.arguments.stride

    def run(self) -> None:
        """Process the frames and write process.json, however the first ends.

        Raises
        ------
        UserError
            If reading, estimating or writing failed.
        """
        started_s = time.monotonic()
        try:
            self.origins = Origins(self.out, self.source.info.title)
        except OSError as error:
            raise as_user_error(error, self.out, 0) from error
        with contextlib.closing(self.origins):
            failure = self._why_failed()
            self.seconds = time.monotonic() - started_s
            if failure is not None:
                self.end = str(failure)
            elif self.is_stopped():
                self.end = f"stopped after {self.done}"
            try:
                self._write_facts()
            except UserError as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def report(self) -> int:
        """Print one line, or what is missing; returns the exit code."""
        if self.end:
            print(f"Stopped after {self.done} frames, which are in {self.out}.", file=sys.stderr)
            return 1
        for sentence in (self.source.info.note, *self.notes, self._what_is_missing()):
            if sentence:
                print(sentence, file=sys.stderr)
        fps = self.done / max(self.seconds, 1e-9)
        unit = "frame" if self.done == 1 else "frames"
        print(f"{self.done} {unit}, {fps:.1f} fps, {self.out}")
        return 0

    def _why_failed(self) -> UserError | None:
        try:
            self._estimate()
        except OSError as error:
            return as_user_error(error, self.out, self.done)
        except SourceError as error:
            return SourceError(f"{error} The {self.done} frames before it are in {self.out}.")
        except UserError as error:
            return error
        return None

    def _estimate(self) -> None:
        target = Target(self.out, self.source.info.fps or 24.0, self.stride)
        with contextlib.ExitStack() as stack:
            pipeline = Pipeline()
            stack.callback(pipeline.close)
            for name in self.arguments.export:
                self.exporters.append(open_exporter(name, target))
                stack.callback(self.exporters[-1].close)
            saved = functools.reduce(Probe.joined, map(probe_of, self.exporters), NOTHING)
            pipeline.configure(dataclasses.replace(self.config, saved=saved))
            shots = ShotCounter()
            bar = tqdm(total=self.source.info.frame_count, unit="frame", disable=None)
            stack.callback(bar.close)
            for frame in frames_of(self.source, self.is_stopped):
                bar.total = self.source.info.frame_count  # long files are counted meanwhile
                bar.update()
                self.read += 1
                frame = shots.mark(frame)  # also those between strides
                if frame.index % self.stride == 0:
                    self._process(frame, pipeline)

    def _process(self, frame: Frame, pipeline: Pipeline) -> None:
        result = pipeline.step(frame)
        if "a" in result.failures:
            raise UserError(f"Frame {frame.index}: {result.failures['a']}")
        self.notes.setdefault(result.lanes["a"].note)
        files = [exporter.write(result) for exporter in self.exporters]
        self.origins.add(frame, files)
        self.done += 1

    def _what_is_missing(self) -> str:
        """A sentence if there are not as many results as frames, else empty."""
        title, count = self.source.info.title, self.source.info.frame_count
        if self.origins.results != self.done:
            return (
                f"{self.done} frames of {title} gave only {self.origins.results} results, because "
                "some have the same number; convert the file with another program."
            )
        if count is not None and count != self.read:
            return (
                f"{title} has {count} frames, of which {self.read} could be read; {ORIGINS} lists "
                "them."
            )
        return ""

    def _write_facts(self) -> None:
        info = self.source.info
        facts = {
            "version": version(),
            "input": remembered(str(self.arguments.input)),
            "model": self.arguments.model,
            "input_size": getattr(self.arguments, "input_size", None),
            "stride": self.stride,
            "frames": self.done,
            "frames_read": self.read,
            "frames_in_source": info.frame_count,
            "left_out_at_start": info.left_out_at_start,
            "complete": not self.end and not self._what_is_missing(),
            "end": self.end,
            "disparity": "float32, larger is nearer, relative unless the model says otherwise",
            "files": self.origins.entries,
        }
        write_json(self.out / "process.json", facts)

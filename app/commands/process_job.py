"""Work of `process`: reads, estimates, writes."""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from app.commands.options import estimator_options
from app.core.source import Ended, Source
from app.engine.pipeline import Pipeline, PipelineConfig
from app.export.exporter import Exporter, Target
from app.export.folder import as_user_error, prepare_folder
from app.export.table import open_exporter
from app.sources.cuts import ShotCounter
from app.sources.opening import open_source
from app.sources.parsing import parse_spec
from app.system.version import version
from models import registry
from models.errors import SourceError, UsageError, UserError
from models.frames import Frame

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
    out: Path = arguments.out
    source = open_source(arguments.input, getattr(arguments, "source_size", None))
    with contextlib.closing(source):
        if source.info.live:
            raise UsageError(_LIVE)
        if source.info.is_endless:
            raise UsageError(_ENDLESS)
        prepare_folder(out, arguments.force)
        started = time.monotonic()
        frames = _estimate(source, config, arguments)
    passed = time.monotonic() - started
    try:
        _write_facts(out, arguments, frames)
    except OSError as error:
        raise as_user_error(error, out, frames) from error
    print(f"{frames} frames, {frames / max(passed, 1e-9):.1f} fps, {out}")
    return 0


def _estimate(source: Source, config: PipelineConfig, arguments: argparse.Namespace) -> int:
    """Process all frames and return their number; an early end says how many are complete."""
    job = Job(arguments.out, arguments.stride, source.info.frame_count)
    target = Target(arguments.out, source.info.fps or 24.0, arguments.stride)
    try:
        with contextlib.ExitStack() as stack:
            pipeline = Pipeline()
            stack.callback(pipeline.close)
            pipeline.configure(config)
            exporters: list[Exporter] = []
            for name in arguments.export:
                exporters.append(open_exporter(name, target))
                stack.callback(exporters[-1].close)
            job.run(source, pipeline, exporters)
    except OSError as error:
        raise as_user_error(error, arguments.out, job.done) from error
    except SourceError as error:
        raise SourceError(
            f"{error} The {job.done} frames before it are in {arguments.out}."
        ) from error
    return job.done


@dataclass
class Job:
    """Processes every `stride`-th frame; `done` counts the complete ones, also after an error."""

    out: Path
    stride: int
    total: int | None
    done: int = 0

    def run(self, source: Source, pipeline: Pipeline, exporters: list[Exporter]) -> None:
        shots = ShotCounter()
        with tqdm(total=self.total, unit="frame", disable=None) as bar:
            while (frame := _next(source)) is not None:
                bar.total = source.info.frame_count  # long files are counted meanwhile
                bar.update()
                frame = shots.mark(frame)  # also those between strides
                if frame.index % self.stride:
                    continue
                result = pipeline.step(frame)
                if "a" in result.failures:
                    raise UserError(f"Frame {frame.index}: {result.failures['a']}")
                for exporter in exporters:
                    exporter.write(result)
                self.done += 1


def _next(source: Source) -> Frame | None:
    while True:
        reading = source.read(1.0)
        if isinstance(reading, Frame):
            return reading
        if isinstance(reading, Ended):
            return None


def _write_facts(out: Path, arguments: argparse.Namespace, frames: int) -> None:
    facts = {
        "version": version(),
        "input": str(arguments.input),
        "model": arguments.model,
        "input_size": getattr(arguments, "input_size", None),
        "stride": arguments.stride,
        "frames": frames,
        "disparity": "float32, larger is nearer, relative unless the model says otherwise",
    }
    (out / "process.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")

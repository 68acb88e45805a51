"""Whether memory stays flat over many frames: `process` writing a video, and the window's engine.

    python -m tests.bench.bench_memory [--frames 20000] [--source-size 64x48] [--input-size 64]
        [--only process engine]

Small frames, the bundled network. Prints the resident memory along the way and, by least squares
over all but the first tenth, its slope in megabytes per 1,000 frames. The window itself is watched
by `python main.py soak`.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil

from app.benchmark.preloaded import PreloadedSource, preload
from app.commands.process_job import Job
from app.core.results import FrameResult
from app.core.slots import LatestSlot
from app.core.source import Ended, Reading, Source
from app.engine.capture import CaptureLoop
from app.engine.commands import CaptureRequest, PlaybackOptions
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from app.export.exporter import Target
from app.export.table import open_exporter
from app.sources.opening import open_source
from models import registry
from models.devices.device import set_cpu_threads
from models.estimator import EstimatorOptions
from models.frames import Frame

WARM_UP_SHARE = 0.1
SAMPLES = 200


class Memory:
    """Resident memory over frames."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self._process = psutil.Process()
        self._every = max(1, frames // SAMPLES)
        self._samples: list[tuple[int, float]] = []

    def sample(self, done: int) -> None:
        """`done` frames have been estimated."""
        if done % self._every == 0:
            self._samples.append((done, self._process.memory_info().rss / 1e6))

    @property
    def slope_mb(self) -> float:
        """Megabytes per 1,000 frames."""
        settled = [s for s in self._samples if s[0] >= WARM_UP_SHARE * self.frames]
        done, megabytes = np.array(settled).T
        return float(1000 * np.polyfit(done, megabytes, 1)[0])

    def report(self, title: str) -> str:
        """One line."""
        along = " ".join(f"{mb:.0f}" for _, mb in self._samples[:: max(1, SAMPLES // 10)])
        return (
            f"{title:<8} {self.slope_mb:+.3f} MB per 1,000 frames over {self.frames} frames; "
            f"MB along the way: {along}"
        )


class Limited(PreloadedSource):
    """Ends after so many frames."""

    def __init__(self, frames: Sequence[Frame], count: int) -> None:
        super().__init__(frames)
        self._left = count

    def read(self, timeout_s: float) -> Reading:
        """The next frame, or the end."""
        self._left -= 1
        return super().read(timeout_s) if self._left >= 0 else Ended()


class _Watched:
    """An exporter that also looks at the memory."""

    def __init__(self, folder: Path, memory: Memory) -> None:
        self._exporter = open_exporter("mp4", Target(folder, 25.0))
        self._memory = memory
        self._done = 0

    def write(self, result: FrameResult) -> None:
        self._exporter.write(result)
        self._done += 1
        self._memory.sample(self._done)

    def close(self) -> None:
        self._exporter.close()


def run_process(frames: Sequence[Frame], options: EstimatorOptions, memory: Memory) -> None:
    """What `process --export mp4` does, for `memory.frames` frames."""
    pipeline = Pipeline()
    set_cpu_threads(1)
    pipeline.configure(PipelineConfig("flashdepth-lite", registry.OFF, options=options))
    with tempfile.TemporaryDirectory() as folder:
        exporter = _Watched(Path(folder), memory)
        try:
            job = Job(Path(folder), 1, memory.frames)
            job.run(Limited(frames, memory.frames), pipeline, [exporter])
        finally:
            exporter.close()
            pipeline.close()


def run_engine(frames: Sequence[Frame], options: EstimatorOptions, memory: Memory) -> None:
    """The window's capture and inference threads with two lanes, nobody looking."""
    slot: LatestSlot[Frame] = LatestSlot()
    done = threading.Event()

    def open_preloaded(_spec: str, _size: tuple[int, int] | None) -> Source:
        return PreloadedSource(frames)

    def sample(_result: FrameResult) -> None:
        memory.sample(inference.finished)
        if inference.finished >= memory.frames:
            done.set()

    inference = InferenceLoop(slot, LatestSlot(), _nobody, Pipeline())
    capture = CaptureLoop(slot, open_preloaded, _nobody)
    inference.taps = (sample,)
    inference.configure(PipelineConfig(options=options))  # small frames gain nothing from more
    capture.post(PlaybackOptions(every_frame=True))
    capture.post(CaptureRequest("preloaded"))
    workers = [threading.Thread(target=loop.run) for loop in (capture, inference)]
    for worker in workers:
        worker.start()
    try:
        done.wait()
    finally:
        slot.close()
        capture.stop()
        inference.stop()
        for worker in workers:
            worker.join(10)


def _nobody() -> None:
    """Nobody is waiting to be told."""


RUNS: dict[str, Callable[[Sequence[Frame], EstimatorOptions, Memory], None]] = {
    "process": run_process,
    "engine": run_engine,
}


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=20_000)
    parser.add_argument("--source-size", type=_size, default=(64, 48))
    parser.add_argument("--input-size", type=int, default=64)
    parser.add_argument("--only", nargs="+", choices=sorted(RUNS), default=sorted(RUNS))
    asked = parser.parse_args()
    source = open_source("synthetic", asked.source_size)
    frames = preload(source)
    source.close()
    for title in asked.only:
        memory = Memory(asked.frames)
        RUNS[title](frames, EstimatorOptions(input_size=asked.input_size), memory)
        print(memory.report(title), flush=True)


if __name__ == "__main__":
    main()

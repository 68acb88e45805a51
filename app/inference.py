"""The inference loop: the newest frame in, its FrameResult out. Plain Python, no Qt."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from app.mailbox import Closed, LatestSlot
from app.pipeline import Pipeline, PipelineConfig
from app.results import FrameResult
from models.device import set_cpu_threads
from models.frames import Frame

log = logging.getLogger(__name__)

Tap = Callable[[FrameResult], object]
_IDLE_S = 0.05


class InferenceLoop:
    """Takes frames, steps the pipeline, leaves results; wishes may come from any thread.

    taps get every result on the inference thread and must not block.
    `state` is a short text while models are being opened, else empty.
    """

    def __init__(
        self,
        frames: LatestSlot[Frame],
        results: LatestSlot[FrameResult],
        notify: Callable[[], None],
        pipeline: Pipeline,
    ) -> None:
        self._frames = frames
        self._results = results
        self._notify = notify
        self._pipeline = pipeline
        self._lock = threading.Lock()
        self._wanted: tuple[PipelineConfig, int] | None = None
        self._reset_wanted = False
        self._stop = threading.Event()
        self._last: FrameResult | None = None
        self.taps: tuple[Tap, ...] = ()
        self.state = ""
        self.finished = 0
        self.beat_ns = time.monotonic_ns()

    def configure(self, config: PipelineConfig, threads: int) -> None:
        """Run by `config` from the next frame on; a later call replaces one not yet granted."""
        with self._lock:
            self._wanted = (config, threads)

    def reset_memory(self) -> None:
        """Empty every lane's memory before the next frame."""
        with self._lock:
            self._reset_wanted = True

    def stop(self) -> None:
        """Make run() return after the frame in hand."""
        self._stop.set()

    def run(self) -> None:
        """Estimate until stop() or until the frames end; closes the pipeline on the way out."""
        try:
            while not self._stop.is_set():
                self.beat_ns = time.monotonic_ns()
                changed = self._grant_wishes()
                frame = self._frames.take(0.0 if changed else _IDLE_S)
                if frame is not None:
                    self._publish(self._pipeline.step(frame, self._frames.dropped))
                elif changed and self._last is not None:
                    self._publish(self._pipeline.refresh(self._last))
        except Closed:
            pass  # the capture side went first
        finally:
            self._pipeline.close()

    def _grant_wishes(self) -> bool:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            reset, self._reset_wanted = self._reset_wanted, False
        if wanted is not None:
            config, threads = wanted
            self._tell("Loading the model…")
            set_cpu_threads(threads)
            self._pipeline.configure(config)
            self._tell("")
        if reset:
            self._pipeline.reset()
        return wanted is not None or reset

    def _publish(self, result: FrameResult) -> None:
        self._last = result
        self.finished += 1
        for tap in self.taps:
            tap(result)
        self._results.put(result)
        self._notify()

    def _tell(self, state: str) -> None:
        self.state = state
        self._notify()

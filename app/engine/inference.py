"""The inference loop: the newest frame in, its FrameResult out. Plain Python, no Qt.

A second thread postprocesses a frame (upsampling, levels, views) while the networks compute the
next. A device with streams gets the next frame while it still computes the last.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from app.core.results import FrameResult
from app.core.slots import Closed, Slot
from app.engine.in_flight import InFlightFrame
from app.engine.pipeline import Pipeline, PipelineConfig
from app.engine.postprocess import PredictedFrame
from app.engine.prescale import ViewportRequest
from app.engine.step_budget import LOADING_S, RELOADING_S, WARM_UP_S, StepBudget
from app.engine.supervision import Heartbeat
from app.system import startup
from models.frames import Frame

log = logging.getLogger(__name__)

Tap = Callable[[FrameResult], object]
_IDLE_S = 0.05
_SETTLED_ROUNDS = 4
_READY_POLL_S = 0.001
"""Longest wait of a finished frame while the loop waits for the next one."""


class InferenceLoop:
    """Takes frames, steps the pipeline, delivers results; commands may come from any thread.

    taps get every result in order, one at a time, on a thread of the loop; they must not block.
    `state` is a short text while models are being opened, else empty.

    Attributes
    ----------
    budget
        Time that loading and each frame may take.
    heartbeat
        Heartbeat of the loop; it announces the times of `budget`.
    """

    def __init__(
        self,
        frames: Slot[Frame],
        results: Slot[FrameResult],
        notify: Callable[[], None],
        pipeline: Pipeline,
    ) -> None:
        self._frames = frames
        self._results = results
        self._notify = notify
        self._pipeline = pipeline
        self._lock = threading.Lock()
        self._wanted: PipelineConfig | None = None
        self._applied: PipelineConfig | None = None
        self._reset_wanted = False
        self._is_configured = False
        self._stop = threading.Event()
        self._last: FrameResult | None = None
        self.taps: tuple[Tap, ...] = ()
        self.state = ""
        self.finished = 0
        self.heartbeat = Heartbeat()
        self.budget = StepBudget()
        self._in_flight: deque[InFlightFrame] = deque()
        self._idle_rounds = 0
        self._postprocess_pool = ThreadPoolExecutor(1, "postprocess")
        self._postprocessing: Future[None] | None = None

    @property
    def warming_since_s(self) -> float | None:
        """See StepBudget."""
        return self.budget.warming_since_s

    @property
    def is_configured(self) -> bool:
        """Whether the first configuration is applied: its models are loaded, or failed to."""
        return self._is_configured

    def configure(self, config: PipelineConfig) -> None:
        """Use `config` from the next frame on; replaces one that is not applied yet."""
        with self._lock:
            self._wanted = config

    def request_viewport(self, viewport_request: ViewportRequest) -> None:
        """Resize pictures for these panes from now on, so that painting them takes little time."""
        self._pipeline.postprocessor.viewport_request = viewport_request

    def ask_at(self, point: tuple[float, float] | None) -> None:
        """Look inside for the patch at (x, y), shares of the picture; None is up to the pins."""
        self._pipeline.postprocessor.ask_at(point)

    def reset_memory(self) -> None:
        """Reset every lane's memory before the next frame."""
        with self._lock:
            self._reset_wanted = True

    def stop(self) -> None:
        """Make run() return after the frames in flight."""
        self._stop.set()

    def abandon(self) -> None:
        """Tell a loop that hangs to end when it can, without waiting."""
        self._stop.set()

    def make_replacement(
        self, frames: Slot[Frame], results: Slot[FrameResult], notify: Callable[[], None]
    ) -> InferenceLoop:
        """A loop that continues where this one failed, with new sessions.

        A lane that this loop hangs in is suspended for a while. The new loop takes over the taps.
        """
        replacement = InferenceLoop(frames, results, notify, self._pipeline.make_replacement())
        replacement.finished = self.finished
        replacement.taps, self.taps = self.taps, ()
        with self._lock:
            replacement._wanted = self._wanted or self._applied
        return replacement

    def run(self) -> None:
        """Predict until stop() or until the frames end; closes the pipeline on the way out."""
        try:
            with suppress(Closed):  # the capture loop ended first
                while not self._stop.is_set():
                    self._round()
            with suppress(Closed):
                self._collect_all()
        finally:
            self._postprocess_pool.shutdown()
            self._pipeline.close()

    def _round(self) -> None:
        if not self._is_postprocessing() or self.budget.postprocess_left_s > 0.0:
            self.heartbeat.beat()
        changed = self._apply_commands()
        frame = self._next_frame(changed)
        if frame is not None:
            self._idle_rounds = 0
            self._begin(frame)
            if len(self._in_flight) >= self._pipeline.frames_in_flight:
                self._collect_oldest()
        elif self._in_flight:
            self._collect_oldest()
        elif changed and self._last is not None:
            self.heartbeat.beat(WARM_UP_S)
            self._publish(self._pipeline.refresh(self._last))
        else:
            self._settle()

    def _settle(self) -> None:
        """Compute what is only worth it for a frame that stays on screen, once one seems to."""
        self._idle_rounds += 1
        if self._is_postprocessing():
            return
        last, postprocessor = self._last, self._pipeline.postprocessor
        if last is None or last.analysis is None:
            return
        if postprocessor.is_asked_elsewhere(last):
            self._show_again(postprocessor.settle, last)
        if self._idle_rounds < _SETTLED_ROUNDS:
            return
        if self._pipeline.wants_to_inspect(last):
            self._show_again(self._pipeline.inspect, last)
        elif not last.analysis.is_settled:
            self._show_again(postprocessor.settle, last)

    def _show_again(
        self, complete: Callable[[FrameResult], FrameResult], result: FrameResult
    ) -> None:
        """Publish more about the last frame: it is neither counted nor recorded again."""
        self.heartbeat.beat(WARM_UP_S)
        self._last = complete(result)
        self._results.put(self._last)
        self._notify()

    def _next_frame(self, changed: bool) -> Frame | None:
        """The newest frame, if one arrives before something else is due.

        With a device, that is when its oldest frame is ready. There is no heartbeat meanwhile, so
        that a device that hangs is noticed.
        """
        if not self._in_flight:
            return self._frames.take(0.0 if changed else _IDLE_S)
        self.heartbeat.beat(self.budget.predict_s)
        while not self._stop.is_set():
            is_ready = self._pipeline.is_ready(self._in_flight[0])
            frame = self._frames.take(0.0 if is_ready else _READY_POLL_S)
            if frame is not None or is_ready:
                return frame
        return None

    def _begin(self, frame: Frame) -> None:
        self.budget.begin_frame(frame.size, self._pipeline.warm_up_frames)
        self.heartbeat.beat(self.budget.predict_s)
        self._in_flight.append(self._pipeline.begin(frame, self._frames.dropped))

    def _collect_oldest(self) -> None:
        """Wait for the oldest frame's predictions and start its postprocessing."""
        self.heartbeat.beat(self.budget.predict_s)
        in_flight = self._in_flight.popleft()
        predicted = self._pipeline.predict(in_flight)
        self._wait_for_postprocess()
        self.budget.begin_postprocess()
        self._postprocessing = self._postprocess_pool.submit(self._postprocess, predicted)
        self.budget.predicted((predicted.predicted_ns - in_flight.begun_ns) / 1e9)

    def _postprocess(self, predicted: PredictedFrame) -> None:
        """Postprocess a frame, on the postprocess thread."""
        begun_s = time.monotonic()
        result = self._pipeline.postprocessor.run(predicted, is_beside=True)
        self._publish(result)
        self.budget.postprocessed(result.frame.size, time.monotonic() - begun_s)

    def _is_postprocessing(self) -> bool:
        """Whether a frame is being postprocessed. Raises the error of the last one, if any."""
        if self._postprocessing is None:
            return False
        if self._postprocessing.done():
            self._wait_for_postprocess()
        return self._postprocessing is not None

    def _wait_for_postprocess(self) -> None:
        postprocessing, self._postprocessing = self._postprocessing, None
        if postprocessing is None:
            return
        if not postprocessing.done():
            self.heartbeat.beat(self.budget.postprocess_left_s)
        postprocessing.result()

    def _collect_all(self) -> None:
        while self._in_flight:
            self._collect_oldest()
        self._wait_for_postprocess()

    def _apply_commands(self) -> bool:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            if wanted is None and self._pipeline.wants_to_open():
                wanted = self._applied
            self._applied = wanted or self._applied
            reset, self._reset_wanted = self._reset_wanted, False
        if wanted is not None or reset:
            self._collect_all()  # frames in flight belong to the old configuration
        if wanted is not None:
            if self._pipeline.will_open(wanted):
                self._set_state("Loading the model…")
                again = self._pipeline.wants_to_open()
                self.heartbeat.beat(RELOADING_S if again else LOADING_S)
            _set_cpu_threads(wanted.threads)
            if self._pipeline.configure(wanted):
                self.budget.lanes_changed()
            self._is_configured = True
            if self.state:
                startup.reached("models")
                self._set_state("")
        if reset:
            self._pipeline.reset()
        return wanted is not None or reset

    def _publish(self, result: FrameResult) -> None:
        self._results.put(result)  # raises Closed if this loop was replaced meanwhile
        self._last = result
        self.finished += 1
        for tap in self.taps:
            tap(result)
        self._notify()

    def _set_state(self, state: str) -> None:
        self.state = state
        self._notify()


def _set_cpu_threads(count: int) -> None:
    """Set the number of CPU threads of the networks; the first call loads torch."""
    from models.devices.device import set_cpu_threads

    set_cpu_threads(count)

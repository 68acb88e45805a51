"""The inference loop: the newest frame in, its FrameResult out. Plain Python, no Qt.

On the CPU one frame is estimated after the other, and a second thread finishes a frame while the
networks are at the next: brings it to the frame's size, makes its levels, works out its views. A
device with streams is handed the next frame while it works on the last, so that it has work while
this thread finishes a result.
"""

from __future__ import annotations

import logging
import math
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
from app.engine.postprocess import Estimated
from app.engine.prescale import ViewportRequest
from app.engine.supervision import STALL_S, Heartbeat
from app.system import startup
from models.devices.device import set_cpu_threads
from models.frames import Frame

log = logging.getLogger(__name__)

Tap = Callable[[FrameResult], object]
_IDLE_S = 0.05
_SETTLED_ROUNDS = 4
_GLANCE_S = 0.001
"""How long a frame that is back may wait while the next one is waited for."""
_LOADING_S = 180.0
_LOADING_AGAIN_S = 20.0
"""For a model that hung while it loaded; the other lane waits meanwhile."""
_WARM_UP_S = 60.0
_RESIZED_S = 5.0
"""How long the first frame of another size may take, beyond what its pixels account for."""
_SLOWER_THAN_EVER = 3.0
"""How many times as long as the slowest of the last frames the next one may take, and where that
is less than `STALL_S`, so long as any stage."""


class InferenceLoop:
    """Takes frames, steps the pipeline, leaves results; commands may come from any thread.

    taps get every result in order, one at a time, on a thread of the loop's; they must not block.
    `state` is a short text while models are being opened, else empty.
    warming_since_s : time.monotonic() since when a frame is awaited that takes longer than those
        after it, because memory is taken and kernels are chosen with it; None at other times.
    heartbeat : the loop's sign of life; it announces how long loading and each frame may take.
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
        self._stop = threading.Event()
        self._last: FrameResult | None = None
        self.taps: tuple[Tap, ...] = ()
        self.state = ""
        self.finished = 0
        self.heartbeat = Heartbeat()
        self.warming_since_s: float | None = None
        self._in_flight: deque[InFlightFrame] = deque()
        self._steps_s: deque[float] = deque(maxlen=20)
        self._finishes_s: deque[float] = deque(maxlen=20)
        self._stepped_size = (0, 0)
        self._idle_rounds = 0
        self._first_s = _WARM_UP_S
        self._postprocess_pool = ThreadPoolExecutor(1, "finishing")
        self._finishing: Future[None] | None = None
        self._overdue_s = math.inf

    def configure(self, config: PipelineConfig) -> None:
        """Run by `config` from the next frame on; a later call replaces one not yet in force."""
        with self._lock:
            self._wanted = config

    def request_viewport(self, viewport_request: ViewportRequest) -> None:
        """Bring pictures to this size from now on, so that painting them takes little."""
        self._pipeline.finishing.viewport_request = viewport_request

    def reset_memory(self) -> None:
        """Empty every lane's memory before the next frame."""
        with self._lock:
            self._reset_wanted = True

    def stop(self) -> None:
        """Make run() return after the frames in hand."""
        self._stop.set()

    def abandon(self) -> None:
        """Tell a loop that hangs to end whenever it can; waits for nothing."""
        self._stop.set()

    def make_replacement(
        self, frames: Slot[Frame], results: Slot[FrameResult], notify: Callable[[], None]
    ) -> InferenceLoop:
        """A loop that goes on where this one broke off, with every session new.

        A lane that this loop hangs in is put aside for a while. Taps move over.
        """
        replacement = InferenceLoop(frames, results, notify, self._pipeline.make_replacement())
        replacement.finished = self.finished
        replacement.taps, self.taps = self.taps, ()
        with self._lock:
            replacement._wanted = self._wanted or self._applied
        return replacement

    def run(self) -> None:
        """Estimate until stop() or until the frames end; closes the pipeline on the way out."""
        try:
            with suppress(Closed):  # the capture side went first
                while not self._stop.is_set():
                    self._round()
            with suppress(Closed):
                self._finish_all()
        finally:
            self._postprocess_pool.shutdown()
            self._pipeline.close()

    def _round(self) -> None:
        if not self._is_postprocessing() or time.monotonic() < self._overdue_s:
            self.heartbeat.beat()
        changed = self._apply_commands()
        frame = self._next_frame(changed)
        if frame is not None:
            self._idle_rounds = 0
            self._begin(frame)
            if len(self._in_flight) >= self._pipeline.room:
                self._finish_oldest()
        elif self._in_flight:
            self._finish_oldest()
        elif changed and self._last is not None:
            self.heartbeat.beat(_WARM_UP_S)
            self._publish(self._pipeline.refresh(self._last))
        else:
            self._settle()

    def _settle(self) -> None:
        """Finish what a passing frame was not worth, once a frame seems to stay."""
        self._idle_rounds += 1
        if self._is_postprocessing():
            return
        last = self._last
        if last is None or last.analysis is None or last.analysis.is_settled:
            return
        if self._idle_rounds >= _SETTLED_ROUNDS:
            self.heartbeat.beat(_WARM_UP_S)
            self._last = self._pipeline.finishing.settle(last)
            self._results.put(self._last)  # nothing new: neither counted nor recorded
            self._notify()

    def _next_frame(self, changed: bool) -> Frame | None:
        """The newest frame, if one comes before it is time for something else.

        While a device works this is when its oldest frame is back. Gives no sign of life
        meanwhile: a device that hangs is to be noticed.
        """
        if not self._in_flight:
            return self._frames.take(0.0 if changed else _IDLE_S)
        self.heartbeat.beat(self._allowed_s(self._steps_s))
        while not self._stop.is_set():
            is_ready = self._pipeline.is_ready(self._in_flight[0])
            frame = self._frames.take(0.0 if is_ready else _GLANCE_S)
            if frame is not None or is_ready:
                return frame
        return None

    def _begin(self, frame: Frame) -> None:
        is_cold = self._pipeline.is_cold(frame)
        if frame.size != self._stepped_size:
            self._resize(frame.size)
        if is_cold:
            self._first_s = _WARM_UP_S
        if self.warming_since_s is None and (is_cold or not self._steps_s):
            self.warming_since_s = time.monotonic()
        self.heartbeat.beat(self._allowed_s(self._steps_s))
        self._in_flight.append(self._pipeline.begin(frame, self._frames.dropped))

    def _finish_oldest(self) -> None:
        """Finish a frame, or let it be finished, having announced how long that may take."""
        self.heartbeat.beat(self._allowed_s(self._steps_s))
        in_flight = self._in_flight.popleft()
        if self._pipeline.room > 1:
            result = self._pipeline.finish(in_flight)
            self._publish(result)
            done_ns = result.done_ns
        else:
            estimated = self._pipeline.estimate(in_flight)
            self._wait_for_finishing()
            self._overdue_s = time.monotonic() + self._allowed_s(self._finishes_s)
            self._finishing = self._postprocess_pool.submit(self._finish, estimated)
            done_ns = estimated.estimated_ns
        self._steps_s.append((done_ns - in_flight.begun_ns) / 1e9)
        if not self._pipeline.is_cold(in_flight.frame):
            self.warming_since_s = None

    def _finish(self, estimated: Estimated) -> None:
        """On the finisher's thread."""
        begun_s = time.monotonic()
        result = self._pipeline.finishing.finish(estimated, is_beside=True)
        self._publish(result)
        if result.frame.size == self._stepped_size:
            self._finishes_s.append(time.monotonic() - begun_s)

    def _is_postprocessing(self) -> bool:
        """Whether a frame is being finished. Raises what went wrong with the last one."""
        if self._finishing is None:
            return False
        if self._finishing.done():
            self._wait_for_finishing()
        return self._finishing is not None

    def _wait_for_finishing(self) -> None:
        finishing, self._finishing = self._finishing, None
        if finishing is None:
            return
        if not finishing.done():
            self.heartbeat.beat(max(0.0, self._overdue_s - time.monotonic()))
        finishing.result()

    def _finish_all(self) -> None:
        while self._in_flight:
            self._finish_oldest()
        self._wait_for_finishing()

    def _resize(self, size: tuple[int, int]) -> None:
        """Frames of another size come; what the last ones took says how long the first may take."""
        if self._steps_s:
            old, new = math.prod(self._stepped_size), math.prod(size)
            worst_s = _SLOWER_THAN_EVER * max(self._steps_s) * max(1.0, new / old) ** 2
            self._first_s = min(_WARM_UP_S, _RESIZED_S + worst_s)
        self._steps_s.clear()
        self._finishes_s.clear()
        self._stepped_size = size

    def _allowed_s(self, took_s: deque[float]) -> float:
        """What to announce for a step that took so long before; `STALL_S` of silence is granted on
        top of that.
        """
        if self.warming_since_s is not None or not took_s:
            return self._first_s
        return max(0.0, _SLOWER_THAN_EVER * max(took_s) - STALL_S)

    def _apply_commands(self) -> bool:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            if wanted is None and self._pipeline.wants_to_open():
                wanted = self._applied
            self._applied = wanted or self._applied
            reset, self._reset_wanted = self._reset_wanted, False
        if wanted is not None or reset:
            self._finish_all()  # what was begun was begun under the old commands
        if wanted is not None:
            if self._pipeline.will_open(wanted):
                self._tell("Loading the model…")
                again = self._pipeline.wants_to_open()
                self.heartbeat.beat(_LOADING_AGAIN_S if again else _LOADING_S)
            set_cpu_threads(wanted.threads)
            if self._pipeline.configure(wanted):
                self._steps_s.clear()
                self._finishes_s.clear()
                self._first_s = _WARM_UP_S
            if self.state:
                startup.reached("models")
                self._tell("")
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

    def _tell(self, state: str) -> None:
        self.state = state
        self._notify()

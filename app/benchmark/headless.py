"""The inference thread compared with a plain loop over the same lanes and frames."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from app.benchmark.preloaded import ToAndFro, preloaded
from app.core.results import LANES, FrameResult
from app.core.slots import LatestSlot
from app.engine.capture import CaptureLoop
from app.engine.commands import CaptureRequest, PlaybackOptions
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from models import registry
from models.devices.device import set_cpu_threads
from models.errors import UserError
from models.estimator import FrameMemo, Session, estimate
from models.frames import Frame

ROUNDS = 3
WARM_UP = 5
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Result of one round.

    Attributes
    ----------
    fps
        Frames per second.
    stages_ms
        Median time per stage.
    input_size
        Short side, in pixels, of the picture that the networks got; None if there are none.
    """

    fps: float
    stages_ms: dict[str, float]
    input_size: int | None


def alternate(frames: Sequence[Frame], config: PipelineConfig, seconds: float) -> dict[str, object]:
    """Measure `fps`, `bare_model_fps`, `stages_ms` and `input_size` in alternating rounds.

    Medians over rounds.
    """
    share = seconds / (2 * ROUNDS)
    bare: list[float] = []
    ours: list[Pace] = []
    for _ in range(ROUNDS):
        bare.append(_in_a_thread(partial(bare_fps, frames, config, share)))
        ours.append(engine_pace(frames, config, share))
    return {
        "fps": statistics.median(pace.fps for pace in ours),
        "bare_model_fps": statistics.median(bare),
        "input_size": ours[-1].input_size,
        "stages_ms": {
            key: statistics.median(pace.stages_ms.get(key, 0.0) for pace in ours)
            for key in ours[0].stages_ms
        },
    }


def _in_a_thread(measure: Callable[[], float]) -> float:
    """Run `measure()` on a temporary thread and return its result.

    OpenMP keeps a pool for each thread that ever computed. A pool left on the main thread would
    count against the cores, and the next measurement would no longer spin.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(measure).result()


def bare_fps(frames: Sequence[Frame], config: PipelineConfig, seconds: float) -> float:
    """Frames per second of the lanes in a plain loop, without threads and display."""
    set_cpu_threads(config.threads)
    order = ToAndFro(frames)
    with ExitStack() as stack:
        sessions: list[Session] = []
        for lane in LANES:
            if config.model(lane) != registry.OFF:
                sessions.append(registry.find(config.model(lane)).open(config.options))
                stack.callback(sessions[-1].close)
        for _ in range(WARM_UP):
            _step(sessions, order.next())
        count, started = 0, time.perf_counter()
        while (passed := time.perf_counter() - started) < seconds or count == 0:
            _step(sessions, order.next())
            count += 1
    return count / passed


def _step(sessions: list[Session], frame: Frame) -> None:
    memo = FrameMemo()
    for session in sessions:
        estimate(session, frame, memo)


def engine_pace(frames: Sequence[Frame], config: PipelineConfig, seconds: float) -> Pace:
    """Run capture and inference as in the window, each on its thread, without a display."""
    stages: list[dict[str, float]] = []
    finished_s: list[float] = []
    sizes: set[int] = set()
    slot: LatestSlot[Frame] = LatestSlot()
    results: LatestSlot[FrameResult] = LatestSlot()

    warm = threading.Event()

    def tap(result: FrameResult) -> None:
        stages.append(result.stages_ms)
        sizes.update(network_sizes(result))
        finished_s.append(time.perf_counter())
        if len(stages) >= WARM_UP:
            warm.set()

    inference = InferenceLoop(slot, results, _nothing, Pipeline())
    capture = CaptureLoop(slot, preloaded(frames), _nothing)
    inference.taps = (tap,)
    inference.configure(config)
    capture.post(PlaybackOptions(every_frame=True))
    capture.post(CaptureRequest("preloaded"))
    workers = [threading.Thread(target=loop.run) for loop in (capture, inference)]
    for worker in workers:
        worker.start()
    try:
        warm.wait(_PATIENCE_S)
        time.sleep(seconds)
        _wait_until(lambda: len(finished_s) > WARM_UP)  # a slow model may not have finished any
        measured_s = finished_s[WARM_UP - 1 :]
    finally:
        slot.close()
        capture.stop()
        inference.stop()
        for worker in workers:
            worker.join(10)
    if len(measured_s) < 2:
        raise UserError(
            f"The engine took more than {_PATIENCE_S:.0f} seconds for its first frames; choose a "
            "smaller model or input size."
        )
    measured = stages[WARM_UP:]
    medians = {key: statistics.median(s[key] for s in measured) for key in measured[-1]}
    return Pace(rate(measured_s), medians, max(sizes, default=None))


def network_sizes(result: FrameResult) -> set[int]:
    """Short sides, in pixels, of the pictures that the lanes' networks got."""
    given = (lane.depth.network_size for lane in result.lanes.values())
    return {min(size) for size in given if size is not None}


def rate(times_s: Sequence[float]) -> float:
    """Events per second, from the first to the last; 0 for fewer than two.

    Counting events within a fixed time would be off by up to one, which is several percent of a
    short round.
    """
    if len(times_s) < 2:
        return 0.0
    return (len(times_s) - 1) / (times_s[-1] - times_s[0])


def _wait_until(done: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while not done() and time.monotonic() < deadline_s:
        time.sleep(0.05)


def _nothing() -> None:
    """No window to notify."""

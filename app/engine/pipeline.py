"""Lanes over frames: one frame in, one FrameResult out. Plain Python, no Qt.

The pipeline opens a session per lane, resets them where the stream breaks, shares what lanes can
share, and turns a failing lane into a sentence instead of a crash. It is used from one thread; only
its `postprocessor` may run on another while nothing is configured or reset here.

A frame is begun, predicted and postprocessed. On a device that computes asynchronously, the next
frame is begun before the last is predicted; the results are those of one frame after another.
"""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from app.analysis.request import AnalysisRequest
from app.core.results import LANES, Breaks, FrameResult
from app.engine.in_flight import InFlightFrame
from app.engine.lane_probes import LaneProbes, joined
from app.engine.lane_runner import LaneRunner
from app.engine.lanes import Lane, LanePrediction
from app.engine.postprocess import Postprocessor, PredictedFrame
from app.engine.supervision import LaneTroubles
from models import registry
from models.estimator import EstimatorOptions, FrameMemo
from models.frames import Frame
from models.inside.probe import NOTHING, Probe
from renderers.display_range import RangeSettings

DEVICE_WARM_UP_FRAMES = 4
"""The first frames of a size on a device take memory and choose kernels: the first of a video, the
first that remembers, and where graphs are used one recording of each."""


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """What the lanes are and how they run.

    Attributes
    ----------
    model_a, model_b
        Names of the models.
    memory
        Off replaces every temporal model by the same network with its memory off.
    options
        How the models run.
    display_range, analysis
        For postprocessing.
    saved
        Intermediate results that are given beside those that the analysis needs, to be saved.
    attempt
        A lane that could not be opened is tried again when this number changes.
    threads
        CPU threads for the networks, at least 1.
    """

    model_a: str = "flashdepth-lite"
    model_b: str = "flashdepth-lite-per-frame"
    memory: bool = True
    options: EstimatorOptions = field(default_factory=EstimatorOptions)
    display_range: RangeSettings = field(default_factory=RangeSettings)
    analysis: AnalysisRequest = field(default_factory=AnalysisRequest)
    saved: Probe = NOTHING
    attempt: int = 0
    threads: int = 1

    def model(self, lane: str) -> str:
        """The model that runs in `lane`, with the memory switch applied."""
        chosen = self.model_a if lane == "a" else self.model_b
        return chosen if self.memory else registry.without_memory(chosen)


class Pipeline:
    """Runs the lanes. `clock_ns` is time.monotonic_ns except in tests."""

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._lanes: dict[str, Lane] = {}
        self._segment: int | None = None
        self._shot: int | None = None
        self._clock_ns = clock_ns
        self._runner = LaneRunner(clock_ns, LaneTroubles())
        self._in_flight: deque[InFlightFrame] = deque()
        self._predicted_ns = 0
        self._probes = LaneProbes()
        self.postprocessor = Postprocessor(clock_ns, Breaks())

    @property
    def frames_in_flight(self) -> int:
        """Frames that may be begun before the oldest is collected: as many as every lane allows."""
        counts = [lane.frames_in_flight for lane in self._open_lanes()]
        return min(counts, default=1)

    @property
    def warm_up_frames(self) -> int:
        """Number of frames of a new size that may take longer than later ones."""
        on_device = any(lane.frames_in_flight > 1 for lane in self._open_lanes())
        return DEVICE_WARM_UP_FRAMES if on_device else 1

    def _open_lanes(self) -> list[Lane]:
        return [lane for lane in self._lanes.values() if lane.session is not None]

    def make_replacement(self) -> Pipeline:
        """A pipeline that replaces this one while it hangs; the lane at fault is suspended."""
        replacement = Pipeline(self._clock_ns)
        replacement.postprocessor = Postprocessor(self._clock_ns, self.postprocessor.breaks)
        replacement.postprocessor.viewport_request = self.postprocessor.viewport_request
        replacement._runner.troubles = self._runner.troubles.copy()
        if (key := self._runner.called_lane) is not None:
            sentence = f"{key[1]} did not respond and was stopped."
            replacement._runner.troubles.hangs(key, sentence, self._clock_ns() / 1e9)
        return replacement

    def configure(self, config: PipelineConfig) -> bool:
        """Open what changed and keep the rest with its memory; opening may take seconds.

        True if any lane is new. The caller collects the frames in flight first.
        """
        is_new = False
        self.postprocessor.configure(config.display_range, config.analysis)
        self._probes = LaneProbes(config.analysis.inside, config.saved)
        for name in LANES:
            if not self._is_stale(name, config):
                continue
            model = config.model(name)
            lane = self._lanes.get(name)
            if lane is not None:
                lane.close()
            self._lanes[name] = Lane(model, config.options, config.attempt)
            self.postprocessor.restart_range()
            if lane is None or registry.family(lane.model) != registry.family(model):
                # otherwise it is the same network with its memory reset
                self.postprocessor.forget(name)
            is_new = True
            if model != registry.OFF:
                self._runner.open(name, self._lanes[name])
        return is_new

    def wants_to_open(self) -> bool:
        """Whether configure() may try a lane again that hung while it loaded."""
        return any(self._runner.may_open(name, lane) for name, lane in self._lanes.items())

    def will_open(self, config: PipelineConfig) -> bool:
        """Whether configure(config) would open a lane, which may take seconds."""
        return any(self._is_stale(name, config) for name in LANES)

    def _is_stale(self, name: str, config: PipelineConfig) -> bool:
        """Whether the lane has another model now, or failed to open before this attempt."""
        lane = self._lanes.get(name)
        if lane is None or (lane.model, lane.options) != (config.model(name), config.options):
            return True
        if self._runner.may_open(name, lane):
            return True
        return bool(lane.failure) and lane.attempt != config.attempt

    def reset(self) -> None:
        """Reset every lane and the display range; failed lanes may try again.

        The caller collects the frames in flight first.
        """
        self._runner.troubles.try_again()
        for lane in self._lanes.values():
            lane.reset()
        self.postprocessor.restart_range()

    def close(self) -> None:
        """Close every session; frames in flight are lost. It may be configured again afterwards."""
        self._in_flight.clear()
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()

    def step(self, frame: Frame, dropped: int = 0) -> FrameResult:
        """Process one frame completely. Resets first if the stream broke before it."""
        return self.postprocessor.run(self.predict(self.begin(frame, dropped)))

    def begin(self, frame: Frame, dropped: int = 0) -> InFlightFrame:
        """Submit `frame` to every lane; `frames_in_flight` frames may be begun at once."""
        begun_ns = self._clock_ns()
        is_first, cut = self._continuity(frame)
        probes = self._probes.live(self._models())
        memo = FrameMemo(joined(probes))
        in_flight = InFlightFrame(frame, dropped, cut, is_first, begun_ns, memo=memo, probes=probes)
        if is_first:
            self._runner.troubles.try_again()
        # Lanes on a device first, so that it computes while the host computes the others.
        for name, lane in sorted(self._lanes.items(), key=_frames_in_flight, reverse=True):
            if is_first:
                lane.reset()
            self._runner.submit(name, lane, in_flight)
        in_flight.submitted_ns = self._clock_ns()
        self._in_flight.append(in_flight)
        return in_flight

    def is_ready(self, in_flight: InFlightFrame) -> bool:
        """Whether predict() would not wait for a device."""
        return self._runner.is_ready(self._lanes, in_flight)

    def predict(self, in_flight: InFlightFrame) -> PredictedFrame:
        """The lanes' predictions for the oldest frame in flight; waits for devices."""
        self._in_flight.remove(in_flight)
        started_ns = max(in_flight.begun_ns, self._predicted_ns)
        lanes: dict[str, LanePrediction] = {}
        for name, lane in self._lanes.items():
            prediction = self._runner.collect(name, lane, in_flight, self._in_flight)
            if prediction is not None:
                lanes[name] = prediction
        in_flight.forget_memo()  # features are large, and the next frame makes its own
        self._predicted_ns = self._clock_ns()
        return PredictedFrame(in_flight, lanes, started_ns, self._predicted_ns)

    def refresh(self, result: FrameResult) -> FrameResult:
        """The same frame after configure(): only lanes that were opened since predict it again."""
        probes = self._probes.live(self._models())
        again = InFlightFrame(result.frame, memo=FrameMemo(joined(probes)), probes=probes)
        lanes: dict[str, LanePrediction] = {}
        for name, lane in self._lanes.items():
            old = result.lanes.get(name)
            if old is not None and old.model == lane.model and not lane.fresh:
                lanes[name] = LanePrediction(
                    old.model, old.depth, old.compute_ms, old.fresh, old.note, old.inside
                )
                continue
            self._runner.submit(name, lane, again)
            again.submitted_ns = self._clock_ns()
            prediction = self._runner.collect(name, lane, again, self._in_flight)
            if prediction is not None:
                lanes[name] = prediction
        return self.postprocessor.renew(result, lanes, again.failures)

    def wants_to_inspect(self, result: FrameResult) -> bool:
        """Whether networks have more to give of this frame than they gave while frames came."""
        return any(
            self._probes.is_unanswered(name, lane.inside) for name, lane in result.lanes.items()
        )

    def inspect(self, result: FrameResult) -> FrameResult:
        """The same frame, the last one, with all that was asked of its networks' insides."""
        lanes = dict(result.lanes)
        for name, lane in result.lanes.items():
            if self._probes.is_unanswered(name, lane.inside):
                probe = self._probes.whole(name)
                inside = self._runner.inspect(name, self._lanes[name], result.frame, probe)
                lanes[name] = dataclasses.replace(lane, inside=inside)
        return self.postprocessor.settle(dataclasses.replace(result, lanes=lanes))

    def _models(self) -> dict[str, str]:
        return {name: lane.model for name, lane in self._lanes.items()}

    def _continuity(self, frame: Frame) -> tuple[bool, bool]:
        """Whether this frame does not continue the last one, and whether that is due to a cut."""
        broke = frame.segment != self._segment
        cut = frame.shot != self._shot and not broke
        is_first = (broke and self._segment is not None) or cut
        self._segment, self._shot = frame.segment, frame.shot
        return is_first, cut


def _frames_in_flight(item: tuple[str, Lane]) -> int:
    return item[1].frames_in_flight

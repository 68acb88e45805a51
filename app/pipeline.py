"""Lanes over frames: one frame in, one FrameResult out. Plain Python, no Qt, one thread.

The pipeline opens a session per lane, resets them where the stream breaks, shares what lanes can
share, keeps the display range, and turns a failing lane into a sentence instead of a crash.

A frame is begun and finished. Where a device works by itself, the next frame is begun before the
last is finished; the results are those of one frame after the other.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.analysis import AnalysisWishes, Analyst
from app.lane_runner import LaneRunner
from app.lanes import LANES, MISTAKES, Lane, Seen, without_memory
from app.results import Analysis, Breaks, FrameResult, LaneResult
from app.sources.cuts import CutDetector
from app.supervision import LaneTroubles
from app.underway import Underway
from models import registry
from models.estimator import EstimatorOptions
from models.frames import Frame
from renderers.depth_image import quantise
from renderers.display_range import RangeSettings, RangeTracker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """What the lanes are and how they run.

    memory : off replaces every temporal model by the same network with its memory off.
    attempt : a lane that could not be opened is tried again when this number changes.
    """

    model_a: str = "flashdepth-lite"
    model_b: str = "flashdepth-lite-per-frame"
    memory: bool = True
    options: EstimatorOptions = field(default_factory=EstimatorOptions)
    display_range: RangeSettings = field(default_factory=RangeSettings)
    analysis: AnalysisWishes = field(default_factory=AnalysisWishes)
    attempt: int = 0

    def model(self, lane: str) -> str:
        """The model that runs in `lane`, with the memory switch applied."""
        chosen = self.model_a if lane == "a" else self.model_b
        return chosen if self.memory else without_memory(chosen)


class Pipeline:
    """Runs the lanes. `clock_ns` is time.monotonic_ns but in tests."""

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._config: PipelineConfig | None = None
        self._lanes: dict[str, Lane] = {}
        self._segment: int | None = None
        self._cuts = CutDetector()
        self._range = RangeTracker(RangeSettings())
        self._analyst = Analyst()
        self._clock_ns = clock_ns
        self._runner = LaneRunner(clock_ns, LaneTroubles())
        self._underway: deque[Underway] = deque()
        self._done_ns = 0
        self._breaks = Breaks()

    @property
    def room(self) -> int:
        """Frames that may be underway: two where a device works by itself, else one."""
        return 2 if any(lane.defers for lane in self._lanes.values()) else 1

    def successor(self) -> Pipeline:
        """A pipeline to take over from this one while it hangs: the lane at fault is put aside."""
        heir = Pipeline(self._clock_ns)
        heir._breaks = self._breaks
        heir._runner.troubles = self._runner.troubles.copy()
        if (key := self._runner.in_hand) is not None:
            sentence = f"{key[1]} did not answer and was stopped."
            heir._runner.troubles.hangs(key, sentence, self._clock_ns() / 1e9)
        return heir

    def configure(self, config: PipelineConfig) -> bool:
        """Open what changed and keep the rest with its memory; opens may take seconds.

        True if any lane is new. What is underway is finished first, by the caller.
        """
        is_new = False
        previous, self._config = self._config, config
        if previous is None or previous.display_range != config.display_range:
            self._range.configure(config.display_range)
        for name in LANES:
            if not self._is_stale(name, config):
                continue
            model = config.model(name)
            lane = self._lanes.get(name)
            if lane is not None:
                lane.close()
            self._lanes[name] = Lane(model, config.options, config.attempt)
            self._range.reset()
            if lane is None or registry.family(lane.model) != registry.family(model):
                self._analyst.forget(name)  # else it is the same network, which only starts anew
            is_new = True
            if model != registry.OFF:
                self._runner.open(name, self._lanes[name])
        return is_new

    def wants_to_open(self) -> bool:
        """Whether a lane that hung while it loaded may be tried again, by configure()."""
        return any(self._runner.may_open(name, lane) for name, lane in self._lanes.items())

    def will_open(self, config: PipelineConfig) -> bool:
        """Whether configure(config) would open a lane, which may take seconds."""
        return any(self._is_stale(name, config) for name in LANES)

    def _is_stale(self, name: str, config: PipelineConfig) -> bool:
        """The lane is another one now, or failed to open before this attempt."""
        lane = self._lanes.get(name)
        if lane is None or (lane.model, lane.options) != (config.model(name), config.options):
            return True
        if self._runner.may_open(name, lane):
            return True
        return bool(lane.failure) and lane.attempt != config.attempt

    def reset(self) -> None:
        """Forget the past in every lane and in the display range; lanes that stumbled may try.

        What is underway is finished first, by the caller.
        """
        self._runner.troubles.try_again()
        for lane in self._lanes.values():
            lane.reset()
        self._range.reset()

    def close(self) -> None:
        """Close every session; what is underway is lost. It may be configured anew afterwards."""
        self._underway.clear()
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()
        self._config = None

    def step(self, frame: Frame, dropped: int = 0) -> FrameResult:
        """Estimate `frame` in every lane. Resets first if the stream broke before it."""
        return self.finish(self.begin(frame, dropped))

    def begin(self, frame: Frame, dropped: int = 0) -> Underway:
        """Let devices begin with `frame`; at most `room` frames are underway."""
        begun_ns = self._clock_ns()
        is_first, cut = self._continuity(frame)
        underway = Underway(frame, dropped, cut, is_first, begun_ns)
        if is_first:
            self._runner.troubles.try_again()
        for name, lane in self._lanes.items():
            if lane.defers:
                if is_first:
                    lane.reset()
                self._runner.hand_over(name, lane, underway)
        underway.handed_ns = self._clock_ns()
        self._underway.append(underway)
        return underway

    def is_cold(self, frame: Frame) -> bool:
        """Whether a device has yet to warm up for frames of this size."""
        return any(lane.is_cold(frame) for lane in self._lanes.values())

    def is_ready(self, underway: Underway) -> bool:
        """Whether finish() would not wait for a device."""
        return self._runner.is_ready(self._lanes, underway)

    def finish(self, underway: Underway) -> FrameResult:
        """The result of the oldest frame underway; waits for devices."""
        self._underway.remove(underway)
        if underway.is_first:
            self._start_display_anew()
        turned_ns = max(underway.begun_ns, self._done_ns)
        seen: dict[str, Seen] = {}
        for name, lane in self._lanes.items():
            if (saw := self._runner.run(name, lane, underway, self._underway)) is not None:
                seen[name] = saw
        estimated_ns = self._clock_ns()
        lanes = self._display(seen, underway.failures)
        displayed_ns = self._clock_ns()
        self._count_breaks(underway.cut, (lane.fresh for lane in seen.values()))
        frame = underway.frame
        analysis = self._analyse(frame, lanes, underway.cut)
        done_ns = self._done_ns = self._clock_ns()
        stages_ms = {
            "wait": (turned_ns - frame.captured_ns) / 1e6,
            "net": (estimated_ns - turned_ns) / 1e6,
            "display": (displayed_ns - estimated_ns) / 1e6,
        }
        if analysis is not None:
            stages_ms["analysis"] = (done_ns - displayed_ns) / 1e6
        return FrameResult(
            frame, lanes, underway.failures, stages_ms, done_ns, underway.dropped, underway.cut,
            analysis, self._breaks,
        )  # fmt: skip

    def refresh(self, result: FrameResult) -> FrameResult:
        """The same frame after configure(): only lanes that were opened anew estimate it again."""
        again = Underway(result.frame)
        seen: dict[str, Seen] = {}
        for name, lane in self._lanes.items():
            old = result.lanes.get(name)
            if old is not None and old.model == lane.model and not lane.fresh:
                seen[name] = Seen(old.model, old.depth, old.compute_ms, old.fresh, old.note)
            else:
                saw = self._runner.run(name, lane, again, self._underway)
                if saw is not None:
                    seen[name] = saw
                    self._count_breaks(False, (saw.fresh,))
        lanes = self._display(seen, again.failures)
        return dataclasses.replace(
            result,
            lanes=lanes,
            failures=again.failures,
            done_ns=self._clock_ns(),
            analysis=self._analyse(result.frame, lanes, result.cut),
            breaks=self._breaks,
        )

    def _count_breaks(self, cut: bool, fresh: Iterable[bool]) -> None:
        cuts, resets = self._breaks.cuts, self._breaks.resets
        self._breaks = Breaks(cuts + cut, resets + (not cut and any(fresh)))

    def settle(self, result: FrameResult) -> FrameResult:
        """The same result with what is worked out only now and then, for the frame that stays."""
        again = self._analyse(result.frame, result.lanes, result.cut)
        return dataclasses.replace(result, analysis=again, done_ns=self._clock_ns())

    def _analyse(self, frame: Frame, lanes: dict[str, LaneResult], cut: bool) -> Analysis | None:
        if self._config is None:
            return None
        return self._analyst.look(frame, lanes, self._config.analysis, cut)

    def _continuity(self, frame: Frame) -> tuple[bool, bool]:
        """Whether this frame does not follow the last one, and whether for a cut in the picture."""
        broke = frame.segment != self._segment
        if broke:
            self._cuts.reset()
        cut = self._cuts.update(frame.rgb) and not broke
        is_first = (broke and self._segment is not None) or cut
        self._segment = frame.segment
        return is_first, cut

    def _start_display_anew(self) -> None:
        """What reset() does to all that sees a frame only when it is finished."""
        for lane in self._lanes.values():
            if not lane.defers:
                lane.reset()
        self._range.reset()

    def _display(self, seen: dict[str, Seen], failures: dict[str, str]) -> dict[str, LaneResult]:
        """The lanes as they are shown; one that cannot be costs neither the other nor the frame."""
        try:
            return self._levels(seen)
        except MISTAKES:
            log.exception("%s cannot be shown together", " and ".join(seen))
        shown: dict[str, LaneResult] = {}
        for name, saw in seen.items():
            try:
                shown |= self._levels({name: saw})
            except MISTAKES:
                failures[name] = f"What {saw.model} gave cannot be shown; the log says why."
        return shown

    def _levels(self, seen: dict[str, Seen]) -> dict[str, LaneResult]:
        """Range and levels for what was seen; lanes of one scale share one range."""
        disparities = {name: lane.depth.disparity for name, lane in seen.items()}
        one_scale = len({registry.family(lane.model) for lane in seen.values()}) <= 1
        ranges = self._range.update(disparities, shared=one_scale)
        return {
            name: LaneResult(
                model=lane.model,
                depth=lane.depth,
                levels=quantise(lane.depth.disparity, ranges[name]),
                display_range=ranges[name],
                compute_ms=lane.compute_ms,
                fresh=lane.fresh,
                note=lane.note,
            )
            for name, lane in seen.items()
        }

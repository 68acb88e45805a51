"""Lanes over frames: one frame in, one FrameResult out. Plain Python, no Qt, one thread.

The pipeline opens a session per lane, resets them where the stream breaks, shares what lanes can
share, keeps the display range, and turns a failing lane into a sentence instead of a crash.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from app.analysis import AnalysisWishes, Analyst
from app.lanes import LANES, MISTAKES, Lane, Seen, family, is_unknown, stumbled, without_memory
from app.results import Analysis, FrameResult, LaneResult
from app.sources.cuts import CutDetector
from app.supervision import LaneKey, LaneTroubles
from models import registry
from models.errors import UserError
from models.estimator import DeferringSession, EstimatorOptions, FrameMemo
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
        self._troubles = LaneTroubles()
        self._in_hand: LaneKey | None = None

    def successor(self) -> Pipeline:
        """A pipeline to take over from this one while it hangs: the lane at fault is put aside."""
        heir = Pipeline(self._clock_ns)
        heir._troubles = self._troubles.copy()
        if (key := self._in_hand) is not None:
            heir._troubles.hangs(key, f"{key[1]} did not answer and was stopped.", self._now_s())
        return heir

    def configure(self, config: PipelineConfig) -> bool:
        """Open what changed and keep the rest with its memory; opens may take seconds.

        True if any lane is new.
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
            self._analyst.forget(name)
            is_new = True
            if model != registry.OFF:
                self._lanes[name].open()
        return is_new

    def will_open(self, config: PipelineConfig) -> bool:
        """Whether configure(config) would open a lane, which may take seconds."""
        return any(self._is_stale(name, config) for name in LANES)

    def _is_stale(self, name: str, config: PipelineConfig) -> bool:
        """The lane is another one now, or failed to open before this attempt."""
        lane = self._lanes.get(name)
        if lane is None or (lane.model, lane.options) != (config.model(name), config.options):
            return True
        return bool(lane.failure) and lane.attempt != config.attempt

    def reset(self) -> None:
        """Forget the past in every lane and in the display range; lanes that stumbled may try."""
        self._troubles.try_again()
        for lane in self._lanes.values():
            lane.reset()
        self._range.reset()
        self._analyst.reset()

    def close(self) -> None:
        """Close every session. The pipeline may be configured anew afterwards."""
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()
        self._config = None

    def step(self, frame: Frame, dropped: int = 0) -> FrameResult:
        """Estimate `frame` in every lane. Resets first if the stream broke before it."""
        started_ns = self._clock_ns()
        cut = self._continuity(frame)
        memo = FrameMemo()
        failures: dict[str, str] = {}
        seen: dict[str, Seen] = {}
        for name, lane in self._lanes.items():
            self._hand_over(name, lane, frame, memo)
        for name, lane in self._lanes.items():
            self._run_lane(name, lane, frame, memo, seen, failures)
        estimated_ns = self._clock_ns()
        lanes = self._display(seen)
        displayed_ns = self._clock_ns()
        analysis = self._analyse(frame, lanes, cut)
        done_ns = self._clock_ns()
        stages_ms = {
            "wait": (started_ns - frame.captured_ns) / 1e6,
            "net": (estimated_ns - started_ns) / 1e6,
            "display": (displayed_ns - estimated_ns) / 1e6,
        }
        if analysis is not None:
            stages_ms["analysis"] = (done_ns - displayed_ns) / 1e6
        return FrameResult(frame, lanes, failures, stages_ms, done_ns, dropped, cut, analysis)

    def refresh(self, result: FrameResult) -> FrameResult:
        """The same frame after configure(): only lanes that were opened anew estimate it again."""
        memo = FrameMemo()
        failures: dict[str, str] = {}
        seen: dict[str, Seen] = {}
        for name, lane in self._lanes.items():
            old = result.lanes.get(name)
            if old is not None and old.model == lane.model and not lane.fresh:
                seen[name] = Seen(old.model, old.depth, old.compute_ms, old.fresh)
            else:
                self._run_lane(name, lane, result.frame, memo, seen, failures)
        lanes = self._display(seen)
        return dataclasses.replace(
            result,
            lanes=lanes,
            failures=failures,
            done_ns=self._clock_ns(),
            analysis=self._analyse(result.frame, lanes, result.cut),
        )

    def _analyse(self, frame: Frame, lanes: dict[str, LaneResult], cut: bool) -> Analysis | None:
        if self._config is None or self._config.analysis.nothing:
            return None
        return self._analyst.look(frame, lanes, self._config.analysis, cut)

    def _continuity(self, frame: Frame) -> bool:
        """Reset where this frame does not follow the last one; True at a cut in the picture."""
        broke = frame.segment != self._segment
        if broke:
            self._cuts.reset()
        cut = self._cuts.update(frame.rgb) and not broke
        if (broke and self._segment is not None) or cut:
            self.reset()
        self._segment = frame.segment
        return cut

    def _hand_over(self, name: str, lane: Lane, frame: Frame, memo: FrameMemo) -> None:
        """Let a device begin with this lane before the first one is waited for."""
        lane.pending = None
        if frame.recorded is not None or not isinstance(lane.session, DeferringSession):
            return
        key = (name, lane.model)
        if self._troubles.why_not(key, self._now_s()) is not None:
            return
        self._in_hand = key
        try:
            lane.pending = lane.session.submit(frame, memo)
        except (UserError, *MISTAKES) as error:
            log.debug("%s is tried again by itself: %s", lane.model, error)
        self._in_hand = None

    def _run_lane(
        self,
        name: str,
        lane: Lane,
        frame: Frame,
        memo: FrameMemo,
        seen: dict[str, Seen],
        failures: dict[str, str],
    ) -> None:
        if frame.recorded is not None:
            if (recorded := frame.recorded.get(name)) is not None:
                seen[name] = Seen(recorded.model, recorded.depth)
            return
        if lane.session is None:
            if lane.failure:
                failures[name] = lane.failure
            return
        key = (name, lane.model)
        if (waits := self._troubles.why_not(key, self._now_s())) is not None:
            failures[name] = waits
            return
        started_ns = self._clock_ns()
        self._in_hand = key
        try:
            pending, lane.pending = lane.pending, None
            depth = lane.session.step(frame, memo) if pending is None else pending.result()
            if is_unknown(depth):
                raise UserError(f"{lane.model} returned no usable disparity and was restarted.")
        except UserError as error:
            log.warning("lane %s failed: %s", name, error)
            self._stumble(key, lane, str(error), failures)
        except MISTAKES as error:
            log.exception("lane %s failed", name)
            self._stumble(key, lane, stumbled(lane.model, error), failures)
        else:
            took_ms = (self._clock_ns() - started_ns) / 1e6
            seen[name] = Seen(lane.model, depth, took_ms, lane.fresh)
            lane.fresh = False
        self._in_hand = None

    def _stumble(self, key: LaneKey, lane: Lane, sentence: str, failures: dict[str, str]) -> None:
        failures[key[0]] = sentence
        self._troubles.failed(key, sentence, self._now_s())
        try:
            lane.reset()
        except MISTAKES:
            log.exception("%s cannot be reset", lane.model)

    def _now_s(self) -> float:
        return self._clock_ns() / 1e9

    def _display(self, seen: dict[str, Seen]) -> dict[str, LaneResult]:
        """Range and levels for what was seen; lanes of one scale share one range."""
        disparities = {name: lane.depth.disparity for name, lane in seen.items()}
        one_scale = len({family(lane.model) for lane in seen.values()}) <= 1
        ranges = self._range.update(disparities, shared=one_scale)
        return {
            name: LaneResult(
                model=lane.model,
                depth=lane.depth,
                levels=quantise(lane.depth.disparity, ranges[name]),
                display_range=ranges[name],
                compute_ms=lane.compute_ms,
                fresh=lane.fresh,
            )
            for name, lane in seen.items()
        }

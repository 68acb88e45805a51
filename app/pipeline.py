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

from app.results import FrameResult, LaneResult
from app.sources.cuts import CutDetector
from models import registry
from models.errors import UserError
from models.estimator import EstimatorOptions, FrameMemo, Session
from models.frames import DepthMap, Frame
from renderers.depth_image import quantise
from renderers.display_range import RangeSettings, RangeTracker

log = logging.getLogger(__name__)

LANES = ("a", "b")
PER_FRAME = "-per-frame"


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """What the lanes are and how they run.

    memory : off replaces every temporal model by the same network with its memory off.
    """

    model_a: str = "flashdepth-lite"
    model_b: str = "flashdepth-lite-per-frame"
    memory: bool = True
    options: EstimatorOptions = field(default_factory=EstimatorOptions)
    display_range: RangeSettings = field(default_factory=RangeSettings)

    def model(self, lane: str) -> str:
        """The model that runs in `lane`, with the memory switch applied."""
        chosen = self.model_a if lane == "a" else self.model_b
        return chosen if self.memory else without_memory(chosen)


def without_memory(model: str) -> str:
    """The registered name of the same network with its memory off; itself if it has none."""
    base = model.removesuffix(registry.EMA_SUFFIX)
    try:
        twin = registry.find(base + PER_FRAME).name
    except UserError:
        return model
    return twin + model[len(base) :]


@dataclass(slots=True)
class _Lane:
    """One lane's open session, or why there is none."""

    model: str
    options: EstimatorOptions
    session: Session | None = None
    failure: str = ""
    fresh: bool = True

    def open(self) -> None:
        try:
            self.session = registry.find(self.model).open(self.options)
        except UserError as error:
            log.warning("lane cannot open %s: %s", self.model, error)
            self.failure = str(error)

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None

    def reset(self) -> None:
        if self.session is not None:
            self.session.reset()
        self.fresh = True


class Pipeline:
    """Runs the lanes. `clock_ns` is time.monotonic_ns but in tests."""

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._config: PipelineConfig | None = None
        self._lanes: dict[str, _Lane] = {}
        self._segment: int | None = None
        self._cuts = CutDetector()
        self._range = RangeTracker(RangeSettings())
        self._clock_ns = clock_ns

    def configure(self, config: PipelineConfig) -> None:
        """Open what changed and keep the rest with its memory; opens may take seconds."""
        previous, self._config = self._config, config
        if previous is None or previous.display_range != config.display_range:
            self._range.configure(config.display_range)
        for name in LANES:
            model = config.model(name)
            lane = self._lanes.get(name)
            if lane is not None and (lane.model, lane.options) == (model, config.options):
                continue
            if lane is not None:
                lane.close()
            self._lanes[name] = _Lane(model, config.options)
            self._range.reset()
            if model != registry.OFF:
                self._lanes[name].open()

    def reset(self) -> None:
        """Forget the past in every lane and in the display range."""
        for lane in self._lanes.values():
            lane.reset()
        self._range.reset()

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
        seen: dict[str, tuple[DepthMap, float, bool]] = {}
        for name, lane in self._lanes.items():
            self._run_lane(name, lane, frame, memo, seen, failures)
        estimated_ns = self._clock_ns()
        lanes = self._display(seen)
        done_ns = self._clock_ns()
        stages_ms = {
            "wait": (started_ns - frame.captured_ns) / 1e6,
            "net": (estimated_ns - started_ns) / 1e6,
            "display": (done_ns - estimated_ns) / 1e6,
        }
        return FrameResult(frame, lanes, failures, stages_ms, done_ns, dropped, cut)

    def refresh(self, result: FrameResult) -> FrameResult:
        """The same frame after configure(): only lanes that were opened anew estimate it again."""
        memo = FrameMemo()
        failures: dict[str, str] = {}
        seen: dict[str, tuple[DepthMap, float, bool]] = {}
        for name, lane in self._lanes.items():
            old = result.lanes.get(name)
            if old is not None and old.model == lane.model and not lane.fresh:
                seen[name] = (old.depth, old.compute_ms, old.fresh)
            else:
                self._run_lane(name, lane, result.frame, memo, seen, failures)
        return dataclasses.replace(
            result, lanes=self._display(seen), failures=failures, done_ns=self._clock_ns()
        )

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

    def _run_lane(
        self,
        name: str,
        lane: _Lane,
        frame: Frame,
        memo: FrameMemo,
        seen: dict[str, tuple[DepthMap, float, bool]],
        failures: dict[str, str],
    ) -> None:
        if lane.session is None:
            if lane.failure:
                failures[name] = lane.failure
            return
        started_ns = self._clock_ns()
        try:
            depth = lane.session.step(frame, memo)
        except UserError as error:
            log.warning("lane %s failed: %s", name, error)
            failures[name] = str(error)
            lane.reset()
        except (RuntimeError, MemoryError, ArithmeticError, ValueError) as error:
            log.exception("lane %s failed", name)
            failures[name] = _stumbled(lane.model, error)
            lane.reset()
        else:
            seen[name] = (depth, (self._clock_ns() - started_ns) / 1e6, lane.fresh)
            lane.fresh = False

    def _display(self, seen: dict[str, tuple[DepthMap, float, bool]]) -> dict[str, LaneResult]:
        """Range and levels for what was seen; lanes of one scale share one range."""
        disparities = {name: depth.disparity for name, (depth, _, _) in seen.items()}
        ranges = self._range.update(disparities, shared=self._one_scale(list(seen)))
        return {
            name: LaneResult(
                model=self._lanes[name].model,
                depth=depth,
                levels=quantise(depth.disparity, ranges[name]),
                display_range=ranges[name],
                compute_ms=compute_ms,
                fresh=fresh,
            )
            for name, (depth, compute_ms, fresh) in seen.items()
        }

    def _one_scale(self, names: list[str]) -> bool:
        """Disparities of different networks differ in scale; of one network they compare."""
        return len({family(self._lanes[name].model) for name in names}) <= 1


def family(model: str) -> str:
    """The network behind a model's name: `-per-frame` and `+ema` do not change the scale."""
    return model.removesuffix(registry.EMA_SUFFIX).removesuffix(PER_FRAME)


def _stumbled(model: str, error: Exception) -> str:
    if "out of memory" in str(error).lower() or isinstance(error, MemoryError):
        return f"{model} ran out of memory; choose a smaller input size or turn a lane off."
    return f"{model} failed on this frame and was restarted; the log says why."

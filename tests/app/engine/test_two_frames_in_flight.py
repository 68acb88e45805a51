"""Two frames on their way through a device: the results are those of one after the other."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from app.core.results import FrameResult
from app.core.slots import Closed, LatestSlot
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from models import registry
from models.devices.conveyor import Conveyor, Estimated
from models.devices.scheduled_device import Stage, Task
from models.estimator import FrameMemo, Pending
from models.estimators.line import Line
from models.estimators.neural import NetworkRecipe
from models.estimators.scheduled import ScheduledSession
from models.estimators.smoothed import smoothed
from models.frames import DepthMap, Frame, Unit
from models.registry import ModelEntry
from tests.support.deferred_device import DeferredDevice
from tests.support.fakes import CountingSession
from tests.support.simulated import SimulatedDevice, rehearse

GREY_STEP = 3
TROUBLES = ("refused", "half-way", "lost", "nan")
"""Before anything is handed over; after all was; when it is waited for; in what comes back."""


class _Network(nn.Module):
    """Disparity is the picture plus a fading sum of those before; `broken` frames are NaN."""

    def __init__(self, broken: frozenset[int]) -> None:
        super().__init__()
        self._broken = broken

    def encode(self, frames: Tensor) -> Tensor:
        return frames[:, 0]

    def decode(self, features: Tensor, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        grey = (float(features.mean()) * 0.229 + 0.485) * 255
        answer = features + 3 if state is None else features + 3 + state
        if round(grey / GREY_STEP) in self._broken:
            answer = answer * float("nan")
        return answer, 0.5 * answer


class _Troubled(ScheduledSession):
    """Fails with frames where `troubles` say so."""

    def __init__(self, line: Line, troubles: dict[int, str]) -> None:
        broken = frozenset(index for index, kind in troubles.items() if kind == "nan")
        network = _Network(broken)
        recipe = NetworkRecipe("n", "The net", lambda _d, _t: network)  # type: ignore[arg-type, return-value]
        super().__init__(recipe, network, line, dtype=torch.float32, input_size=14)  # type: ignore[arg-type]
        self._troubles = troubles

    def submit(self, frame: Frame, memo: FrameMemo) -> Any:
        kind = self._troubles.get(frame.index)
        if kind == "refused":
            raise RuntimeError("refused")
        pending = super().submit(frame, memo)
        if kind == "half-way":
            raise RuntimeError("half-way")
        return _Lost(pending) if kind == "lost" else pending


@dataclass(frozen=True)
class _Lost:
    pending: Pending

    def result(self) -> DepthMap:
        raise RuntimeError("lost")

    def is_ready(self) -> bool:
        return self.pending.is_ready()


@dataclass(frozen=True)
class Play:
    """What happens. breaks, resets : before these frames; late : takes that find nothing."""

    frames: int
    breaks: frozenset[int]
    resets: frozenset[int]
    late: frozenset[int]
    troubles: dict[str, dict[int, str]]
    model_b: str
    seed: int

    def run(self, monkeypatch: pytest.MonkeyPatch, room: int | None) -> list[FrameResult]:
        """The results in the order in which they came; `room` overrides how many are in_flight."""
        line = Line(DeferredDevice(self.seed))
        entries = {
            "x": lambda _: _Troubled(line, self.troubles["x"]),
            "y": lambda _: _Troubled(line, self.troubles["y"]),
            "y+ema": lambda _: smoothed(_Troubled(line, self.troubles["y"]), 0.5),
            "host": lambda _: CountingSession(frozenset(self.troubles["y"])),
            "off": lambda _: None,
        }
        known = {
            name: ModelEntry(name, name, "A fake.", opener, lambda: None)  # type: ignore[arg-type]
            for name, opener in entries.items()
        }
        pipeline = Pipeline(lambda: 0)
        with monkeypatch.context() as patched:
            patched.setattr(registry, "find", known.__getitem__)
            if room is not None:
                patched.setattr(Pipeline, "room", room)
            slot, results = _Script(self), []
            loop = InferenceLoop(slot, LatestSlot(), lambda: None, pipeline)
            slot.loop, loop.taps = loop, (results.append,)
            loop.configure(PipelineConfig("x", self.model_b))
            loop.run()
        assert not line.conveyor._contents, "a closed line holds nothing"
        return results


class _Script:
    """A slot that hands out a play's frames."""

    dropped = 0
    loop: InferenceLoop

    def __init__(self, play: Play) -> None:
        self._play = play
        self._frames = deque(self._made())
        self._takes = itertools.count()
        self._is_reset = False

    def _made(self) -> Iterator[Frame]:
        segment = 0
        for index in range(self._play.frames):
            segment += index in self._play.breaks
            rgb = np.full((28, 42, 3), index * GREY_STEP, np.uint8)
            rgb[:, 20:22] += 2
            yield Frame(rgb, index, segment, 0, 0.0)

    def take(self, timeout_s: float | None = None) -> Frame | None:
        if not self._frames:
            raise Closed
        # A reset with no frame behind it estimates the last one again; that is another test's.
        if next(self._takes) in self._play.late and not self._is_reset:
            return None
        frame = self._frames.popleft()
        self._is_reset = frame.index + 1 in self._play.resets
        if self._is_reset:
            self.loop.reset_memory()
        return frame

    def put(self, item: Frame) -> None:
        raise AssertionError

    def put_when_free(self, item: Frame, timeout_s: float) -> bool:
        raise AssertionError

    def clear(self) -> None:
        raise AssertionError


def _some(most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(0, most), max_size=5)


def _troubles() -> st.SearchStrategy[dict[int, str]]:
    """Two at most: after the third in a row a lane is given a rest."""
    return st.dictionaries(st.integers(0, 8), st.sampled_from(TROUBLES), max_size=2)


PLAYS = st.builds(
    Play,
    frames=st.integers(1, 9),
    breaks=_some(8),
    resets=_some(8),
    late=_some(25),
    troubles=st.fixed_dictionaries({"x": _troubles(), "y": _troubles()}),
    model_b=st.sampled_from(["y", "y+ema", "host", "off"]),
    seed=st.integers(0, 1000),
)


@settings(max_examples=50, deadline=None)
@given(PLAYS)
def test_results_are_those_of_one_frame_after_the_other(play: Play) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        together = play.run(monkeypatch, room=None)
        one_by_one = play.run(monkeypatch, room=1)
    assert [r.frame.index for r in together] == list(range(play.frames))
    for ours, theirs in zip(together, one_by_one, strict=True):
        assert ours.failures == theirs.failures
        assert set(ours.lanes) == set(theirs.lanes)
        for name, lane in ours.lanes.items():
            other = theirs.lanes[name]
            assert lane.fresh == other.fresh
            assert np.array_equal(lane.depth.disparity, other.depth.disparity)
            assert lane.display_range == other.display_range
            assert np.array_equal(lane.levels, other.levels)


def _play(**changes: Any) -> Play:
    nothing: frozenset[int] = frozenset()
    plain: dict[str, Any] = {
        "frames": 8, "breaks": nothing, "resets": nothing, "late": nothing,
        "troubles": {"x": {}, "y": {}}, "model_b": "y", "seed": 3,
    }  # fmt: skip
    return Play(**(plain | changes))


def test_memory_starts_anew_at_the_very_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    results = _play(breaks=frozenset({3}), resets=frozenset({6})).run(monkeypatch, None)
    assert [r.lanes["a"].fresh for r in results] == [i in (0, 3, 6) for i in range(8)]


@pytest.mark.parametrize("kind", TROUBLES)
def test_a_frame_that_fails_costs_only_that_frame(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = _play(troubles={"x": {2: kind}, "y": {}}).run(monkeypatch, None)
    assert [set(r.lanes) == {"a", "b"} for r in results] == [i != 2 for i in range(8)]
    assert results[3].lanes["a"].fresh and not results[3].lanes["b"].fresh


def test_lanes_on_the_host_alone_keep_to_one_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    known = ModelEntry("host", "host", "", lambda _: CountingSession(), lambda: None)
    monkeypatch.setattr(registry, "find", lambda _: known)
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("host", "host"))
    assert pipeline.room == 1


def test_the_first_frame_of_a_size_is_told_from_those_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[bool] = []

    class _Asking(CountingSession):
        def step(self, frame: Frame, memo: FrameMemo) -> DepthMap:
            said.append(loop.warming_since_s is not None)
            return super().step(frame, memo)

    host = ModelEntry("host", "host", "", lambda _: _Asking(), lambda: None)
    off = ModelEntry("off", "off", "", lambda _: CountingSession(), lambda: None)
    monkeypatch.setattr(registry, "find", {"host": host, "off": off}.__getitem__)
    slot = _Script(_play(frames=3))
    loop = slot.loop = InferenceLoop(slot, LatestSlot(), lambda: None, Pipeline())
    loop.configure(PipelineConfig("host", "off"))
    loop.run()
    assert said == [True, False, False]
    assert loop.warming_since_s is None


# -- time ------------------------------------------------------------------------------------


@dataclass
class _Timed:
    """The loop on a device and a source that only keep time.

    interval_s : between the source's frames, of which the newest counts; 0 for a file that always
    has the next one. show_s : what the host does with a result.
    """

    durations_s: dict[Stage, float]
    show_s: float
    interval_s: float
    frames: int = 40
    dropped: int = 0
    entered_s: dict[int, float] = field(default_factory=dict)
    shown_s: dict[int, float] = field(default_factory=dict)
    latency_s: list[float] = field(default_factory=list)
    _taken: int = -1

    def run(self) -> None:
        device = SimulatedDevice(self._duration_s)
        self._device, self._conveyor = device, Conveyor(device)
        entry = ModelEntry("timed", "timed", "", lambda _: _TimedSession(self), lambda: None)
        off = ModelEntry("off", "off", "", lambda _: CountingSession(), lambda: None)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(registry, "find", {"timed": entry, "off": off}.__getitem__)
            loop = InferenceLoop(self, LatestSlot(), lambda: None, Pipeline())
            loop.taps = (self._show,)
            loop.configure(PipelineConfig("timed", "off"))
            loop.run()

    @property
    def period_s(self) -> float:
        """Between results, in steady state."""
        times = list(self.shown_s.values())[10:-3]
        return (times[-1] - times[0]) / (len(times) - 1)

    def rehearsed_s(self) -> float:
        """The period of the schedule by itself."""
        device = SimulatedDevice(self._duration_s)
        conveyor = Conveyor(device)
        return rehearse(conveyor, device, ["n"], 40, show_s=self.show_s).period_s

    def take(self, timeout_s: float | None = None) -> Frame | None:
        now_s, device = self._device.now_s, self._device
        newest = self._taken + 1
        if self.interval_s:
            newest = int(now_s / self.interval_s + 1e-9)
        if self._taken >= self.frames:
            raise Closed
        if newest <= self._taken:
            arrives_s = (self._taken + 1) * self.interval_s
            device.now_s = min(now_s + (timeout_s or 0.0), max(arrives_s, now_s))
            return None
        self.dropped += newest - self._taken - 1
        self._taken = newest
        self.entered_s[newest] = now_s
        return Frame(np.zeros((14, 14, 3), np.uint8), newest, 0, 0, 0.0)

    def _show(self, result: FrameResult) -> None:
        index = result.frame.index
        self.latency_s.append(self._device.now_s - self.entered_s[index])
        self._device.now_s += self.show_s
        self.shown_s[index] = self._device.now_s

    def _duration_s(self, task: Task) -> float:
        return self.durations_s[task.stage]

    put: Callable[..., None] = field(default=lambda _: None)
    put_when_free: Callable[..., bool] = field(default=lambda _i, _t: True)
    clear: Callable[[], None] = field(default=lambda: None)


class _TimedSession(CountingSession):
    note = ""

    def __init__(self, timed: _Timed) -> None:
        super().__init__()
        self.conveyor = timed._conveyor
        self._lane = self.conveyor.enter()

    def is_cold(self, frame: Frame) -> bool:
        return False

    def submit(self, frame: Frame, memo: FrameMemo) -> _TimedPending:
        number = self.conveyor.admit(_nothing, _nothing)
        encoded = self.conveyor.encode(number, "n", _nothing)
        estimated = self.conveyor.decode(encoded, self._lane, _nothing, _nothing)
        return _TimedPending(self.conveyor, estimated, frame.index)


@dataclass(frozen=True)
class _TimedPending:
    conveyor: Conveyor[float]
    estimated: Estimated
    index: int

    def is_ready(self) -> bool:
        return self.conveyor.is_home(self.estimated)

    def result(self) -> DepthMap:
        self.conveyor.take(self.estimated, _nothing)
        return DepthMap(np.ones((14, 14), np.float32), Unit.RELATIVE, self.index)


def _nothing(*_: object) -> None:
    """Only time passes."""


DURATIONS = st.fixed_dictionaries({stage: st.floats(0.001, 0.1) for stage in Stage})


@settings(max_examples=40, deadline=None)
@given(DURATIONS, st.floats(0.0, 0.1))
def test_a_file_runs_at_the_pace_of_the_schedule_and_loses_nothing(
    durations_s: dict[Stage, float], show_s: float
) -> None:
    timed = _Timed(durations_s, show_s, 0.0)
    timed.run()
    assert list(timed.shown_s) == list(range(timed.frames + 1))
    assert timed.period_s == pytest.approx(timed.rehearsed_s(), rel=0.02)


@settings(max_examples=40, deadline=None)
@given(DURATIONS, st.floats(0.0, 0.1), st.floats(0.005, 0.3))
def test_a_camera_is_followed_as_fast_as_both_can_with_less_than_two_frames_delay(
    durations_s: dict[Stage, float], show_s: float, interval_s: float
) -> None:
    timed = _Timed(durations_s, show_s, interval_s)
    timed.run()
    indices = list(timed.shown_s)
    assert indices == sorted(set(indices))
    assert timed.dropped + len(indices) == indices[-1] + 1
    alone_s = sum(durations_s.values())
    if len(indices) > 20:
        slowest_s = max(timed.rehearsed_s(), interval_s)
        assert timed.period_s <= 1.02 * slowest_s + interval_s + 0.002
    assert max(timed.latency_s) <= 2 * (alone_s + show_s) + 0.002


def test_the_device_has_work_while_the_host_shows() -> None:
    steps = dict.fromkeys(Stage, 0.001) | {Stage.ENCODE: 0.02, Stage.DECODE: 0.02}
    timed = _Timed(steps, 0.03, 0.01, frames=200)
    timed.run()
    assert timed.period_s < 0.052  # 74 ms if one waited for the other

"""Lanes and inference loops that hang or raise: they are put aside, and replacements go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from app.core.results import FrameResult
from app.core.slots import LatestSlot, RevocableSlot
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from app.engine.supervision import STALL_S
from models import registry
from models.estimator import EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame, Unit
from models.registry import ModelEntry
from tests.support.fakes import CountingSession, make_frame
from tests.support.waiting import wait_until


class _Moody(CountingSession):
    """Hangs, raises or returns NaN in a frame where `mood` says so."""

    def __init__(self, mood: dict[int, str], release: threading.Event) -> None:
        super().__init__()
        self._mood = mood
        self._release = release
        self.tried: list[int] = []

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        self.tried.append(frame.index)
        match self._mood.get(frame.index, ""):
            case "hang":
                self._release.wait(30)
            case "raise":
                raise RuntimeError("a kernel failed")
            case "nan":
                nothing = np.full(frame.rgb.shape[:2], np.nan, np.float32)
                return Prediction(nothing, Unit.RELATIVE, frame.index, frame.size)
        return super().predict(frame, memo)


@pytest.fixture
def moody(
    monkeypatch: pytest.MonkeyPatch, release: threading.Event
) -> Callable[[dict[int, str]], list[_Moody]]:
    """Registers "moody" and "steady"; gives the sessions of "moody" that were opened."""

    def register(mood: dict[int, str]) -> list[_Moody]:
        made: list[_Moody] = []

        def open_moody(options: EstimatorOptions) -> _Moody:
            made.append(_Moody(mood, release))
            return made[-1]

        def open_steady(options: EstimatorOptions) -> CountingSession:
            return CountingSession()

        known = {
            name: ModelEntry(name, name, "A fake.", opener, lambda: None)
            for name, opener in (("moody", open_moody), ("steady", open_steady))
        }
        monkeypatch.setattr(registry, "find", known.__getitem__)
        return made

    return register


class _Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> int:
        return int(self.now_s * 1e9)


def _pipeline(clock: _Clock) -> Pipeline:
    pipeline = Pipeline(clock)
    pipeline.configure(PipelineConfig("moody", "steady"))
    return pipeline


def test_a_lane_that_returns_only_nan_becomes_a_sentence(
    moody: Callable[[dict[int, str]], list[_Moody]],
) -> None:
    moody({1: "nan"})
    pipeline = _pipeline(_Clock())
    results = [pipeline.step(make_frame(i)) for i in range(3)]
    assert [sorted(r.lanes) for r in results] == [["a", "b"], ["b"], ["a", "b"]]
    assert "no usable disparity" in results[1].failures["a"]
    assert results[2].lanes["a"].fresh


def test_a_lane_that_keeps_raising_is_tried_ever_more_rarely_and_recovers(
    moody: Callable[[dict[int, str]], list[_Moody]],
) -> None:
    mood = dict.fromkeys(range(1000), "raise")
    made = moody(mood)
    clock = _Clock()
    pipeline = _pipeline(clock)
    for index in range(1000):  # forty seconds
        result = pipeline.step(make_frame(index))
        assert "a" in result.failures and "b" in result.lanes
        clock.now_s += 0.04
    assert 8 < len(made[0].tried) < 20
    last = next(index for index in range(1000, 1300) if "a" in _tick(pipeline, clock, index).lanes)
    assert last < 1210  # eight seconds at most


def _tick(pipeline: Pipeline, clock: _Clock, index: int) -> FrameResult:
    clock.now_s += 0.04
    return pipeline.step(make_frame(index))


def test_the_replacement_of_a_hanging_pipeline_puts_the_lane_at_fault_aside(
    moody: Callable[[dict[int, str]], list[_Moody]], release: threading.Event
) -> None:
    made = moody({1: "hang"})
    clock = _Clock()
    pipeline = _pipeline(clock)
    pipeline.step(make_frame(0))
    stuck = threading.Thread(target=pipeline.step, args=(make_frame(1),))
    stuck.start()
    wait_until(lambda: made[0].tried == [0, 1])
    replacement = pipeline.make_replacement()
    replacement.configure(PipelineConfig("moody", "steady"))
    result = replacement.step(make_frame(2))
    assert result.failures["a"].endswith("Retrying in 5 s.")
    assert result.lanes["b"].fresh
    clock.now_s += 5.1
    assert "a" in replacement.step(make_frame(3)).lanes
    release.set()
    stuck.join(5)


@pytest.mark.parametrize("error", [AssertionError("x"), AttributeError("x"), ImportError("x")])
def test_whatever_a_model_raises_costs_its_lane_alone(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    class _Raising(CountingSession):
        def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
            if frame.index == 1:
                raise error
            return super().predict(frame, memo)

        def reset(self) -> None:
            raise error

        def close(self) -> None:
            raise error

    def refuse(_options: EstimatorOptions) -> CountingSession:
        raise error

    openers = {"bad": lambda _: _Raising(), "steady": lambda _: CountingSession(), "no": refuse}
    known = {
        name: ModelEntry(name, name, "A fake.", opener, lambda: None)  # type: ignore[arg-type]
        for name, opener in openers.items()
    }
    monkeypatch.setattr(registry, "find", known.__getitem__)
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("bad", "steady"))
    results = [pipeline.step(make_frame(i)) for i in range(3)]
    assert [sorted(r.lanes) for r in results] == [["a", "b"], ["b"], ["a", "b"]]
    assert results[1].failures["a"].endswith("see the log for details.")
    pipeline.configure(PipelineConfig("no", "steady"))
    assert "could not be loaded" in pipeline.step(make_frame(3)).failures["a"]
    pipeline.close()


def test_a_model_that_hangs_while_it_loads_is_suspended_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, release: threading.Event
) -> None:
    tries: list[int] = []

    def open_slowly(_options: EstimatorOptions) -> CountingSession:
        tries.append(len(tries))
        if len(tries) == 1:
            release.wait(30)
        return CountingSession()

    known = {
        "hangs": ModelEntry("hangs", "hangs", "A fake.", open_slowly, lambda: None),
        "steady": ModelEntry("steady", "s", "A fake.", lambda _: CountingSession(), lambda: None),
    }
    monkeypatch.setattr(registry, "find", known.__getitem__)
    clock, config = _Clock(), PipelineConfig("hangs", "steady")
    old = Pipeline(clock)
    stuck = threading.Thread(target=old.configure, args=(config,))
    stuck.start()
    wait_until(lambda: tries == [0])
    replacement = old.make_replacement()
    replacement.configure(config)
    result = replacement.step(make_frame(0))
    assert result.failures["a"].endswith("Retrying in 5 s.")
    assert "b" in result.lanes and not replacement.wants_to_open()
    clock.now_s += 5.1
    assert replacement.wants_to_open() and replacement.will_open(config)
    replacement.configure(config)
    assert sorted(replacement.step(make_frame(1)).lanes) == ["a", "b"]
    release.set()
    stuck.join(5)
    replacement.close()
    old.close()


def test_a_loop_that_comes_back_after_it_was_replaced_publishes_nothing(
    moody: Callable[[dict[int, str]], list[_Moody]], release: threading.Event
) -> None:
    made = moody({1: "hang"})
    frames: LatestSlot[Frame] = LatestSlot()
    results: LatestSlot[FrameResult] = LatestSlot()
    tapped: list[int] = []
    slot_handles = RevocableSlot(frames), RevocableSlot(results)
    old = InferenceLoop(*slot_handles, lambda: None, Pipeline())
    old.taps = (lambda result: tapped.append(result.frame.index),)
    old.configure(PipelineConfig("moody", "off"))
    thread = threading.Thread(target=old.run)
    thread.start()
    frames.put(make_frame(0))
    wait_until(lambda: tapped == [0])
    frames.put(make_frame(1))
    wait_until(lambda: bool(made) and 1 in made[0].tried)
    for slot_handle in slot_handles:
        slot_handle.revoke()
    old.abandon()
    replacement = old.make_replacement(RevocableSlot(frames), RevocableSlot(results), lambda: None)
    replacement_thread = threading.Thread(target=replacement.run)
    replacement_thread.start()
    results.clear()
    frames.put(make_frame(2))
    wait_until(lambda: tapped == [0, 2])
    release.set()
    thread.join(5)
    assert not thread.is_alive()
    assert tapped == [0, 2]
    newest = results.take(0)
    assert newest is not None and newest.frame.index == 2
    frames.close()
    replacement_thread.join(5)


def test_a_quick_model_that_hangs_is_noticed_within_two_seconds(
    moody: Callable[[dict[int, str]], list[_Moody]], release: threading.Event
) -> None:
    made = moody({5: "hang"})
    frames: LatestSlot[Frame] = LatestSlot()
    results: LatestSlot[FrameResult] = LatestSlot()
    loop = InferenceLoop(frames, results, lambda: None, Pipeline())
    loop.configure(PipelineConfig("moody", "off"))
    thread = threading.Thread(target=loop.run)
    thread.start()
    for index in range(6):
        frames.put(make_frame(index))
        wait_until(lambda: bool(made) and index in made[0].tried)  # noqa: B023
    assert loop.heartbeat.silent_s(time.monotonic_ns() + int(1.9e9)) > STALL_S
    release.set()
    loop.stop()
    frames.close()
    thread.join(5)

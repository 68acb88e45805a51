"""Loops that hang are replaced: their replacements go on, they themselves never again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from app.core.results import FrameResult
from app.core.slots import LatestSlot, RevocableSlot
from app.core.source import Reading
from app.engine.capture import CaptureLoop
from app.engine.commands import CaptureRequest, PlaybackOptions, Seek
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from app.engine.supervision import STALL_S
from models import registry
from models.estimator import EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame, Unit
from models.registry import ModelEntry
from tests.support.fakes import CountingSession, ScriptedSource, make_frame
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
def release() -> Iterator[threading.Event]:
    """Ends every hanging call after the test."""
    event = threading.Event()
    yield event
    event.set()


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
    assert result.failures["a"].endswith("Trying again in 5 s.")
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
    assert results[1].failures["a"].endswith("the log says why.")
    pipeline.configure(PipelineConfig("no", "steady"))
    assert "could not be loaded" in pipeline.step(make_frame(3)).failures["a"]
    pipeline.close()


def test_a_model_that_hangs_while_it_loads_is_put_aside_and_tried_again(
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
    assert result.failures["a"].endswith("Trying again in 5 s.")
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


class _Hanging(ScriptedSource):
    """Hangs in read() until it is released."""

    def __init__(self, release: threading.Event) -> None:
        super().__init__(count=None)
        self._release = release

    def read(self, timeout_s: float) -> Reading:
        if self.drawn == 3:
            self._release.wait(30)
        return super().read(timeout_s)


def test_a_capture_loop_goes_on_behind_the_frame_it_hung_at(release: threading.Event) -> None:
    opened: list[ScriptedSource] = []

    def open_source(spec: str, size: tuple[int, int] | None) -> ScriptedSource:
        opened.append(ScriptedSource(count=None) if opened else _Hanging(release))
        return opened[-1]

    slot: LatestSlot[Frame] = LatestSlot()
    slot_handle = RevocableSlot(slot)
    old = CaptureLoop(slot_handle, open_source, lambda: None)
    old.post(PlaybackOptions(every_frame=True))
    old.post(CaptureRequest("fake"))
    thread = threading.Thread(target=old.run)
    thread.start()
    seen = [slot.take(5) for _ in range(3)]
    wait_until(lambda: old.heartbeat.silent_s(time.monotonic_ns()) > 0.05)
    slot_handle.revoke()
    old.abandon()
    replacement_handle = RevocableSlot(slot)
    replacement = old.make_replacement(replacement_handle, open_source, lambda: None)
    replacement_thread = threading.Thread(target=replacement.run)
    replacement_thread.start()
    after = slot.take(5)
    release.set()
    thread.join(5)
    assert not thread.is_alive()
    replacement.stop()
    replacement_thread.join(5)
    assert [frame.index for frame in seen if frame] == [0, 1, 2]
    assert after is not None and seen[0] is not None
    assert after.index == 4
    assert after.segment > seen[0].segment
    assert opened[0].closed.is_set()


def test_a_source_that_hangs_while_it_opens_can_be_left_for_another(
    release: threading.Event,
) -> None:
    opened: list[str] = []

    def open_source(spec: str, size: tuple[int, int] | None) -> ScriptedSource:
        opened.append(spec)
        if spec == "hangs":
            release.wait(30)
        return ScriptedSource(count=None)

    slot: LatestSlot[Frame] = LatestSlot()
    slot_handle = RevocableSlot(slot)
    old = CaptureLoop(slot_handle, open_source, lambda: None)
    old.post(CaptureRequest("hangs"))
    thread = threading.Thread(target=old.run)
    thread.start()
    wait_until(lambda: opened == ["hangs"])
    assert old.heartbeat.silent_s(time.monotonic_ns()) < -5
    old.post(Seek(3))
    old.post(PlaybackOptions(every_frame=True))
    old.post(CaptureRequest("other"))
    assert (
        old.heartbeat.silent_s(time.monotonic_ns()) >= 0
    )  # nobody has to wait until it has opened
    slot_handle.revoke()
    old.abandon()
    replacement = old.make_replacement(RevocableSlot(slot), open_source, lambda: None)
    replacement_thread = threading.Thread(target=replacement.run)
    replacement_thread.start()
    first = slot.take(5)
    release.set()
    thread.join(5)
    replacement.stop()
    replacement_thread.join(5)
    assert first is not None and first.index == 0  # what was sought was sought in the other one
    assert opened == ["hangs", "other"]


def test_of_several_sources_asked_for_at_once_only_the_last_is_opened() -> None:
    opened: list[str] = []

    def open_source(spec: str, size: tuple[int, int] | None) -> ScriptedSource:
        opened.append(spec)
        return ScriptedSource(count=None)

    slot: LatestSlot[Frame] = LatestSlot()
    loop = CaptureLoop(slot, open_source, lambda: None)
    for spec in ("one", "two", "three"):
        loop.post(CaptureRequest(spec))
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert slot.take(5) is not None
    loop.stop()
    thread.join(5)
    assert opened == ["three"]


class _Looped(ScriptedSource):
    """Three frames, over and over; hangs at the first of the second round."""

    def __init__(self, release: threading.Event) -> None:
        super().__init__(count=3)
        self._release = release
        self.rounds = 0

    def seek(self, index: int) -> None:
        self.rounds += 1
        super().seek(index)

    def read(self, timeout_s: float) -> Reading:
        if self.rounds and not self._release.is_set():
            self.rounds += 1
            self._release.wait(30)
        return super().read(timeout_s)


def test_a_source_that_hangs_when_it_begins_anew_is_noticed_like_any_other(
    release: threading.Event,
) -> None:
    source = _Looped(release)
    slot: LatestSlot[Frame] = LatestSlot()
    loop = CaptureLoop(slot, lambda *_: source, lambda: None)
    loop.post(PlaybackOptions(loop=True, every_frame=True))
    loop.post(CaptureRequest("fake"))
    thread = threading.Thread(target=loop.run)
    thread.start()
    for _ in range(3):
        assert slot.take(5) is not None
    wait_until(lambda: source.rounds == 2)
    in_time_ns = time.monotonic_ns() + int(2e9)
    assert loop.heartbeat.silent_s(in_time_ns) > STALL_S
    release.set()
    loop.stop()
    slot.close()
    thread.join(5)


def test_what_hangs_behind_the_first_picture_is_noticed_although_that_may_take_long(
    release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = CaptureLoop(LatestSlot(), lambda *_: ScriptedSource(count=None), lambda: None)
    handed_on = threading.Event()

    def hang(*_: object) -> None:
        handed_on.set()
        release.wait(30)

    monkeypatch.setattr(loop, "_handle", hang)
    loop.post(CaptureRequest("fake"))
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert handed_on.wait(5)
    assert loop.heartbeat.silent_s(time.monotonic_ns() + int(2e9)) > STALL_S
    loop.stop()
    release.set()
    thread.join(5)


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

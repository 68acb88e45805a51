"""A frame is postprocessed beside the networks: in order, one at a time, nothing hidden."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from app.core.results import FrameResult
from app.core.slots import LatestSlot, RevocableSlot
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from models import registry
from models.estimator import FrameMemo, Prediction
from models.frames import Frame, Unit
from models.registry import ModelEntry
from models.upsample import upsample
from renderers.display_range import RangeMode, RangeSettings
from tests.support.fakes import CountingSession, make_frame
from tests.support.waiting import stays, wait_until


class _Features:
    """Something large in the memo of a frame."""


class _Remembering(CountingSession):
    """Notes at each frame whether features of frames before it are still held."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[weakref.ref[_Features]] = []
        self.held: list[int] = []

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        self.held.append(sum(made() is not None for made in self.made))
        self.made.append(weakref.ref(memo.once("features", _Features)))
        return super().predict(frame, memo)


@dataclass
class _Beside:
    """A loop on its thread, whose tap waits from `hold` until it is let go."""

    session: CountingSession = field(default_factory=CountingSession)
    frames: LatestSlot[Frame] = field(default_factory=LatestSlot)
    results: LatestSlot[FrameResult] = field(default_factory=LatestSlot)
    told: list[FrameResult] = field(default_factory=list)
    error: BaseException | None = None

    def __post_init__(self) -> None:
        self.let_go, self.is_held = threading.Event(), threading.Event()
        self.let_go.set()
        self.slot_handle = RevocableSlot(self.results)
        self.loop = InferenceLoop(self.frames, self.slot_handle, lambda: None, Pipeline())
        self.loop.taps = (self._tap,)
        self.configure()
        self.thread = threading.Thread(target=self._run)

    def configure(self, **changes: Any) -> None:
        self.loop.configure(PipelineConfig("fake", "off", **changes))

    def hold(self, index: int = 0, then: int | None = None) -> None:
        """Put a frame and hold it while it is postprocessed; `then` the networks get another."""
        self.let_go.clear()
        self.is_held.clear()
        self.put(index)
        assert self.is_held.wait(5)
        if then is not None:
            steps = self.session.steps
            self.put(then)
            wait_until(lambda: self.session.steps == steps + 1)

    def put(self, *indices: int) -> None:
        for index in indices:
            assert self.frames.put_when_free(make_frame(index), 5)

    def end(self) -> None:
        self.let_go.set()
        self.loop.stop()
        self.thread.join(5)
        assert not self.thread.is_alive()

    def _tap(self, result: FrameResult) -> None:
        self.told.append(result)
        if not self.let_go.is_set():
            self.is_held.set()
            assert self.let_go.wait(10)

    def _run(self) -> None:
        try:
            self.loop.run()
        except RuntimeError as error:
            self.error = error


Begin = Callable[..., _Beside]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    made: list[_Beside] = []

    def started(session: CountingSession | None = None) -> _Beside:
        beside = _Beside(session or CountingSession())
        fake = ModelEntry("fake", "fake", "", lambda _: beside.session, lambda: None)
        off = ModelEntry("off", "off", "", lambda _: CountingSession(), lambda: None)
        monkeypatch.setattr(registry, "find", {"fake": fake, "off": off}.__getitem__)
        made.append(beside)
        beside.thread.start()
        return beside

    yield started
    for beside in made:
        beside.end()


def test_the_networks_are_at_the_next_frame_meanwhile_and_at_no_later_one(begin: Begin) -> None:
    beside = begin()
    beside.hold(then=1)
    beside.put(2)
    stays(lambda: beside.session.steps)  # the third waits: nothing piles up
    assert beside.session.steps == 2
    beside.let_go.set()
    wait_until(lambda: len(beside.told) == 3)
    assert [result.frame.index for result in beside.told] == [0, 1, 2]
    assert beside.loop.finished == 3


def test_commands_are_applied_when_the_frame_before_them_is_postprocessed(begin: Begin) -> None:
    beside = begin()
    beside.hold()
    fixed = RangeSettings(RangeMode.FIXED, (5.0, 9.0))
    beside.configure(display_range=fixed)
    beside.loop.reset_memory()
    stays(lambda: beside.session.resets)
    assert beside.session.resets == 0
    beside.let_go.set()
    wait_until(lambda: beside.session.resets == 1)
    beside.put(1)
    wait_until(lambda: beside.told[-1].frame.index == 1)
    ranges = [result.lanes["a"].display_range for result in beside.told]
    assert ranges[0] != (5.0, 9.0) and ranges[-1] == (5.0, 9.0)


def test_a_fault_while_postprocessing_ends_the_loop_though_no_frame_follows(begin: Begin) -> None:
    beside = begin()

    def fail(result: FrameResult) -> None:
        raise RuntimeError("a bug")

    beside.loop.taps = (fail,)
    beside.put(0)
    beside.thread.join(5)
    assert not beside.thread.is_alive()
    assert str(beside.error) == "a bug"
    assert beside.session.closed


def test_a_loop_that_was_replaced_leaves_nothing_and_ends(begin: Begin) -> None:
    beside = begin()
    beside.hold()
    assert beside.results.take(0) is not None
    beside.put(1)
    wait_until(lambda: beside.session.steps == 2)
    beside.slot_handle.revoke()
    beside.let_go.set()
    beside.thread.join(5)
    assert not beside.thread.is_alive() and beside.error is None
    assert beside.results.take(0) is None


def test_the_slower_of_the_networks_and_what_comes_after_them_sets_the_pace() -> None:
    stages_ms = {"wait": 90.0, "net": 20.0, "display": 5.0, "analysis": 9.0}

    def pace_ms(analysis_ms: float, is_beside: bool) -> float:
        took_ms = stages_ms | {"analysis": analysis_ms}
        return FrameResult(make_frame(), {}, stages_ms=took_ms, is_beside=is_beside).pace_ms

    assert (pace_ms(9.0, True), pace_ms(30.0, True)) == (20.0, 35.0)
    assert (pace_ms(9.0, False), pace_ms(30.0, False)) == (34.0, 55.0)  # one after the other


def test_results_say_that_they_were_postprocessed_beside_the_networks(begin: Begin) -> None:
    beside = begin()
    beside.put(0)
    wait_until(lambda: bool(beside.told))
    assert beside.told[0].is_beside


def test_a_frame_waits_also_for_the_one_before_it_to_be_postprocessed(begin: Begin) -> None:
    beside = begin()
    beside.hold(then=1)
    held_ns = time.monotonic_ns()
    stays(lambda: len(beside.told))
    let_go_ns = time.monotonic_ns()
    beside.let_go.set()
    wait_until(lambda: len(beside.told) == 2)
    result = beside.told[1]
    passed_ms = (result.done_ns - result.frame.captured_ns) / 1e6
    assert (let_go_ns - held_ns) / 1e6 <= result.stages_ms["wait"]
    assert sum(result.stages_ms.values()) <= passed_ms


def test_the_first_frame_of_a_size_may_take_its_time_to_postprocess(begin: Begin) -> None:
    beside = begin()
    beside.hold(then=1)  # which waits for the first one
    wait_until(lambda: beside.loop.heartbeat.silent_s(time.monotonic_ns()) < -10.0)


def test_postprocessing_that_hangs_is_noticed_though_no_frame_follows(begin: Begin) -> None:
    beside = begin()
    for index in range(3):
        beside.put(index)
        wait_until(lambda index=index: len(beside.told) == index + 1)
    beside.hold(3)
    wait_until(lambda: beside.loop.heartbeat.silent_s(time.monotonic_ns()) > 0.3)
    beside.let_go.set()
    wait_until(lambda: beside.loop.heartbeat.silent_s(time.monotonic_ns()) < 0.1)


def test_the_features_of_a_frame_are_let_go_before_the_next_ones_are_made(begin: Begin) -> None:
    session = _Remembering()
    beside = begin(session)
    beside.hold(then=1)
    assert session.held == [0, 0]


@pytest.mark.parametrize(
    ("error", "word"),
    [(MemoryError(), "not enough memory to show fake"), (ValueError("odd"), "the log")],
)
def test_what_cannot_be_brought_to_size_is_said(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, error: Exception, word: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Prediction, "upsampled", fail)
    beside = begin(_Small())
    beside.put(0)
    wait_until(lambda: bool(beside.told))
    assert word in beside.told[0].failures["a"]


def test_the_thread_beside_ends_with_the_loop(begin: Begin) -> None:
    beside = begin()
    beside.put(0)
    wait_until(lambda: bool(beside.told))
    assert any(thread.name.startswith("postprocess") for thread in threading.enumerate())
    beside.end()
    assert not any(thread.name.startswith("postprocess") for thread in threading.enumerate())


class _Small(CountingSession):
    """Half the frame's size, with an edge; upsampling is left to the postprocess thread."""

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        self.steps += 1
        width, height = frame.size
        disparity = np.ones((height // 2, width // 2), np.float32)
        disparity[:, width // 4 :] += frame.index + 1
        half = width // 2, height // 2
        return Prediction(disparity, Unit.RELATIVE, frame.index, frame.size, half)


def test_predictions_of_the_networks_size_are_upsampled_to_the_frame(
    begin: Begin,
) -> None:
    beside = begin(_Small())
    beside.put(0)
    wait_until(lambda: bool(beside.told))
    depth = beside.told[0].lanes["a"].depth
    small = np.ones((6, 8), np.float32)
    small[:, 4:] += 1
    assert np.array_equal(depth.disparity, upsample(small, 16, 12))
    assert (depth.frame_index, depth.network_size) == (0, (8, 6))
    levels = beside.told[0].lanes["a"].levels
    assert levels.shape == (12, 16) and levels[0, 0] < levels[0, -1]

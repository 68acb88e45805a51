"""Lanes on a device with streams: the same answers as without, whatever order it works in."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.devices.conveyor import OvertakenError, RingSizes
from models.devices.graphs import EAGER_CALLS
from models.devices.scheduled_device import After, Stage, Task, Wait
from models.errors import UserError
from models.estimator import DeferringSession, EstimatorOptions, FrameMemo
from models.estimators import scheduled
from models.estimators.line import Line
from models.estimators.neural import NetworkPool, NetworkRecipe, NeuralSession
from models.estimators.scheduled import KINDS_OF_FRAME, SMALLEST, ScheduledSession
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.frames import Float32, Frame
from models.upsample import upsample
from tests.support.deferred_device import DeferredDevice, ImmediateDevice
from tests.support.pointer_graph import PointerGraph


class Remembering(nn.Module):
    """Disparity is the red channel plus a fading sum of those before."""

    def __init__(self, device: DeferredDevice | None = None) -> None:
        super().__init__()
        self.encoded: list[tuple[int, int]] = []
        self.broken = False
        self._device = device

    def encode(self, frames: Tensor) -> Tensor:
        height, width = frames.shape[-2:]
        if self._device and self._device.memory and height * width > self._device.memory:
            raise MemoryError
        self.encoded.append((width, height))
        return frames[:, 0] + 3

    def decode(self, features: Tensor, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        answer = features if state is None or not temporal else features + state
        after = 0.5 * answer if temporal else state
        return (answer * float("nan") if self.broken else answer), after


def recipe(network: nn.Module, input_size: int | None = 28) -> NetworkRecipe:
    return NetworkRecipe("n", "The net", lambda _d, _t: network, input_size=input_size)  # type: ignore[arg-type, return-value]


def session(
    network: nn.Module,
    line: Line,
    *,
    temporal: bool = True,
    input_size: int | None = 28,
    dtype: torch.dtype = torch.float32,
) -> ScheduledSession:
    return ScheduledSession(
        recipe(network, input_size), network, line,  # type: ignore[arg-type]
        dtype=dtype, input_size=input_size, temporal=temporal,
    )  # fmt: skip


def pictures(count: int, width: int = 56, height: int = 42) -> list[Frame]:
    rng = np.random.default_rng(7)
    return [
        Frame(rng.integers(0, 255, (height, width, 3), np.uint8), index, 0, 0, 0.0)
        for index in range(count)
    ]


def played(line: Line, frames: list[Frame], network: nn.Module) -> list[tuple[Float32, Float32]]:
    """Two lanes, with memory and without, two frames on their way; a reset in the middle."""
    a, b = session(network, line), session(network, line, temporal=False)
    flying, answers = [], []
    for frame in frames:
        if frame.index == len(frames) // 2:
            a.reset()
        memo = FrameMemo()
        flying.append((a.submit(frame, memo), b.submit(frame, memo)))
        if len(flying) == line.conveyor.sizes.in_flight:
            first, second = flying.pop(0)
            answers.append((first.result().disparity, second.result().disparity))
    answers += [(x.result().disparity, y.result().disparity) for x, y in flying]
    a.close()
    b.close()
    return answers


def plainly(frames: list[Frame], network: nn.Module) -> list[tuple[Float32, Float32]]:
    options = EstimatorOptions(device="cpu", precision="float32")
    pool, made = NetworkPool(), recipe(network)
    a = NeuralSession(made, options, pool)
    b = NeuralSession(made, options, pool, temporal=False)
    answers = []
    for frame in frames:
        if frame.index == len(frames) // 2:
            a.reset()
        memo = FrameMemo()
        answers.append((a.step(frame, memo).disparity, b.step(frame, memo).disparity))
    return answers


@pytest.mark.parametrize("has_graphs", [False, True])
@pytest.mark.parametrize("sizes", [RingSizes(), RingSizes(1, 1, 1, 1, 2), RingSizes(2, 1, 1, 2, 3)])
@pytest.mark.parametrize("seed", range(8))
def test_answers_do_not_depend_on_the_order_a_device_works_in(
    seed: int, sizes: RingSizes, has_graphs: bool
) -> None:
    frames, network = pictures(9), Remembering()
    late = played(Line(DeferredDevice(seed, has_graphs=has_graphs), sizes), frames, network)
    at_once = played(Line(ImmediateDevice(), sizes), frames, network)
    assert np.array_equal(late, at_once)
    assert np.allclose(late, plainly(frames, network), atol=1e-4)


@pytest.mark.parametrize("wait", [wait for wait in Wait if wait is not Wait.ROOM])
def test_a_device_that_ignores_a_wait_gives_other_answers(wait: Wait) -> None:
    frames, network, sizes = pictures(9), Remembering(), RingSizes(1, 1, 1, 1, 3)
    right = played(Line(ImmediateDevice(), sizes), frames, network)
    wrong = 0
    for seed in range(40):
        device = DeferredDevice(seed, frozenset({wait}))
        try:
            wrong += not np.array_equal(played(Line(device, sizes), frames, network), right)
        except (TypeError, AttributeError, UserError):  # read what was never written
            wrong += 1
    assert wrong > 0


def test_the_device_has_work_while_the_host_shows() -> None:
    device = DeferredDevice()
    lane = session(Remembering(), Line(device))
    assert isinstance(lane, DeferringSession)
    frames = pictures(2)
    first = lane.submit(frames[0], FrameMemo())
    second = lane.submit(frames[1], FrameMemo())
    assert device.most_waiting >= 4
    assert (first.result().frame_index, second.result().frame_index) == (0, 1)


def test_a_result_is_not_written_to_by_later_frames() -> None:
    lane = session(Remembering(), Line(ImmediateDevice()))
    frames = pictures(5)
    kept = lane.step(frames[0], FrameMemo()).disparity
    before = kept.copy()
    for frame in frames[1:]:
        lane.step(frame, FrameMemo())
    assert np.array_equal(kept, before)


def test_other_sizes_follow_without_leftovers() -> None:
    network, line = Remembering(), Line(DeferredDevice(3))
    lane = session(network, line)
    small, large = pictures(1)[0], pictures(1, 112, 84)[0]
    answers = [lane.step(frame, FrameMemo()).disparity for frame in (small, large, small)]
    assert [answer.shape for answer in answers] == [(42, 56), (84, 112), (42, 56)]


def test_disparity_comes_home_at_the_size_of_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[tuple[int, ...]] = []

    def watched(disparity: Float32, width: int, height: int) -> Float32:
        came.append(disparity.shape)
        return upsample(disparity, width, height)

    monkeypatch.setattr(scheduled, "upsample", watched)
    lane = session(Remembering(), Line(ImmediateDevice(has_graphs=True)), input_size=28)
    # 42x28 for the network each time, so only the frame's size tells the recordings apart.
    small, large = pictures(1, 63, 42)[0], pictures(1, 126, 84)[0]
    for frame in (small, small, small, large, large, large, small):
        lane.step(frame, FrameMemo())
    assert came == [(42, 63)] * 3 + [(84, 126)] * 3 + [(42, 63)]


class _Watched(ImmediateDevice):
    """Has graphs, and remembers them."""

    def __init__(self, memory: int | None = None) -> None:
        super().__init__(memory=memory, has_graphs=True)
        self.graphs: list[PointerGraph] = []
        self.on_trim: Callable[[], object] = bool

    def new_graph(self) -> PointerGraph:
        self.graphs.append(PointerGraph())
        return self.graphs[-1]

    def trim(self) -> None:
        super().trim()
        self.on_trim()


@pytest.mark.parametrize("temporal", [True, False])
def test_a_size_is_cold_until_the_last_of_its_graphs_is_recorded(temporal: bool) -> None:
    device = _Watched()
    lane = session(Remembering(), Line(device), temporal=temporal)
    small, large = pictures(1)[0], pictures(1, 112, 84)[0]
    recorded_when_cold, recorded_when_warm = 0, 0
    for _ in range(EAGER_CALLS + KINDS_OF_FRAME + 2):
        before, is_cold = len(device.graphs), lane.is_cold(small)
        lane.step(small, FrameMemo())
        if is_cold:
            recorded_when_cold += len(device.graphs) - before
        else:
            recorded_when_warm += len(device.graphs) - before
    assert (recorded_when_cold, recorded_when_warm) == (2, 0)
    assert not lane.is_cold(small)
    assert lane.is_cold(large)


def test_resets_in_the_middle_of_a_stream_record_nothing() -> None:
    device = _Watched()
    lane = session(Remembering(), Line(device))
    frame = pictures(1)[0]
    for number in range(12):
        if number % 2 == 0 and number > 4:
            lane.reset()
        lane.step(frame, FrameMemo())
        assert number < 4 or not lane.is_cold(frame)
    encoder, decoder = device.graphs
    assert (encoder.replays, decoder.replays) == (10, 6)


def test_a_lane_that_has_yet_to_remember_is_cold_wherever_its_features_come_from() -> None:
    line, frame, network = Line(_Watched()), pictures(1)[0], Remembering()
    a, b = session(network, line, temporal=False), session(network, line)
    cold = []
    for _ in range(5):
        memo = FrameMemo()
        a.step(frame, memo)
        cold.append(b.is_cold(frame))
        b.step(frame, memo)
    assert cold == [True, True, True, False, False]


def test_a_lane_that_gets_its_features_from_another_does_not_stay_cold() -> None:
    line, frame, network = Line(_Watched()), pictures(1)[0], Remembering()
    b = session(network, line)
    b.step(frame, FrameMemo())  # once with an encoder of its own
    a = session(network, line, temporal=False)
    for _ in range(4):
        memo = FrameMemo()
        a.step(frame, memo)
        b.step(frame, memo)
    assert not a.is_cold(frame) and not b.is_cold(frame)


def test_memory_that_runs_out_makes_the_input_smaller_for_all_lanes_and_says_so() -> None:
    device = ImmediateDevice(memory=200 * 260)
    network, line = Remembering(device), Line(device)
    a = session(network, line, input_size=280)
    b = session(network, line, input_size=280, temporal=False)
    frame, memo = pictures(1, 400, 300)[0], FrameMemo()
    seen = a.step(frame, memo)
    beside = b.step(frame, memo)
    assert seen.network_size is not None and min(seen.network_size) < 280
    assert beside.network_size == seen.network_size
    assert network.encoded == [seen.network_size]
    assert seen.disparity.shape == (300, 400)
    assert "runs at input size 157" in a.note and a.note == b.note
    assert device.trims > 0


def test_what_an_attempt_without_success_held_is_free_when_memory_is_given_back() -> None:
    device = _Watched(memory=200 * 260)
    held: list[weakref.ref[Tensor]] = []
    freed: list[bool] = []

    class Greedy(Remembering):
        def encode(self, frames: Tensor) -> Tensor:
            activations = frames * 2
            held.append(weakref.ref(activations))
            return super().encode(activations / 2)

    device.on_trim = lambda: freed.append(held[-1]() is None)
    lane = session(Greedy(device), Line(device), input_size=280)
    lane.step(pictures(1, 400, 300)[0], FrameMemo())
    assert len(freed) == device.trims == 2 and all(freed)


def test_memory_that_runs_out_costs_every_lane_its_graphs_and_they_are_made_anew() -> None:
    device = _Watched()
    line, frame = Line(device), pictures(1, 400, 300)[0]
    network = Remembering(device)
    beside, lane = session(Remembering(), line), session(network, line, input_size=280)
    for _ in range(5):
        beside.step(frame, FrameMemo())
        lane.step(frame, FrameMemo())
    before = [weakref.ref(graph) for graph in device.graphs]
    assert len(before) == 4
    device.graphs.clear()
    device.memory = 200 * 260
    left: list[int] = []
    device.on_trim = lambda: left.append(sum(graph() is not None for graph in before))
    larger = pictures(1, 500, 300)[0]  # shapes without a graph, for which there is no memory
    seen = lane.step(larger, FrameMemo())
    assert left[0] == 0
    assert seen.network_size is not None and min(seen.network_size) < 280
    for _ in range(4):
        beside.step(frame, FrameMemo())
        lane.step(larger, FrameMemo())
    assert len(device.graphs) == 4 and not lane.is_cold(larger)


def test_a_closed_lane_gives_up_its_graphs() -> None:
    device = _Watched()
    lane = session(Remembering(), Line(device))
    for _ in range(5):
        lane.step(pictures(1)[0], FrameMemo())
    graphs = [weakref.ref(graph) for graph in device.graphs]
    device.graphs.clear()
    lane.close()
    assert len(graphs) == 2 and not any(graph() for graph in graphs)


def test_memory_too_small_for_anything_is_told_in_a_sentence() -> None:
    device = ImmediateDevice(memory=1)
    lane = session(Remembering(device), Line(device), input_size=SMALLEST)
    with pytest.raises(UserError, match="does not fit into the GPU's memory"):
        lane.step(pictures(1, 400, 300)[0], FrameMemo())


def test_useless_output_is_told_and_forgotten() -> None:
    network = Remembering()
    lane = session(network, Line(ImmediateDevice()))
    frame = pictures(1)[0]
    clean = lane.step(frame, FrameMemo()).disparity
    network.broken = True
    with pytest.raises(UserError, match="The net returned no usable disparity"):
        lane.step(frame, FrameMemo())
    network.broken = False
    assert np.array_equal(lane.step(frame, FrameMemo()).disparity, clean)


def test_a_value_too_large_for_half_precision_spoils_nothing_around_it() -> None:
    class Huge(Remembering):
        def decode(self, features: Tensor, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
            answer, after = super().decode(features, state, temporal=temporal)
            answer = answer.float()
            answer[:, 5:9, 5:9] = 1.7e38
            return answer, after

    lane = session(Huge(), Line(ImmediateDevice()), dtype=torch.bfloat16, temporal=False)
    assert np.isfinite(lane.step(pictures(1)[0], FrameMemo()).disparity).all()


def test_half_precision_travels_only_where_the_network_is_coarser() -> None:
    frame = pictures(1)[0]
    exact = session(Remembering(), Line(ImmediateDevice())).step(frame, FrameMemo())
    device = ImmediateDevice()
    pinned: list[torch.dtype] = []
    device.pinned = lambda shape, dtype: pinned.append(dtype) or torch.empty(shape, dtype=dtype)  # type: ignore[method-assign, func-returns-value]
    coarse = session(Remembering(), Line(device), dtype=torch.bfloat16).step(frame, FrameMemo())
    assert torch.float16 in pinned and coarse.disparity.dtype == np.float32
    assert np.allclose(exact.disparity, coarse.disparity, rtol=2**-7)


def test_results_are_taken_oldest_first_or_lost() -> None:
    lane = session(Remembering(), Line(ImmediateDevice()))
    flying = [lane.submit(frame, FrameMemo()) for frame in pictures(3)]
    with pytest.raises(OvertakenError):
        flying[0].result()
    assert flying[2].result().frame_index == 2


def test_a_closed_lane_lets_go_of_its_buffers_and_says_so() -> None:
    line = Line(ImmediateDevice())
    a, b = session(Remembering(), line), session(Remembering(), line)
    for frame in pictures(2):
        a.step(frame, FrameMemo())
    a.close()
    a.close()
    with pytest.raises(RuntimeError, match="closed"):
        a.step(pictures(1)[0], FrameMemo())
    b.step(pictures(1)[0], FrameMemo())
    b.close()
    assert not line.conveyor._contents


def test_flashdepth_gives_the_same_with_and_without_a_schedule() -> None:
    torch.manual_seed(0)
    network = FlashDepth(FlashDepthConfig.small()).eval().requires_grad_(False)
    frames = pictures(2)
    options = EstimatorOptions(device="cpu", precision="float32", input_size=70)
    plain = NeuralSession(recipe(network), options, NetworkPool())
    line = Line(DeferredDevice(1))
    lane = session(network, line, input_size=70)
    with contextlib.closing(lane):
        for frame in frames:
            expected = plain.step(frame, FrameMemo()).disparity
            assert np.allclose(lane.step(frame, FrameMemo()).disparity, expected, atol=1e-4)


class _Breaking(ImmediateDevice):
    """Breaks off the task of one stage, once, after its work was done."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage: Stage | None = stage

    def submit(self, task: Task, after: Sequence[After[int]]) -> int:
        number = super().submit(task, after)
        self._break(task)
        return number

    def call(self, task: Task) -> None:
        super().call(task)
        self._break(task)

    def _break(self, task: Task) -> None:
        if task.stage is self._stage and task.frame >= 1:
            self._stage = None
            raise RuntimeError("the device broke off")


@pytest.mark.parametrize(
    "stage", [Stage.FILL, Stage.UPLOAD, Stage.ENCODE, Stage.DECODE, Stage.DOWNLOAD]
)
def test_a_hand_over_that_breaks_off_costs_no_other_frame(stage: Stage) -> None:
    frames = pictures(4)
    line = Line(_Breaking(stage))
    a, b = session(Remembering(), line), session(Remembering(), line)
    memos = [FrameMemo() for _ in frames]
    first = a.submit(frames[0], memos[0]), b.submit(frames[0], memos[0])
    with pytest.raises(RuntimeError, match="broke off"):
        a.submit(frames[1], memos[1])
    beside = b.submit(frames[1], memos[1])
    assert [pending.result().frame_index for pending in first] == [0, 0]
    third = a.submit(frames[2], memos[2])
    assert beside.result().frame_index == 1
    after = third.result().disparity
    alone = session(Remembering(), Line(ImmediateDevice()))
    assert np.array_equal(after, alone.step(frames[2], FrameMemo()).disparity)
    assert line.conveyor._frames == 3, "every frame took one number"


def test_what_broke_off_can_be_claimed_by_nobody() -> None:
    line = Line(_Breaking(Stage.DOWNLOAD), RingSizes(2, 2, 2, 2, 1))
    lane = session(Remembering(), line)
    old = lane.submit(pictures(1)[0], FrameMemo())
    with pytest.raises(RuntimeError, match="broke off"):
        lane.submit(pictures(1)[0], FrameMemo())
    with pytest.raises(OvertakenError):
        old.result()

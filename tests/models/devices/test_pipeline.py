"""Lanes on a device with streams: the same answers as without, whatever order it works in."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.devices.pipeline import FRAMES_IN_FLIGHT, DevicePipeline
from models.errors import UserError
from models.estimator import EstimatorOptions, FrameMemo, Session, estimate
from models.estimators.neural import NeuralSession
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.estimators.streamed import SMALLEST, StreamedSession
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.frames import Float32, Frame
from tests.support.late_device import HOST, LateDevice, PromptDevice

A, B = "lane 0", "lane 1"


class Remembering(nn.Module):
    """Disparity is the red channel plus a fading sum of those before.

    memory : pixels of a picture above which the device has none left; None for no bound.
    """

    def __init__(self, memory: int | None = None) -> None:
        super().__init__()
        self.encoded: list[tuple[int, int]] = []
        self.broken = False
        self.memory = memory

    def encode(self, frames: Tensor) -> Tensor:
        height, width = frames.shape[-2:]
        if self.memory and height * width > self.memory:
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
    pipeline: DevicePipeline[int],
    *,
    temporal: bool = True,
    input_size: int | None = 28,
) -> StreamedSession:
    return StreamedSession(
        recipe(network, input_size), network, pipeline,  # type: ignore[arg-type]
        dtype=torch.float32, input_size=input_size, temporal=temporal,
    )  # fmt: skip


def pictures(count: int, width: int = 56, height: int = 42) -> list[Frame]:
    rng = np.random.default_rng(7)
    return [
        Frame(rng.integers(0, 255, (height, width, 3), np.uint8), index, 0, 0, 0.0)
        for index in range(count)
    ]


def played(
    device: LateDevice, frames: list[Frame], network: nn.Module, uncollected: int = -1
) -> list[tuple[Float32, Float32]]:
    """Two lanes, with memory and without, two frames in flight; a reset in the middle."""
    pipeline = DevicePipeline(device)
    a, b = session(network, pipeline), session(network, pipeline, temporal=False)
    in_flight, answers = [], []
    for frame in frames:
        if frame.index == len(frames) // 2:
            a.reset()
        memo = FrameMemo()
        in_flight.append((a.submit(frame, memo), b.submit(frame, memo)))
        if len(in_flight) == FRAMES_IN_FLIGHT:
            first, second = in_flight.pop(0)
            if first.frame.index != uncollected:
                answers.append((first.result().disparity, second.result().disparity))
    answers += [(x.result().disparity, y.result().disparity) for x, y in in_flight]
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
        answers.append((estimate(a, frame, memo).disparity, estimate(b, frame, memo).disparity))
    return answers


@pytest.mark.parametrize("seed", range(20))
def test_answers_do_not_depend_on_the_order_a_device_works_in(seed: int) -> None:
    frames, network = pictures(9), Remembering()
    late = played(LateDevice(seed), frames, network)
    assert np.array_equal(late, played(PromptDevice(), frames, network))
    assert np.allclose(late, plainly(frames, network), atol=1e-4)


@pytest.mark.parametrize(
    "ignored",
    [
        ("upload", A),  # a picture is read before it is there
        (A, B),  # features are read by the second lane before the first has made them
        (A, "download"),
        (B, "download"),
        ("download", HOST),
    ],
)
def test_a_device_that_ignores_an_event_gives_other_answers(ignored: tuple[str, str]) -> None:
    frames, network = pictures(9), Remembering()
    right = played(PromptDevice(), frames, network, uncollected=3)
    wrong = 0
    for seed in range(40):
        device = LateDevice(seed, frozenset({ignored}))
        try:
            ours = played(device, frames, network, uncollected=3)
            wrong += not np.array_equal(ours, right)
        except (TypeError, AttributeError, UserError):  # read what was never written
            wrong += 1
    assert wrong > 0


@pytest.mark.parametrize("seed", range(10))
def test_a_frame_that_is_never_collected_spoils_no_other(seed: int) -> None:
    frames, network = pictures(9), Remembering()
    late = played(LateDevice(seed), frames, network, uncollected=3)
    assert np.array_equal(late, played(PromptDevice(), frames, network, uncollected=3))


def test_the_device_has_work_while_the_host_shows() -> None:
    device = LateDevice()
    lane = session(Remembering(), DevicePipeline(device))
    assert isinstance(lane, Session) and lane.frames_in_flight == 2
    frames = pictures(2)
    first = lane.submit(frames[0], FrameMemo())
    assert not first.is_ready()
    second = lane.submit(frames[1], FrameMemo())
    assert device.most_waiting >= 4
    assert (first.result().frame_index, second.result().frame_index) == (0, 1)
    assert first.is_ready()


def test_a_result_is_not_written_to_by_later_frames() -> None:
    lane = session(Remembering(), DevicePipeline(PromptDevice()))
    frames = pictures(5)
    kept = estimate(lane, frames[0], FrameMemo()).disparity
    before = kept.copy()
    for frame in frames[1:]:
        estimate(lane, frame, FrameMemo())
    assert np.array_equal(kept, before)


def test_a_result_that_was_not_collected_in_time_is_lost_and_says_so() -> None:
    lane = session(Remembering(), DevicePipeline(PromptDevice()))
    in_flight = [lane.submit(frame, FrameMemo()) for frame in pictures(3)]
    with pytest.raises(RuntimeError, match="too late"):
        in_flight[0].result()
    assert in_flight[2].result().frame_index == 2


def test_disparity_comes_home_at_the_size_of_the_frame_also_when_that_changes() -> None:
    lane = session(Remembering(), DevicePipeline(LateDevice(3)))
    small, large = pictures(1)[0], pictures(1, 112, 84)[0]
    answers = [lane.submit(frame, FrameMemo()).result() for frame in (small, large, small)]
    assert [a.disparity.shape for a in answers] == [(42, 56), (84, 112), (42, 56)]
    assert {a.network_size for a in answers} == {(42, 28)}


def test_memory_that_runs_out_makes_the_input_smaller_for_all_lanes_and_says_so() -> None:
    device, network = PromptDevice(), Remembering(memory=200 * 260)
    pipeline = DevicePipeline(device)
    a = session(network, pipeline, input_size=280)
    b = session(network, pipeline, input_size=280, temporal=False)
    frame, memo = pictures(1, 400, 300)[0], FrameMemo()
    first, beside = a.submit(frame, memo).result(), b.submit(frame, memo).result()
    assert first.network_size is not None and min(first.network_size) < 280
    assert beside.network_size == first.network_size
    assert network.encoded == [first.network_size]
    assert first.disparity.shape == (300, 400)
    assert "runs at input size 157" in first.note and first.note == beside.note
    assert device.trims == 2


def test_a_lane_that_is_closed_lets_those_beside_it_try_their_full_size_again() -> None:
    network, pipeline = Remembering(memory=200 * 260), DevicePipeline(PromptDevice())
    kept, closed = (session(network, pipeline, input_size=280) for _ in range(2))
    frame = pictures(1, 400, 300)[0]
    assert "runs at input size" in kept.submit(frame, FrameMemo()).result().note
    closed.close()
    network.memory = None
    after = kept.submit(frame, FrameMemo()).result()
    assert after.note == ""
    assert after.network_size is not None and min(after.network_size) == 280


def test_a_lane_that_makes_room_leaves_those_beside_it_their_answers() -> None:
    class Greedy(Remembering):
        """The decoder with memory needs more than there is, once."""

        def decode(self, features: Tensor, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
            if temporal and self.memory:
                self.memory = None
                raise MemoryError
            return super().decode(features, state, temporal=temporal)

    network, pipeline = Greedy(memory=10**9), DevicePipeline(PromptDevice())
    beside = session(network, pipeline, input_size=280, temporal=False)
    greedy = session(network, pipeline, input_size=280)
    again = session(network, pipeline, input_size=280, temporal=False)
    frame, memo = pictures(1, 400, 300)[0], FrameMemo()
    kept = beside.submit(frame, memo)
    answers = [kept.result() for kept in (kept, greedy.submit(frame, memo))]
    assert [min(a.network_size or (0,)) for a in answers] == [280, 210]
    assert np.isfinite(again.submit(frame, memo).result().disparity).all()


def test_what_an_attempt_without_success_held_is_free_when_memory_is_given_back() -> None:
    held: list[weakref.ref[Tensor]] = []
    freed: list[bool] = []

    class Greedy(Remembering):
        def encode(self, frames: Tensor) -> Tensor:
            activations = frames * 2
            held.append(weakref.ref(activations))
            return super().encode(activations / 2)

    class Watched(PromptDevice):
        def trim(self) -> None:
            freed.append(held[-1]() is None)

    network = Greedy(memory=200 * 260)
    lane = session(network, DevicePipeline(Watched()), input_size=280)
    estimate(lane, pictures(1, 400, 300)[0], FrameMemo())
    assert freed == [True, True]


def test_memory_too_small_for_anything_is_told_in_a_sentence() -> None:
    network = Remembering(memory=1)
    lane = session(network, DevicePipeline(PromptDevice()), input_size=SMALLEST)
    with pytest.raises(UserError, match="does not fit into the GPU's memory"):
        lane.submit(pictures(1, 400, 300)[0], FrameMemo())


def test_useless_output_is_told_and_forgotten() -> None:
    network = Remembering()
    lane = session(network, DevicePipeline(LateDevice()))
    frame = pictures(1)[0]
    clean = lane.submit(frame, FrameMemo()).result().disparity
    network.broken = True
    with pytest.raises(UserError, match="The net returned no usable disparity"):
        lane.submit(frame, FrameMemo()).result()
    network.broken = False
    assert np.array_equal(lane.submit(frame, FrameMemo()).result().disparity, clean)


def test_a_closed_lane_lets_go_of_its_buffers_and_says_so() -> None:
    network = Remembering()
    pipeline = DevicePipeline(PromptDevice())
    a, b = session(Remembering(), pipeline), session(network, pipeline)
    for frame in pictures(2):
        estimate(a, frame, FrameMemo())
    a.close()
    a.close()
    with pytest.raises(RuntimeError, match="closed"):
        a.submit(pictures(1)[0], FrameMemo())
    pending = b.submit(pictures(1)[0], FrameMemo())
    buffers = [weakref.ref(tensor) for tensor in pending.sent.download.value]
    gone = weakref.ref(network)
    b.close()
    del pending, network, b
    assert gone() is None and not any(buffer() is not None for buffer in buffers)


class _Breaking(PromptDevice):
    """Breaks off the work of one stream, once, after it was done."""

    def __init__(self, stream: str) -> None:
        super().__init__()
        self.breaks: str | None = stream
        self.is_armed = False

    def run(self, stream: str, work: Callable[[], None], after: Sequence[int] = ()) -> int:
        number = super().run(stream, work, after)
        if self.is_armed and stream == self.breaks:
            self.breaks = None
            raise RuntimeError("the device broke off")
        return number


@pytest.mark.parametrize("stream", ["upload", A, "download"])
def test_a_frame_that_breaks_off_costs_no_other_frame(stream: str) -> None:
    frames = pictures(4)
    device, network = _Breaking(stream), Remembering()
    pipeline = DevicePipeline(device)
    a, b = session(network, pipeline), session(network, pipeline, temporal=False)
    memos = [FrameMemo() for _ in frames]
    first = a.submit(frames[0], memos[0]), b.submit(frames[0], memos[0])
    device.is_armed = True
    with pytest.raises(RuntimeError, match="broke off"):
        a.submit(frames[1], memos[1])
    beside = b.submit(frames[1], memos[1])
    assert [pending.result().frame_index for pending in first] == [0, 0]
    third = a.submit(frames[2], memos[2])
    with_memory = session(Remembering(), DevicePipeline(PromptDevice()))
    without = session(Remembering(), DevicePipeline(PromptDevice()), temporal=False)
    for pending, lane, frame in ((beside, without, frames[1]), (third, with_memory, frames[2])):
        expected = estimate(lane, frame, FrameMemo()).disparity
        assert np.array_equal(pending.result().disparity, expected)


def test_flashdepth_gives_the_same_with_and_without_streams() -> None:
    torch.manual_seed(0)
    network = FlashDepth(FlashDepthConfig.small()).eval().requires_grad_(False)
    options = EstimatorOptions(device="cpu", precision="float32", input_size=70)
    plain = NeuralSession(recipe(network), options, NetworkPool())
    lane = session(network, DevicePipeline(LateDevice(1)), input_size=70)
    for frame in pictures(2):
        expected = estimate(plain, frame, FrameMemo()).disparity
        assert np.allclose(estimate(lane, frame, FrameMemo()).disparity, expected, atol=1e-4)
    lane.close()

"""On a real NVIDIA GPU: graphs, streams and full memory give the answers of plain calls."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.devices import device as devices
from models.devices.graphs import EAGER_CALLS, Graphed
from models.devices.upsample import upsample_on_device
from models.estimator import EstimatorOptions, FrameMemo
from models.estimators.neural import NetworkPool, NetworkRecipe, NeuralFactory
from models.estimators.scheduled import ScheduledSession
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.frames import Float32, Frame
from models.upsample import upsample
from tests.fixtures.flashdepth.fixture_weights import fill
from tests.support.pointer_graph import NoGraph

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here"),
]

PRECISIONS = ("float32", "bfloat16")
SIZE = (182, 140)


def flashdepth(device: torch.device, _dtype: torch.dtype) -> Any:
    network = FlashDepth(FlashDepthConfig.small()).eval().requires_grad_(False)
    fill(network)
    return network.to(device)


RECIPE = NetworkRecipe("s", "S", flashdepth, input_size=140)


def pictures(count: int, size: tuple[int, int] = SIZE, seed: int = 0) -> list[Frame]:
    rng = np.random.default_rng(seed)
    width, height = size
    return [
        Frame(rng.integers(0, 255, (height, width, 3), np.uint8), index, 0, 0, 0.0)
        for index in range(count)
    ]


def lanes(
    count: int, device: str, precision: str, recipe: NetworkRecipe = RECIPE
) -> tuple[Any, ...]:
    """`count` lanes of one network, the first with its memory and the others without."""
    options, pool = EstimatorOptions(device=device, precision=precision), NetworkPool()
    return tuple(
        NeuralFactory(recipe, pool, temporal=number == 0)(options) for number in range(count)
    )


def stepped(sessions: tuple[Any, ...], frames: list[Frame]) -> list[list[Float32]]:
    """One frame after the other."""
    answers = []
    for frame in frames:
        memo = FrameMemo()
        answers.append([session.step(frame, memo).disparity for session in sessions])
    return answers


def two_on_their_way(sessions: tuple[Any, ...], frames: list[Frame]) -> list[list[Float32]]:
    """The next frame is handed over before the last is taken, as in the app."""
    flying, answers = [], []
    for frame in frames:
        memo = FrameMemo()
        flying.append([session.submit(frame, memo) for session in sessions])
        if len(flying) == 2:
            answers.append([pending.result().disparity for pending in flying.pop(0)])
    answers += [[pending.result().disparity for pending in rest] for rest in flying]
    return answers


def closed(sessions: tuple[Any, ...]) -> None:
    for session in sessions:
        session.close()


def agree(ours: list[list[Float32]], expected: list[list[Float32]], share: float) -> bool:
    """Whether no pixel differs by more than that share of the expected deviation."""
    return all(
        np.abs(mine - right).max() <= share * right.std()
        for row, expected_row in zip(ours, expected, strict=True)
        for mine, right in zip(row, expected_row, strict=True)
    )


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No graphs while this holds; `undo()` lets them be again."""
    monkeypatch.setattr(devices.StreamDevice, "new_graph", lambda _: NoGraph())
    return monkeypatch


def test_the_answers_are_those_of_the_cpu_while_graphs_replay() -> None:
    answers = {}
    for name in ("cpu", "cuda"):
        sessions = lanes(1, name, "float32")
        answers[name] = stepped(sessions, pictures(8))
        closed(sessions)
    assert np.allclose(answers["cpu"], answers["cuda"], rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_graphs_give_the_answers_of_plain_calls(precision: str, eager: pytest.MonkeyPatch) -> None:
    frames = pictures(10)
    plain = lanes(1, "cuda", precision)
    expected = stepped(plain, frames)
    closed(plain)
    eager.undo()
    graphed = lanes(1, "cuda", precision)
    ours = stepped(graphed, frames)
    assert not graphed[0].is_cold(frames[0])
    assert graphed[0]._decode._known, "nothing was recorded"
    assert all(size.replay for size in graphed[0]._decode._known.values())
    closed(graphed)
    assert agree(ours, expected, 1e-3 if precision == "float32" else 2e-2)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_two_lanes_with_two_frames_on_their_way_are_those_of_one_after_the_other(
    precision: str, eager: pytest.MonkeyPatch
) -> None:
    frames = pictures(16)
    plain = lanes(2, "cuda", precision)
    expected = stepped(plain, frames)
    closed(plain)
    eager.undo()
    both = lanes(2, "cuda", precision)
    ours = two_on_their_way(both, frames)
    closed(both)
    assert agree(ours, expected, 1e-3 if precision == "float32" else 2e-2)


def test_graphs_follow_the_size_and_outlive_what_the_encoder_forgets(
    eager: pytest.MonkeyPatch,
) -> None:
    sizes = [(140 + 14 * step, 140) for step in range(1, 8)]
    frames = [frame for size in sizes for frame in pictures(EAGER_CALLS + 3, size)]
    frames += pictures(3, sizes[-2], seed=1)  # its graph is still there, its positions may not be
    plain = lanes(2, "cuda", "float32")
    expected = stepped(plain, frames)
    closed(plain)
    eager.undo()
    both = lanes(2, "cuda", "float32")
    ours = two_on_their_way(both, frames)
    closed(both)
    assert agree(ours, expected, 1e-3)


def test_a_graph_reads_positions_that_the_encoder_has_forgotten() -> None:
    device = torch.device("cuda")
    encoder = flashdepth(device, torch.float32).pretrained

    def work(frames: Tensor) -> Tensor:
        with torch.inference_mode():
            taps: list[Tensor] = encoder(frames)
            return taps[3]

    graphed = Graphed(work, devices.StreamDevice(device).new_graph)
    with torch.cuda.stream(torch.cuda.Stream()):
        frames = torch.randn(1, 3, 140, 182, device=device)
        torch.cuda.synchronize()
        for _ in range(EAGER_CALLS):
            graphed(frames)
        expected = work(frames)
        encoder._positions.clear()
        filler = [torch.full((1, 131, 384), 1e6, device=device) for _ in range(64)]
        assert torch.allclose(graphed(frames), expected, rtol=1e-3, atol=1e-3)
    torch.cuda.synchronize()
    del filler


def test_a_graphed_function_answers_with_copies() -> None:
    place = torch.device("cuda")
    graphed = Graphed(lambda x: x * 2, devices.StreamDevice(place).new_graph)
    with torch.cuda.stream(torch.cuda.Stream()):
        answers = [graphed(torch.full((3,), float(n), device=place)) for n in range(6)]
        torch.cuda.synchronize()
    assert [answer[0].item() for answer in answers] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]


def test_disparity_is_enlarged_as_on_the_host_also_by_a_graph() -> None:
    size, place = (364, 280), torch.device("cuda")
    disparity = np.random.default_rng(0).random((140, 182), np.float32).cumsum(0).astype(np.float32)
    disparity[40:90, 60:120] += 30
    expected = upsample(disparity, *size)
    graphed = Graphed(lambda x: upsample_on_device(x, size), devices.StreamDevice(place).new_graph)
    with torch.cuda.stream(torch.cuda.Stream()):
        given = torch.from_numpy(disparity).to(place)
        answers = [graphed(given) for _ in range(EAGER_CALLS + 2)]
        torch.cuda.synchronize()
    assert all(known.replay for known in graphed._known.values()), "nothing was recorded"
    for answer in answers:
        np.testing.assert_allclose(answer.cpu().numpy(), expected, rtol=1e-4, atol=1e-4)


def test_frames_larger_than_the_networks_picture_come_home_at_their_size() -> None:
    frames = pictures(8, (364, 280))
    both = lanes(2, "cuda", "bfloat16")
    ours = two_on_their_way(both, frames)
    closed(both)
    assert all(answer.shape == (280, 364) for row in ours for answer in row)
    assert all(np.isfinite(answer).all() for row in ours for answer in row)


class Greedy(nn.Module):
    """Takes memory, and above a number of pixels says that it got none."""

    most_pixels = 200 * 260

    def encode(self, frames: Tensor) -> Tensor:
        activations = frames.repeat(64, 1, 1, 1) * 2
        if frames.shape[-1] * frames.shape[-2] > self.most_pixels:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return activations[0, 0].abs()[None] + 1

    def decode(self, features: Tensor, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        answer = features if state is None or not temporal else 0.5 * features + 0.5 * state
        return answer, answer if temporal else state


def test_full_memory_makes_the_input_smaller_and_keeps_nothing_of_the_attempt() -> None:
    network = Greedy()
    recipe = NetworkRecipe("g", "Greedy", lambda _d, _t: network, input_size=280)  # type: ignore[arg-type, return-value]
    gc.collect()
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    (lane,) = lanes(1, "cuda", "float32", recipe)
    assert isinstance(lane, ScheduledSession)
    answers = stepped((lane,), pictures(8, (400, 300)))
    assert "runs at input size" in lane.note
    assert answers[-1][0].shape == (300, 400)
    assert all(size.replay for size in lane._encode._known.values()), "runs on without graphs"
    lane.close()
    del lane
    gc.collect()
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    assert torch.cuda.memory_allocated() - before < 2**20


class Scaled(nn.Module):
    """Disparity is the first channel times a weight."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = weight

    def encode(self, frames: Tensor) -> Tensor:
        return frames[:, 0].abs() * self.weight

    def decode(self, features: Tensor, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        return features, state


def test_a_network_is_not_read_before_its_loading_is_done() -> None:
    def load(device: torch.device, _dtype: torch.dtype) -> Any:
        weight = torch.zeros((), device=device)
        torch.cuda._sleep(200_000_000)  # a tenth of a second or so of the default stream
        weight.add_(1)
        return Scaled(weight)

    (lane,) = lanes(1, "cuda", "float32", NetworkRecipe("w", "W", load, input_size=140))
    assert stepped((lane,), pictures(1))[0][0].max() > 0
    lane.close()

"""On a real NVIDIA GPU: streams, graphs and full memory give the answers of plain calls."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.devices.acceleration import ACCELERATIONS
from models.devices.upsample import upsample_on_device
from models.estimator import EstimatorOptions, FrameMemo, Prediction
from models.estimators.entries import NeuralFactory
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.estimators.streamed import StreamedSession
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.frames import Float32, Frame
from models.upsample import upsample
from tests.fixtures.flashdepth.fixture_weights import fill

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
    count: int,
    device: str,
    precision: str,
    acceleration: str = "eager",
    recipe: NetworkRecipe = RECIPE,
) -> tuple[Any, ...]:
    """`count` lanes of one network, the first with its memory and the others without."""
    options = EstimatorOptions(device=device, precision=precision, acceleration=acceleration)
    pool = NetworkPool()
    return tuple(
        NeuralFactory(recipe, pool, temporal=number == 0)(options) for number in range(count)
    )


def predicted(
    sessions: tuple[Any, ...], frames: list[Frame], in_flight: int = 1
) -> list[list[Float32]]:
    """What every lane answers, with as many frames in flight."""
    submitted: list[list[Any]] = []
    answers: list[list[Prediction]] = []
    for frame in frames:
        memo = FrameMemo()
        submitted.append([session.submit(frame, memo) for session in sessions])
        if len(submitted) == in_flight:
            answers.append([pending.result() for pending in submitted.pop(0)])
    answers += [[pending.result() for pending in rest] for rest in submitted]
    return [[answer.upsampled().disparity for answer in row] for row in answers]


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


def test_the_answers_are_those_of_the_cpu() -> None:
    answers = {}
    for name in ("cpu", "cuda"):
        sessions = lanes(1, name, "float32")
        answers[name] = predicted(sessions, pictures(8))
        closed(sessions)
    assert np.allclose(answers["cpu"], answers["cuda"], rtol=1e-2, atol=1e-3)


@pytest.mark.timeout(400)  # compiling takes its time
@pytest.mark.parametrize("acceleration", ACCELERATIONS)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_two_lanes_with_two_frames_in_flight_are_those_of_one_after_the_other(
    precision: str, acceleration: str
) -> None:
    frames = pictures(16)
    plain = lanes(2, "cuda", precision)
    expected = predicted(plain, frames)
    closed(plain)
    both = lanes(2, "cuda", precision, acceleration)
    ours = predicted(both, frames, in_flight=2)
    closed(both)
    assert agree(ours, expected, 1e-3 if precision == "float32" else 2e-2)


@pytest.mark.parametrize("acceleration", ["eager", "graphs"])
def test_the_size_of_the_picture_may_change_in_mid_stream(acceleration: str) -> None:
    sizes = [(140 + 14 * step, 140) for step in range(1, 5)]
    frames = [frame for size in sizes for frame in pictures(5, size)]
    frames += pictures(3, sizes[-2], seed=1)
    plain = lanes(2, "cuda", "float32")
    expected = predicted(plain, frames)
    closed(plain)
    both = lanes(2, "cuda", "float32", acceleration)
    ours = predicted(both, frames, in_flight=2)
    closed(both)
    assert agree(ours, expected, 1e-3)


def test_disparity_is_upsampled_as_on_the_host() -> None:
    size = (364, 280)
    disparity = np.random.default_rng(0).random((140, 182), np.float32).cumsum(0).astype(np.float32)
    disparity[40:90, 60:120] += 30
    answer = upsample_on_device(torch.from_numpy(disparity).to("cuda"), size)
    expected = upsample(disparity, *size)
    np.testing.assert_allclose(answer.cpu().numpy(), expected, rtol=1e-4, atol=1e-4)


def test_frames_larger_than_the_networks_picture_come_home_at_their_size() -> None:
    frames = pictures(8, (364, 280))
    both = lanes(2, "cuda", "bfloat16")
    ours = predicted(both, frames, in_flight=2)
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
    (lane,) = lanes(1, "cuda", "float32", recipe=recipe)
    assert isinstance(lane, StreamedSession)
    answers = [lane.submit(frame, FrameMemo()).result() for frame in pictures(8, (400, 300))]
    assert "runs at input size" in answers[-1].note
    assert answers[-1].disparity.shape == (300, 400)
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

    (lane,) = lanes(1, "cuda", "float32", recipe=NetworkRecipe("w", "W", load, input_size=140))
    assert predicted((lane,), pictures(1))[0][0].max() > 0
    lane.close()

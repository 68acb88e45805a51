"""Lanes of networks: what they share, what they remember, what they refuse."""

import gc
import threading
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.errors import UserError
from models.estimator import EstimatorOptions, FrameMemo, Session, estimate
from models.estimators.entries import NeuralFactory
from models.estimators.neural import NeuralSession
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.frames import Frame, Unit

CPU = EstimatorOptions(device="cpu", precision="float32")


class Counting(nn.Module):
    """Disparity is the red channel plus how many frames it remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded: list[tuple[int, ...]] = []
        self.dtypes: set[torch.dtype] = set()
        self.broken = False

    def encode(self, frames: Tensor) -> Tensor:
        self.encoded.append(tuple(frames.shape))
        self.dtypes.add(frames.dtype)
        return frames[:, 0]

    def decode(self, features: Tensor, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        seen = 0 if state is None else state
        answer = features + seen if temporal else features
        return (answer * float("nan") if self.broken else answer), (seen + 1 if temporal else state)


def recipe(network: Counting, **changes: Any) -> NetworkRecipe:
    def load(device: torch.device, dtype: torch.dtype) -> Counting:
        del device, dtype
        return network

    return NetworkRecipe("counting", "Counting", load, input_size=28, **changes)


def frame(width: int = 56, height: int = 42, index: int = 0) -> Frame:
    rgb = np.full((height, width, 3), 200, np.uint8)  # above the mean, as disparity is positive
    return Frame(rgb, index, 0, 0, 0.0)


def test_memory_is_carried_and_forgotten_on_reset() -> None:
    session = NeuralSession(recipe(Counting()), CPU, NetworkPool())
    means = [
        estimate(session, frame(index=index), FrameMemo()).disparity.mean() for index in range(3)
    ]
    session.reset()
    means.append(estimate(session, frame(), FrameMemo()).disparity.mean())
    assert np.allclose(np.diff(means), [1, 1, -2], atol=1e-5)


def test_without_memory_every_frame_is_the_first() -> None:
    session = NeuralSession(recipe(Counting()), CPU, NetworkPool(), temporal=False)
    first = estimate(session, frame(), FrameMemo()).disparity
    second = estimate(session, frame(), FrameMemo()).disparity
    assert np.array_equal(first, second)


def test_nobody_waits_for_a_load_that_hangs_and_one_network_is_kept() -> None:
    network, pool, release, begun = Counting(), NetworkPool(), threading.Event(), threading.Event()
    hung: list[object] = []

    def load_slowly(_device: torch.device, _dtype: torch.dtype) -> Counting:
        begun.set()
        release.wait(30)
        return Counting()

    slow = NetworkRecipe("counting", "Counting", load_slowly, input_size=28)
    place = torch.device("cpu"), torch.float32
    thread = threading.Thread(target=lambda: hung.append(pool.network(slow, *place)))
    thread.start()
    assert begun.wait(5)
    assert pool.network(recipe(network), *place) is network  # while the other one still hangs
    release.set()
    thread.join(5)
    assert hung == [network]


def test_two_lanes_share_network_and_encoder_but_not_memory() -> None:
    network, pool = Counting(), NetworkPool()
    made = recipe(network)
    a, b = NeuralSession(made, CPU, pool), NeuralSession(made, CPU, pool, temporal=False)
    for index in range(2):
        memo = FrameMemo()
        with_memory = estimate(a, frame(index=index), memo).disparity
        without = estimate(b, frame(index=index), memo).disparity
    assert len(network.encoded) == 2
    assert np.allclose(with_memory - without, 1, atol=1e-5)


def test_lanes_of_other_input_sizes_do_not_share() -> None:
    network, pool, memo = Counting(), NetworkPool(), FrameMemo()
    made = recipe(network)
    estimate(NeuralSession(made, CPU, pool), frame(), memo)
    larger = EstimatorOptions(device="cpu", precision="float32", input_size=42)
    seen = estimate(NeuralSession(made, larger, pool), frame(), memo)
    assert network.encoded == [(1, 3, 28, 42), (1, 3, 42, 56)]
    assert seen.network_size == (56, 42)


def test_the_answer_has_the_size_of_the_frame() -> None:
    session = NeuralSession(recipe(Counting()), CPU, NetworkPool())
    seen = estimate(session, frame(101, 67, index=7), FrameMemo())
    assert seen.disparity.shape == (67, 101)
    assert seen.disparity.dtype == np.float32
    assert seen.disparity.flags.c_contiguous
    assert (seen.unit, seen.frame_index, seen.network_size) == (Unit.RELATIVE, 7, (42, 28))


def test_useless_output_is_told_and_forgotten() -> None:
    network = Counting()
    session = NeuralSession(recipe(network), CPU, NetworkPool())
    clean = estimate(session, frame(), FrameMemo()).disparity
    network.broken = True
    with pytest.raises(UserError, match="Counting returned no usable disparity"):
        estimate(session, frame(), FrameMemo())
    network.broken = False
    assert np.array_equal(estimate(session, frame(), FrameMemo()).disparity, clean)


def test_the_pool_keeps_no_network_alive() -> None:
    loads: list[int] = []

    def load(device: torch.device, dtype: torch.dtype) -> Counting:
        del device, dtype
        loads.append(1)
        return Counting()

    pool, made = NetworkPool(), NetworkRecipe("n", "N", load)
    factory = NeuralFactory(made, pool)
    first = factory(CPU)
    factory(CPU).close()
    assert len(loads) == 1
    first.close()
    gc.collect()
    factory(CPU)
    assert len(loads) == 2


def test_a_network_that_casts_itself_gets_pictures_in_its_precision() -> None:
    network = Counting()
    options = EstimatorOptions(device="cpu", precision="bfloat16")
    session = NeuralSession(recipe(network, autocast=False), options, NetworkPool())
    seen = estimate(session, frame(), FrameMemo())
    assert network.dtypes == {torch.bfloat16}
    assert seen.disparity.dtype == np.float32


def test_a_closed_session_says_so() -> None:
    session = NeuralSession(recipe(Counting()), CPU, NetworkPool())
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        estimate(session, frame(), FrameMemo())


def test_flashdepth_runs_as_a_lane_in_either_precision() -> None:
    torch.manual_seed(0)
    network = FlashDepth(FlashDepthConfig.small()).eval().requires_grad_(False)
    made = NetworkRecipe("s", "S", lambda _device, _dtype: network, input_size=70)
    for kind in ("float32", "bfloat16"):
        session: Session = NeuralSession(
            made, EstimatorOptions(device="cpu", precision=kind), NetworkPool()
        )
        for index in range(2):
            seen = estimate(session, frame(index=index), FrameMemo())
        assert np.isfinite(seen.disparity).all()
        assert isinstance(session, Session)

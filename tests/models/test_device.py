"""Devices: what their names mean, and that CUDA's words and tensors stay where they belong."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from models import device as devices
from models.errors import UsageError
from models.estimator import DeferringSession, EstimatorOptions, FrameMemo
from models.estimators.neural import NetworkPool, NetworkRecipe, NeuralFactory, NeuralSession
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.frames import Frame
from models.preprocess import prepare_on_device

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")


def test_names_of_devices_are_understood_or_refused_in_a_sentence() -> None:
    assert devices.resolve("cpu").type == "cpu"
    with pytest.raises(UsageError, match="There is no device 'tpu9'"):
        devices.resolve("tpu9")
    with pytest.raises(UsageError, match="No NVIDIA GPU answers to 'cuda:64'"):
        devices.resolve("cuda:64")


def test_only_one_file_speaks_of_cuda() -> None:
    root = Path(devices.__file__).parents[1]
    files = [
        path
        for folder in ("app", "models", "renderers", "widgets")
        for path in (root / folder).rglob("*.py")
    ]
    assert len(files) > 50
    spoken = {path.name for path in files if re.search(r"torch\.cuda|\.cuda\(", path.read_text())}
    assert spoken == {"device.py"}


def test_the_cpu_keeps_its_plain_path() -> None:
    network = torch.nn.Identity()
    recipe = NetworkRecipe("n", "N", lambda _d, _t: network)  # type: ignore[arg-type, return-value]
    session = NeuralFactory(recipe, NetworkPool())(EstimatorOptions(device="cpu"))
    assert isinstance(session, NeuralSession)
    assert not isinstance(session, DeferringSession)


def test_what_cannot_be_recorded_runs_as_it_is() -> None:
    calls: list[int] = []

    def work(x: torch.Tensor, scale: int) -> tuple[torch.Tensor, None]:
        calls.append(scale)
        return x * scale, None

    if torch.cuda.is_available():
        pytest.skip("here it can be recorded")
    recorded = devices.Recorded(work)
    for _ in range(5):
        answer, nothing = recorded(torch.ones(2), 3)
        assert answer.tolist() == [3.0, 3.0] and nothing is None
    assert len(calls) == 5


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A device on which nothing computes; tensors left on the CPU by mistake raise when mixed."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: contextlib.nullcontext())
    with FakeTensorMode(), torch.no_grad(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Accessing the data pointer of FakeTensor")
        yield "meta"


@pytest.mark.parametrize("name", ["small", "full"])
def test_no_tensor_is_left_on_the_host(elsewhere: str, name: str) -> None:
    config = {"small": FlashDepthConfig.small, "full": FlashDepthConfig.full}[name]()
    with torch.device("meta"):
        network: Any = FlashDepth(config).eval().requires_grad_(False)
    for module in network.modules():
        for key, weight in module.named_parameters(recurse=False):
            hollow = torch.empty(weight.shape, device=elsewhere)
            setattr(module, key, torch.nn.Parameter(hollow, requires_grad=False))
    rgb = torch.empty(120, 160, 3, dtype=torch.uint8, device=elsewhere)
    prepared = prepare_on_device(rgb, ((182, 140),))
    disparity, state = network.decode(network.encode(prepared), None)
    disparity, state = network.decode(network.encode(prepared), state)
    assert disparity.device.type == elsewhere and disparity.shape == (1, 140, 182)
    assert {layer.device.type for layer in state.layers} == {elsewhere}


def test_a_tensor_left_on_the_host_would_be_noticed(elsewhere: str) -> None:
    there, here = torch.empty(2, device=elsewhere), torch.empty(2)
    with pytest.raises((RuntimeError, AssertionError)):
        there + here


@pytest.mark.cuda
@needs_cuda
def test_cuda_gives_the_answers_of_the_cpu_while_graphs_replay() -> None:
    torch.manual_seed(0)

    def load(device: torch.device, _dtype: torch.dtype) -> Any:
        torch.manual_seed(0)
        return FlashDepth(FlashDepthConfig.small()).eval().requires_grad_(False).to(device)

    recipe = NetworkRecipe("s", "S", load, input_size=140)
    rng = np.random.default_rng(0)
    frames = [
        Frame(rng.integers(0, 255, (140, 182, 3), np.uint8), index, 0, 0, 0.0) for index in range(8)
    ]
    answers = {}
    for name in ("cpu", "cuda"):
        options = EstimatorOptions(device=name, precision="float32")
        session = NeuralFactory(recipe, NetworkPool())(options)
        answers[name] = [session.step(frame, FrameMemo()).disparity for frame in frames]
        session.close()
    assert np.allclose(answers["cpu"], answers["cuda"], rtol=1e-2, atol=1e-3)


@pytest.mark.cuda
@needs_cuda
def test_a_recorded_function_answers_with_copies() -> None:
    recorded = devices.Recorded(lambda x: x * 2)
    place = torch.device("cuda")
    with torch.cuda.stream(torch.cuda.Stream()):
        answers = [recorded(torch.full((3,), float(n), device=place)) for n in range(6)]
        torch.cuda.synchronize()
    assert [answer[0].item() for answer in answers] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]

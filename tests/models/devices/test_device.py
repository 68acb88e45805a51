"""Devices: what their names mean, and that CUDA's words and tensors stay where they belong."""

from __future__ import annotations

import contextlib
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from models.devices import device as devices
from models.devices.cores import usable_cores
from models.errors import UsageError
from models.estimator import EstimatorOptions
from models.estimators.entries import NeuralFactory
from models.estimators.neural import NeuralSession
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.opencv import cv2
from models.preprocess import prepare_on_device


def test_names_of_devices_are_understood_or_refused_in_a_sentence() -> None:
    assert devices.resolve("cpu").type == "cpu"
    with pytest.raises(UsageError, match="There is no device 'tpu9'"):
        devices.resolve("tpu9")
    with pytest.raises(UsageError, match="No NVIDIA GPU is available as 'cuda:64'"):
        devices.resolve("cuda:64")


def test_threads_are_those_of_the_cores_that_may_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    quota = tmp_path / "cpu.max"
    assert usable_cores(quota) == 6
    for written, cores in (
        ("max 100000", 6), ("250000 100000", 2), ("50000 100000", 1), ("900000 100000", 6),
    ):  # fmt: skip
        quota.write_text(written + "\n")
        assert usable_cores(quota) == cores


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads(), cv2.getNumThreads()
    yield
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])


@pytest.mark.parametrize(
    ("cores", "asked", "ours", "opencv"), [(1, 0, 1, 1), (2, 0, 2, 1), (8, 0, 7, 3), (8, 4, 4, 2)]
)
def test_opencv_leaves_half_of_the_threads_to_others(
    threads: None, monkeypatch: pytest.MonkeyPatch, cores: int, asked: int, ours: int, opencv: int
) -> None:
    monkeypatch.setattr(devices, "usable_cores", lambda: cores)
    devices.set_cpu_threads(asked)
    assert (torch.get_num_threads(), cv2.getNumThreads()) == (ours, opencv)


def test_only_one_file_speaks_of_cuda() -> None:
    root = Path(devices.__file__).parents[2]
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
    assert session.frames_in_flight == 1


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("CUDA driver error: out of memory"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), False),
        (ValueError("a picture that is out of memory of man"), False),
    ],
)
def test_full_memory_is_known_by_whoever_ran_out_of_it(error: Exception, is_full: bool) -> None:
    assert devices.is_out_of_memory(error) is is_full


class _Cuda:
    """Streams and events as far as `StreamDevice` asks for them; remembers the order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heard: list[str] = []
        for name in ("Stream", "Event", "stream"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))

    def Stream(self, _place: torch.device) -> Any:
        return SimpleNamespace(
            wait_event=lambda event: self.heard.append(f"wait {event.name}"),
            synchronize=lambda: self.heard.append("synchronize"),
        )

    def Event(self, blocking: bool = False) -> Any:
        name = f"event {len(self.heard)}"
        return SimpleNamespace(
            name=name, blocking=blocking, record=lambda _: self.heard.append(f"record {name}")
        )

    @contextlib.contextmanager
    def stream(self, _stream: Any) -> Iterator[None]:
        yield


def test_work_waits_on_its_stream_and_whoever_waits_for_it_sleeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cuda = _Cuda(monkeypatch)
    device = devices.StreamDevice(torch.device("cuda"))
    first = device.run("upload", lambda: cuda.heard.append("upload"))
    device.run("lane 0", lambda: cuda.heard.append("encode"), (first,))
    assert first.blocking  # type: ignore[attr-defined]
    assert cuda.heard == [
        "upload", f"record {first.name}", f"wait {first.name}", "encode", "record event 4"  # type: ignore[attr-defined]
    ]  # fmt: skip


def test_work_that_breaks_off_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = _Cuda(monkeypatch)

    def fail() -> None:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        devices.StreamDevice(torch.device("cuda")).run("lane 0", fail)
    assert cuda.heard == ["synchronize"]


def test_a_network_is_handed_out_when_all_of_its_loading_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(
        torch.cuda, "synchronize", lambda device: heard.append(f"synchronise {device}")
    )

    def load(device: torch.device, _dtype: torch.dtype) -> Any:
        heard.append(f"load on {device}")
        return torch.nn.Identity()

    pool, recipe = NetworkPool(), NetworkRecipe("n", "N", load)
    kept = pool.network(recipe, torch.device("cuda:1"), torch.float32)
    assert pool.network(recipe, torch.device("cuda:1"), torch.float32) is kept
    assert heard == ["load on cuda:1", "synchronise cuda:1"]


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

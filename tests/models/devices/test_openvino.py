"""OpenVINO: what its devices are called, and that networks give there what PyTorch gives."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models import checkpoints
from models.devices import device, openvino
from models.devices.blob_cache import BlobCache
from models.devices.compiled import CompiledNetwork
from models.errors import UsageError
from models.estimator import EstimatorOptions, FrameMemo, estimate
from models.estimators.neural import NeuralSession
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.flashdepth.lite import PICTURE, FlashDepthLite, LiteConfig
from models.frames import Frame
from models.preprocess import PictureFormat
from tests.fixtures.flashdepth.fixture_weights import fill
from tests.support.waiting import wait_until

FLOAT32 = EstimatorOptions(device="openvino", precision="float32")
needs_openvino = pytest.mark.skipif(not openvino.is_installed(), reason="OpenVINO is missing")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path))
    return tmp_path / "openvino"


class Adding(nn.Module):
    """Disparity is a convolution of red, green and blue plus the sum of earlier ones."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.mix = nn.Conv2d(3, 1, 3, padding=1)
        self.calls: list[str] = []

    def encode(self, frames: Tensor) -> tuple[Tensor, int]:
        self.calls.append("encode")
        return self.mix(frames), 2

    def decode(
        self, features: tuple[Tensor, int], state: Any, *, temporal: bool
    ) -> tuple[Tensor, Any]:
        self.calls.append("decode")
        found = features[0].squeeze(1).abs() * features[1]
        if not temporal:
            return found, state
        after = found if state is None else (state + found) / 2
        return after, after


def recipe(network: Any, picture: PictureFormat | None = None, size: int = 56) -> NetworkRecipe:
    def load(_device: torch.device, _dtype: torch.dtype) -> Any:
        return network.eval().requires_grad_(False)

    return NetworkRecipe("net", "Net", load, picture or PictureFormat(), size, autocast=False)


def frames(count: int, width: int = 112, height: int = 70) -> list[Frame]:
    """A pattern that moves and changes."""
    y, x = np.mgrid[0:height, 0:width]
    found = []
    for index in range(count):
        planes = [np.sin(0.11 * (x + index) + k) * np.cos(0.07 * (y - 2 * index)) for k in range(3)]
        rgb = np.ascontiguousarray(127 + 120 * np.stack(planes, -1)).astype(np.uint8)
        found.append(Frame(rgb, index, 0, 0, index / 30))
    return found


def furthest_apart(network: NetworkRecipe, count: int) -> float:
    """Largest difference from PyTorch in any frame, as a share of the spread."""
    pool = NetworkPool()
    ours = NeuralSession(network, FLOAT32, pool)
    theirs = NeuralSession(network, EstimatorOptions(device="cpu", precision="float32"), pool)
    worst = 0.0
    for frame in frames(count):
        got = ours.submit(frame, FrameMemo()).result()
        wanted = theirs.submit(frame, FrameMemo()).result()
        assert not got.note
        spread = float(np.ptp(wanted.disparity))
        worst = max(worst, float(np.abs(got.disparity - wanted.disparity).max()) / spread)
    ours.close()
    theirs.close()
    return worst


@needs_openvino
@pytest.mark.parametrize(
    ("config", "count"), [(LiteConfig(), 30), (LiteConfig.second(), 200)], ids=["first", "second"]
)
def test_the_bundled_network_gives_what_pytorch_gives(config: LiteConfig, count: int) -> None:
    torch.manual_seed(0)
    network = FlashDepthLite(config)
    with torch.no_grad():  # memories that change something
        for name, value in network.named_parameters():
            if not value.any():
                value.normal_(std=0.05, mean=0.01 * ("bias" in name))
    network.for_inference(torch.float32)
    assert furthest_apart(recipe(network, PICTURE, 64), count) < 1e-3


@needs_openvino
@pytest.mark.parametrize("name", ["flashdepth-s", "depth-anything-v2-s"])
def test_vision_transformers_give_what_pytorch_gives(name: str) -> None:
    network = checkpoints.untrained(name)
    fill(network, "public")
    assert furthest_apart(recipe(network, size=70), 5) < 1e-3


@needs_openvino
def test_two_lanes_share_the_encoder_and_leave_each_other_s_results_alone() -> None:
    network = Adding()
    pool, net = NetworkPool(), recipe(network)
    lanes = [NeuralSession(net, FLOAT32, pool, temporal=temporal) for temporal in (True, False)]
    results = []
    for frame in frames(4):
        memo = FrameMemo()
        results.append([lane.submit(frame, memo).result().disparity.copy() for lane in lanes])
    kept = [lane.submit(frames(1)[0], FrameMemo()).result() for lane in lanes]
    before = [prediction.disparity.copy() for prediction in kept]
    for lane in lanes:
        lane.submit(frames(9)[8], FrameMemo())
    assert all(np.array_equal(p.disparity, b) for p, b in zip(kept, before, strict=True))
    assert not np.allclose(results[3][0], results[3][1])
    # Once in PyTorch for the first frame and once for the trace; then OpenVINO computes alone.
    assert network.calls.count("encode") == 2
    for lane in lanes:
        lane.close()


@needs_openvino
def test_what_was_compiled_is_found_again_until_the_weights_change(cache: Path) -> None:
    def run(network: Adding) -> None:
        session = NeuralSession(recipe(network), FLOAT32, NetworkPool())
        for frame in frames(3):
            estimate(session, frame, FrameMemo())
        session.close()

    run(Adding())
    written = {path.name for path in cache.glob("*.blob")}
    assert len(written) == 2  # the encoder and the decoder with memory
    again = Adding()
    run(again)
    assert again.calls.count("encode") == 1  # nothing was traced
    assert {path.name for path in cache.glob("*.blob")} == written
    other = Adding()
    with torch.no_grad():
        other.mix.weight.mul_(2)
    run(other)
    assert len({path.name for path in cache.glob("*.blob")} - written) == 2


@needs_openvino
def test_every_size_is_compiled_for_itself_and_a_damaged_file_is_compiled_again(
    cache: Path,
) -> None:
    session = NeuralSession(recipe(Adding()), FLOAT32, NetworkPool(), temporal=False)
    for width in (112, 140, 112):
        for frame in frames(2, width):
            assert not session.submit(frame, FrameMemo()).result().note
    session.close()
    files = list(cache.glob("*.blob"))
    assert len(files) == 4
    for path in files:
        path.write_bytes(path.read_bytes()[:-9])
    session = NeuralSession(recipe(Adding()), FLOAT32, NetworkPool(), temporal=False)
    assert not [session.submit(f, FrameMemo()).result().note for f in frames(3)][-1]
    session.close()


def test_whatever_fails_leaves_the_work_to_pytorch_and_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        def compile(self, *_arguments: object) -> None:
            raise RuntimeError("no such device")

    network = Adding()
    compiled = CompiledNetwork(network, Broken(), "Net")  # type: ignore[arg-type]
    picture = torch.rand(1, 3, 8, 8)
    for _ in range(3):
        disparity, _ = compiled.decode(compiled.encode(picture), None, temporal=True)
    assert torch.equal(disparity, network.decode(network.encode(picture), None, temporal=True)[0])
    assert "PyTorch runs it" in compiled.note
    assert compiled.note.count(".") == 1


@needs_openvino
def test_a_device_that_is_not_there_falls_back_too() -> None:
    options = EstimatorOptions(device="openvino:NPU", precision="float32")
    session = NeuralSession(recipe(Adding()), options, NetworkPool())
    notes = [session.submit(frame, FrameMemo()).result().note for frame in frames(2)]
    session.close()
    assert "PyTorch runs it" in notes[-1]


def test_live_pictures_do_not_wait_for_the_compiler() -> None:
    release = threading.Event()

    class Slow:
        def compile(self, *_arguments: object) -> Any:
            release.wait(30)
            return lambda tensors: [torch.zeros_like(tensors[0][:, 0])]

    compiled = CompiledNetwork(Adding(), Slow(), "Net", is_waited_for=False)  # type: ignore[arg-type]
    features = (torch.rand(1, 1, 8, 8), 2)
    for _ in range(3):  # in PyTorch, while the compiler is at work
        assert compiled.decode(features, None, temporal=False)[0].any()
    release.set()
    wait_until(lambda: not compiled.decode(features, None, temporal=False)[0].any())
    compiled.close()


def test_results_that_are_far_off_are_not_used() -> None:
    class Wrong:
        def compile(self, *arguments: Any) -> Any:
            arguments[-1]([torch.zeros(1, 8, 8)])

    compiled = CompiledNetwork(Adding(), Wrong(), "Net")  # type: ignore[arg-type]
    features = (torch.rand(1, 1, 8, 8), 2)
    compiled.decode(features, None, temporal=False)
    assert compiled.note


def test_the_names_of_its_devices_are_understood_or_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openvino, "is_installed", lambda: True)
    assert [openvino.device_of(n) for n in ("openvino", "openvino:GPU")] == ["CPU", "GPU"]
    assert device.resolve("openvino:NPU").type == "cpu"
    assert device.describe("openvino").startswith("OpenVINO CPU, ")
    assert device.describe("openvino:GPU") == "OpenVINO GPU"
    for name in ("openvino:TPU", "openvino:", "openvin"):
        with pytest.raises(UsageError, match=r"\.$"):
            device.resolve(name)


def test_automatic_takes_it_where_it_is_installed_and_there_is_no_gpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(device.AUTO_VARIABLE)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(openvino, "is_installed", lambda: True)
    assert device.in_force("auto") == "openvino"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.in_force("auto") == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.in_force("auto") == "cuda"


def test_without_it_the_menu_says_why_and_a_lane_runs_in_pytorch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openvino, "is_installed", lambda: False)
    (choice,) = (choice for choice in device.choices() if choice.name == "openvino")
    assert "install" in choice.reason
    with pytest.raises(UsageError, match="not installed"):
        device.resolve("openvino")
    session = NeuralSession(recipe(Adding()), FLOAT32, NetworkPool())
    assert "PyTorch" in session.submit(frames(1)[0], FrameMemo()).result().note
    session.close()
    monkeypatch.delenv(device.AUTO_VARIABLE)
    assert device.in_force("auto") in ("cpu", "cuda", "mps")


def test_the_least_recently_used_file_gives_way(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "blobs", most_bytes=250)
    for number, key in enumerate("abc"):
        cache.write(key, bytes(100))
        if number < 2:
            os.utime(tmp_path / "blobs" / f"{key}.blob", (number, number))
    found = [cache.read(key) is not None for key in "abc"]
    assert found == [False, True, True]
    BlobCache(tmp_path / "blobs" / "b.blob").write("x", b"1")  # no folder: nothing happens


@needs_openvino
def test_nothing_is_reported_to_anybody_and_no_file_is_left(tmp_path: Path) -> None:
    script = """
import socket, sys, urllib.request
def refuse(*_a, **_k): raise SystemExit("a connection was tried")
socket.socket.connect = socket.create_connection = urllib.request.urlopen = refuse
import torch
from models.devices.blob_cache import BlobCache
from models.devices.openvino_compiler import Runtime
from pathlib import Path
net = torch.nn.Conv2d(3, 2, 3).eval().requires_grad_(False)
runtime = Runtime("CPU", torch.float32, BlobCache(Path(sys.argv[1])))
ones = [torch.ones(1, 3, 8, 8)]
work = runtime.compile(net, lambda x: [net(x)], ones, "encode", "x", 1, lambda _: None)
assert work(ones)[0].shape == (1, 2, 6, 6)
assert not any(m.startswith("openvino_telemetry.") for m in sys.modules)
"""
    home, blobs = tmp_path / "home", tmp_path / "blobs"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(blobs)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not list(home.iterdir())
    assert len(list(blobs.iterdir())) == 1

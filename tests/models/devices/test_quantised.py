"""int8 weights: put into a network of any size, or refused, and made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.devices import openvino, quantised
from models.devices.blob_cache import BlobCache
from models.devices.compiled import CompiledNetwork
from models.devices.openvino_compiler import Runtime, converted
from models.errors import CheckpointError
from models.estimator import EstimatorOptions, FrameMemo
from models.estimators import lite
from models.estimators.neural import NO_INT8, NeuralSession
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.flashdepth import lite_weights
from models.frames import Frame
from models.opencv import cv2
from models.training import quantise

needs_openvino = pytest.mark.skipif(not openvino.is_installed(), reason="OpenVINO is missing")
SUFFIX = ".int8.safetensors"
SHIPPED = sorted(lite.weights_path().parent.glob(f"*{SUFFIX}"))


class Convolving(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.mix = nn.Conv2d(3, 2, 3, padding=1)

    def encode(self, frames: Tensor) -> Tensor:
        return torch.as_tensor(self.mix(frames))

    def decode(self, features: Tensor, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        return features.sum(1).abs(), state


NAME = "__module.network.mix/aten::_convolution/Convolution"


def tensors(network: Convolving) -> dict[str, np.ndarray[Any, Any]]:
    """The convolution in seven bits, its input in eight over -1 to 1."""
    weight = network.mix.weight.detach().numpy()
    scale = np.abs(weight).max((1, 2, 3), keepdims=True) / 63
    return {
        f"weights|{NAME}": np.round(weight / scale).astype(np.int8),
        f"scale|{NAME}": scale.astype(np.float32),
        f"range|{NAME}|0": np.asarray([-1, 1], np.float32),
    }


@needs_openvino
@pytest.mark.parametrize("size", [(8, 8), (24, 16)])
def test_ranges_and_weights_serve_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    network = Convolving().eval().requires_grad_(False)
    quantised.save(tmp_path / "x.int8.safetensors", tensors(network), {"made": "here"})
    table = quantised.load(tmp_path / "x.int8.safetensors")
    runtime = Runtime("CPU", torch.float32, BlobCache(tmp_path / "blobs"), table)
    compiled = CompiledNetwork(network, runtime, "Net")
    frame = torch.rand(1, 3, *size) * 2 - 1
    exact, got = network.encode(frame), compiled.encode(frame)
    assert not compiled.note
    error = float((got - exact).abs().max())
    assert 0 < error < 0.05  # it is rounded, and not by more than seven bits do


@needs_openvino
def test_a_file_that_does_not_fit_the_network_is_refused() -> None:
    network = Convolving().eval().requires_grad_(False)
    model = converted(network, lambda x: [network.encode(x)], [torch.rand(1, 3, 8, 8)])
    stranger = quantised.Quantisation("x", {"range|nobody|0": np.zeros(2, np.float32)})
    with pytest.raises(ValueError, match="nobody"):
        stranger.apply(model)


def test_a_damaged_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.int8.safetensors"
    path.write_bytes(b"no tensors")
    with pytest.raises(CheckpointError, match=r"damaged.*\.$"):
        quantised.load(path)


@needs_openvino
@pytest.mark.parametrize(
    ("precision", "device", "is_used"),
    [
        ("auto", "CPU", True),
        ("int8", "GPU", True),
        ("float32", "CPU", False),
        ("auto", "GPU", False),
    ],
)
def test_int8_is_used_on_request_and_automatically_on_a_cpu(
    tmp_path: Path, precision: str, device: str, is_used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path))
    network = Convolving()
    quantised.save(tmp_path / "x.int8.safetensors", tensors(network), {})
    recipe = NetworkRecipe(
        "net", "Net", lambda _device, _dtype: network, int8=lambda: tmp_path / "x.int8.safetensors"
    )
    options = EstimatorOptions(precision=precision)
    compiled = NetworkPool().compiled(recipe, device, torch.float32, options)
    assert (compiled.runtime.quantisation is not None) == is_used


def test_int8_that_is_not_to_be_had_is_float32_and_says_so() -> None:
    recipe = NetworkRecipe("net", "Net", lambda _device, _dtype: Convolving().eval())
    options = EstimatorOptions(device="cpu", precision="int8", input_size=28)
    session = NeuralSession(recipe, options, NetworkPool(), temporal=False)
    frame = Frame(np.full((28, 28, 3), 9, np.uint8), 0, 0, 0, 0.0)
    assert session.submit(frame, FrameMemo()).result().note == NO_INT8
    session.close()


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.name)
def test_shipped_int8_weights_were_made_from_the_weights_beside_them(file: Path) -> None:
    assert lite.int8_path(file.name.removesuffix(SUFFIX)) == file


@needs_openvino
@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.name)
def test_shipped_int8_weights_follow_float32_on_a_black_picture_too(
    tmp_path: Path, file: Path
) -> None:
    weights = lite.weights_path(file.name.removesuffix(SUFFIX))
    network = lite_weights.load(weights).for_inference(torch.float32)
    runtime = Runtime("CPU", torch.float32, BlobCache(tmp_path), quantised.load(file))
    compiled = CompiledNetwork(network, runtime, "Net")
    noise = torch.rand(1, 3, 96, 128, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        for picture in (noise, torch.full_like(noise, -1)):
            both = zip(compiled.encode(picture), network.encode(picture), strict=True)
            for got, exact in both:
                error = float((got - exact).abs().mean())
                assert 0 < error < 0.03 * float(exact.max() - exact.min())
    assert not compiled.note


def test_calibration_pictures_are_of_every_source_and_every_second_seen_by_a_camera(
    tmp_path: Path,
) -> None:
    (tmp_path / "rgb").mkdir()
    grey = np.full((60, 80, 3), 90, np.uint8)
    for number in range(6):
        cv2.imwrite(str(tmp_path / "rgb" / f"{number:06d}.jpg"), grey)
    pictures = list(quantise.filmed([], [f"{tmp_path}:2-5"], 3))
    assert len(pictures) == 3
    plain, taken, _ = quantise.as_seen(pictures)
    width, height = quantise.SIZE
    assert plain.shape == taken.shape == (1, 3, height, width)
    assert float(plain.std()) < 0.01 < float((taken - plain).abs().mean())

"""Looking inside what OpenVINO runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.devices import openvino, openvino_compiler
from models.estimator import EstimatorOptions, FrameMemo, Prediction
from models.estimators.neural import NeuralSession
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.flashdepth.lite import PICTURE, FlashDepthLite, LiteConfig
from models.frames import Frame
from models.inside.probe import EVERYTHING, Part, Probe
from tests.fixtures.flashdepth.fixture_weights import fill

pytestmark = pytest.mark.skipif(not openvino.is_installed(), reason="OpenVINO is missing")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path
    torch.set_num_threads(threads)


def recipe() -> NetworkRecipe:
    def load(_device: torch.device, _dtype: torch.dtype) -> FlashDepthLite:
        network = FlashDepthLite(LiteConfig.second())
        fill(network)
        return network.for_inference(torch.float32)

    return NetworkRecipe("lite", "Lite", load, PICTURE, 64, autocast=False)


def played(device: str, probe: Probe = EVERYTHING, *, temporal: bool = True) -> list[Prediction]:
    options = EstimatorOptions(device=device, precision="float32")
    session = NeuralSession(recipe(), options, NetworkPool(), temporal=temporal)
    noise = np.random.default_rng(5).integers(0, 255, (64, 96, 3), np.uint8)
    frames = [Frame(np.roll(noise, 3 * n, 1), n, 0, 0, 0.0) for n in range(4)]
    found = [session.submit(frame, FrameMemo(probe)).result() for frame in frames]
    session.close()
    return found


@pytest.mark.parametrize("temporal", [True, False])
def test_it_gives_what_pytorch_gives(temporal: bool) -> None:
    for here, there in zip(
        played("openvino", temporal=temporal), played("cpu", temporal=temporal), strict=True
    ):
        assert here.note == there.note == ""
        assert here.inside is not None and there.inside is not None
        assert here.inside.missing == there.inside.missing
        expected = there.inside.named()
        assert set(here.inside.named()) == set(expected)
        for name, array in here.inside.named().items():
            spread = float(np.ptp(expected[name])) or 1.0
            np.testing.assert_allclose(array, expected[name], rtol=1e-3, atol=1e-3 * spread)


def test_an_inside_that_cannot_be_compiled_leaves_the_network_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []
    compile_work = openvino_compiler.Runtime.compile

    def refusing(runtime: Any, network: Any, *more: Any) -> Any:
        half, identity = more[2], more[3]
        if f"'{Part.GATE}'" in identity:
            raise RuntimeError("no")
        compiled.append(half)
        return compile_work(runtime, network, *more)

    monkeypatch.setattr(openvino_compiler.Runtime, "compile", refusing)
    found = played("openvino", Probe(frozenset({Part.GATE})))
    assert compiled == ["encode"]
    assert all(prediction.note == "" for prediction in found)
    assert found[-1].inside is not None
    assert Part.GATE in found[-1].inside.arrays

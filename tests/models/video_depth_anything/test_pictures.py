"""Pictures reach Video Depth Anything as in the authors' script, and its output comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.estimator import EstimatorOptions, FrameMemo
from models.estimators.neural import NeuralSession
from models.estimators.output import as_prediction
from models.estimators.pool import NetworkPool
from models.estimators.recipe import Gives, NetworkRecipe
from models.frames import Frame, Unit
from models.picture_format import VIDEO_DEPTH_ANYTHING
from models.preprocess import picture_steps, prepare, prepare_on_device
from tests.fixtures.flashdepth.fixture_weights import unit_noise
from tests.models.video_depth_anything.test_reference import FIXTURES, network


def picture(name: str, height: int, width: int, shift: int) -> NDArray[np.uint8]:
    """The picture that the reference run made under that name: waves and grain."""
    waves = unit_noise(f"p|{name}", (3, 5, 5)).astype(np.float64)
    y = (np.arange(height) + 0.5)[:, None] / 60.0
    x = (np.arange(width) + 0.5 + 3.0 * shift)[None, :] / 60.0
    out = np.empty((height, width, 3), np.uint8)
    for channel in range(3):
        value = np.full((height, width), 128.0)
        for amplitude, fy, fx, phase, _ in waves[channel]:
            value += 28.0 * amplitude * np.sin(3.0 * fy * y + 3.0 * fx * x + phase)
        value += 12.0 * unit_noise(f"g|{name}|{channel}|{shift}", (height, width))
        out[:, :, channel] = np.clip(np.rint(value), 0, 255)
    return out


@pytest.fixture(scope="module")
def fixture() -> dict[str, NDArray[Any]]:
    with np.load(FIXTURES / "fixture_vda_preprocess.npz") as file:
        return {key: file[key] for key in file.files}


@pytest.fixture(scope="module")
def cases(fixture: dict[str, NDArray[Any]]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fixture["meta"].tobytes())
    return found


@pytest.fixture(scope="module")
def recipe() -> Iterator[NetworkRecipe]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    net = network("vits")
    yield NetworkRecipe("vda", "VDA", lambda _device, _dtype: net, picture=VIDEO_DEPTH_ANYTHING)
    net.to_empty(device="meta")
    torch.set_num_threads(before)


def frame(rgb: NDArray[np.uint8], index: int = 0) -> Frame:
    return Frame(rgb, index, 0, 0, index / 30)


def test_every_source_size_becomes_the_authors_network_size(cases: dict[str, Any]) -> None:
    for one in cases["sizes"]:
        steps = picture_steps((one["w"], one["h"]), one["input_size"], VIDEO_DEPTH_ANYTHING)
        assert steps == ((one["net_w"], one["net_h"]),), one


@pytest.mark.parametrize("name", ["landscape", "capped", "shrunk_portrait"])
def test_the_path_from_bytes_to_disparity_is_the_authors(
    name: str, fixture: dict[str, NDArray[Any]], cases: dict[str, Any], recipe: NetworkRecipe
) -> None:
    case = cases["cases"][name]
    clip = [picture(case["picture"], case["H"], case["W"], t) for t in range(case["T"])]
    assert int(clip[0].astype(np.int64).sum()) == case["frame0_sum"]
    steps = picture_steps((case["W"], case["H"]), case["input_size"], VIDEO_DEPTH_ANYTHING)
    on_device = prepare_on_device(torch.from_numpy(clip[0]), steps, VIDEO_DEPTH_ANYTHING)
    for prepared in (prepare(clip[0], steps, VIDEO_DEPTH_ANYTHING), on_device):
        seen = prepared[0, :, ::2, ::2].numpy()
        assert np.abs(seen - fixture[f"{name}/net_input_frame0"]).max() <= 2e-4
    session = NeuralSession(
        recipe, EstimatorOptions("cpu", case["input_size"], precision="float32"), NetworkPool()
    )
    for at, rgb in enumerate(clip):
        found = session.predict(frame(rgb, at), FrameMemo())
        assert found.network_size == steps[-1] and found.unit is Unit.RELATIVE
        output = torch.from_numpy(found.disparity)[None, None]
        shown = torch.nn.functional.interpolate(
            output, (case["H"], case["W"]), mode="bilinear", align_corners=True
        )
        expected = fixture[f"{name}/out"][at]
        difference = np.abs(shown[0, 0, ::2, ::2].numpy() - expected)
        assert difference.max() <= 5e-4 * case["out_std"]


def test_a_metric_network_gives_inverse_metres(recipe: NetworkRecipe) -> None:
    rgb = picture("metric", 60, 84, 0)
    options = EstimatorOptions("cpu", 56, precision="float32")
    plain = NeuralSession(recipe, options, NetworkPool()).predict(frame(rgb), FrameMemo())
    metric = NeuralSession(replace(recipe, gives=Gives.DEPTH_M), options, NetworkPool())
    found = metric.predict(frame(rgb), FrameMemo())
    assert found.unit is Unit.INVERSE_METRE
    known = plain.disparity > 0.01
    if found.disparity.shape == plain.disparity.shape:
        assert np.allclose(found.disparity[known], 1 / plain.disparity[known], rtol=1e-6)
    assert np.isnan(found.upsampled().disparity).any() == (plain.disparity < 1e-3).any()


def test_depth_of_zero_is_unknown_and_the_rest_is_inverted() -> None:
    rgb, metric = np.zeros((40, 80, 3), np.uint8), Gives.DEPTH_M
    depth_m = np.full((20, 40), 4.0, np.float32)
    depth_m[:, :10] = 0
    holes = as_prediction(depth_m, metric, frame(rgb), (40, 20)).upsampled().disparity
    assert holes.shape == (40, 80)
    assert np.isnan(holes[:, :20]).all()
    assert np.allclose(holes[:, 24:], 0.25)
    whole = as_prediction(np.full((20, 40), 4.0, np.float32), metric, frame(rgb), (40, 20))
    assert whole.disparity.shape == (20, 40) and np.allclose(whole.disparity, 0.25)


def test_another_size_begins_another_video(recipe: NetworkRecipe) -> None:
    options = EstimatorOptions("cpu", 56, precision="float32")
    session = NeuralSession(recipe, options, NetworkPool())
    fresh = NeuralSession(recipe, options, NetworkPool())
    wide, high = picture("wide", 56, 112, 0), picture("high", 112, 56, 0)
    session.predict(frame(wide), FrameMemo())
    after = session.predict(frame(high, 1), FrameMemo())
    assert np.array_equal(after.disparity, fresh.predict(frame(high), FrameMemo()).disparity)

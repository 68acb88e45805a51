"""Lanes of different units, scales and zeros: fair numbers, and what is told of each lane."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from app.report import CompareOptions, Report, compare_models, compare_sessions
from app.report.markup import named, short_name
from models.estimator import EstimatorOptions, FrameMemo, Prediction, Running, running_of
from models.estimators import lite
from models.estimators.smoothed import SmoothedSession
from models.frames import Frame, Unit
from models.metrics import StaticSpread, static_noise
from models.registry import Weights, weights
from tests.support.planted_clip import Clip, Planted, in_patch


class Scaled(Planted):
    """The same disparity in another unit: with another scale and another zero."""

    def __init__(self, scale: float, shift: float, unit: Unit) -> None:
        super().__init__(in_patch)
        self._scale, self._shift, self._unit = np.float32(scale), np.float32(shift), unit

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        seen = super().predict(frame, memo)
        disparity = self._scale * seen.disparity + self._shift
        return Prediction(disparity, self._unit, frame.index, frame.size, seen.network_size)

    def running(self) -> Running:
        return Running("cpu", "float32")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    sessions = {
        "a": ("relative", Scaled(1.0, 0.0, Unit.RELATIVE)),
        "b": ("metres", Scaled(0.02, 0.3, Unit.INVERSE_METRE)),
        "c": ("tall", Scaled(300.0, -150.0, Unit.RELATIVE)),
    }
    return compare_sessions(Clip(), sessions, tmp_path_factory.mktemp("units"), CompareOptions())


def test_scale_and_zero_of_a_lane_change_no_number_that_is_compared(report: Report) -> None:
    lanes, settings = report.metrics["lanes"], report.metrics["settings"]
    for other in ("b", "c"):
        for key in ("flicker_opw", "scale_drift"):
            assert lanes[other][key] == pytest.approx(lanes["a"][key], rel=0.02)
        assert lanes[other]["accuracy"] == pytest.approx(lanes["a"]["accuracy"], rel=0.01)
        for key in ("flicker_static_spread", "tae"):
            assert settings[key][other] == pytest.approx(settings[key]["a"], rel=0.02)
    assert settings["flicker_static_spread"]["a"] > 0
    assert "no clear order" in report.sentences[0] and "first" not in report.sentences[0]


def test_a_number_that_depends_on_the_zero_names_no_best_lane(report: Report) -> None:
    page = report.html.read_text()
    row = page[page.index("<th>Static-scene noise, %</th>") :].split("</tr>")[0]
    assert report.metrics["lanes"]["b"]["flicker_static"] != pytest.approx(
        report.metrics["lanes"]["a"]["flicker_static"], rel=0.5
    )
    assert "best" not in row
    assert "compare the noise in % of spread instead" in page


def test_each_lane_says_what_it_gives_and_no_metre_is_vouched_for(report: Report) -> None:
    told, page = report.metrics["settings"]["lanes"], report.html.read_text()
    assert [told[lane]["gives"] for lane in "abc"] == [
        "relative disparity", "inverse metres", "relative disparity",
    ]  # fmt: skip
    assert "B gives inverse metres and is treated like relative disparity" in page
    assert told["a"]["device"] == "cpu" and told["a"]["precision"] == "float32"
    assert told["a"]["aligned"].startswith("to the ground truth by scale and shift")
    assert told["a"]["weights"] == {"id": None, "revision": None, "sha256": None}


def test_a_lane_that_knows_half_of_the_picture_says_so(tmp_path: Path) -> None:
    class Half(Planted):
        def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
            seen = super().predict(frame, memo)
            seen.disparity[::, : frame.size[0] // 2] = np.nan
            return seen

    sessions = {"a": ("whole", Planted()), "b": ("half", Half())}
    report = compare_sessions(Clip(4), sessions, tmp_path, CompareOptions())
    page = report.html.read_text()
    assert "could be compared over time in B" in page
    assert "could be compared over time in A" not in page


def test_static_noise_by_spread_is_the_median_deviation_over_the_mean_one() -> None:
    rng = np.random.default_rng(2)
    level = np.linspace(1, 5, 48 * 64, dtype=np.float32).reshape(48, 64)
    frames = level + 0.1 * rng.standard_normal((40, 48, 64), np.float32)
    noise = StaticSpread()
    for frame in frames:
        noise.add(frame)
    spread = np.mean(np.abs(frames - np.median(frames)))
    expected = 100 * np.median(np.std(frames, axis=0)) / spread
    assert noise.value == pytest.approx(expected, rel=0.01)
    assert noise.value != pytest.approx(static_noise(frames), rel=0.2)


def test_static_noise_by_spread_knows_nothing_of_single_frames_and_unknown_pixels() -> None:
    noise = StaticSpread()
    noise.add(np.eye(4, dtype=np.float32))
    assert np.isnan(noise.value)
    noise.end_shot()
    noise.add(np.full((4, 4), np.nan, np.float32))
    noise.add(np.full((4, 4), np.nan, np.float32))
    assert np.isnan(noise.value)


def test_a_session_that_smooths_runs_where_the_smoothed_one_does() -> None:
    assert running_of(SmoothedSession(Scaled(1, 0, Unit.RELATIVE), 0.5)) == Running(
        "cpu", "float32"
    )
    assert running_of(Planted()) is None


def test_the_bundled_network_names_its_weights() -> None:
    for name in ("flashdepth-lite", "flashdepth-lite-per-frame", "flashdepth-lite+ema"):
        assert weights(name) == Weights("flashdepth-lite", "", lite.weights_sha256())
    assert weights("ground-truth") == weights("unheard-of") == Weights()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("flashdepth-lite", "flashdepth-lite"),
        (f"hf:org/name@{'0123456789' * 4}", "hf:org/name@0123456…"),
        (f"hf:org/name@{'0123456789' * 4}+ema", "hf:org/name@0123456…+ema"),
        (f"hf:/{'x' * 90}/name", f"hf:/{'x' * 32}…{'x' * 31}/name"),
    ],
)
def test_long_names_are_shortened_in_headings_and_whole_in_the_tool_tip(
    name: str, shown: str
) -> None:
    assert short_name(name) == shown
    assert named("a", name).count(f'title="{name}"') == (shown != name)


@pytest.fixture
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_a_metric_model_of_the_hub_is_compared_with_the_bundled_one(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    from tests.models.hub.test_session import MAKERS, saved

    saved(tmp_path / "model", MAKERS["depth_anything_metric"][0]())
    names = ["flashdepth-lite", f"hf:{tmp_path}/model"]
    options = CompareOptions(
        EstimatorOptions("cpu", input_size=56), source_size=(128, 96), max_frames=4
    )
    report = compare_models("synthetic:3", names, tmp_path / "out", options=options)
    told = json.loads(report.json.read_text())
    a, b = told["settings"]["lanes"]["a"], told["settings"]["lanes"]["b"]

    assert (a["gives"], b["gives"]) == ("relative disparity", "inverse metres")
    assert (a["input_size"], b["input_size"], b["network_size"]) == (56, 56, [70, 56])
    assert (a["device"], a["precision"]) == (b["device"], b["precision"]) == ("cpu", "float32")
    assert a["weights"]["sha256"] == lite.weights_sha256()
    file = tmp_path / "model" / "model.safetensors"
    assert b["weights"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert b["weights"]["id"] == str(tmp_path / "model")
    for lane in told["lanes"].values():
        assert lane["flicker_opw"] > 0 and lane["accuracy"]["absrel"] > 0
    assert b["weights"]["sha256"] in report.html.read_text()
    assert "B gives inverse metres" in report.html.read_text()

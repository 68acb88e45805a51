"""Noise of known size planted in a rendered clip: every number of the report tells its size."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from app.core.source import Ended, Reading, SourceInfo
from app.report import CompareOptions, compare_sessions
from models.estimator import BlockingSession, FrameMemo, Prediction
from models.frames import Float32, Frame, GroundTruth, Unit
from models.scenes import RenderedFrame, Renderer, random_scene

FRAMES = 40
WHITE = 0.12
"""Standard deviation of white noise, as a share of the disparity."""
BREATH = 0.1
"""By how much every second frame is larger than the one before."""


@cache
def shot() -> RenderedFrame:
    """A room, seen by a camera that stands still."""
    return Renderer(240, 180, threads=1).render(random_scene(3, "room"), 0.0)


class Still:
    """A source that gives one frame again and again, with or without its truth."""

    def __init__(self, frame: Frame, frames: int) -> None:
        self.info = SourceInfo("still", "Still", False, frame.size, 25.0, frames)
        self._frame, self._next = frame, 0

    def read(self, timeout_s: float) -> Reading:
        del timeout_s
        n, self._next = self._next, self._next + 1
        if n >= (self.info.frame_count or 0):
            return Ended()
        return dataclasses.replace(self._frame, index=n, time_s=n / 25)

    def seek(self, index: int) -> None:
        self._next = index

    def close(self) -> None: ...


class Planted(BlockingSession):
    """What `plant` makes of a disparity in frame n, in a scale of its own."""

    def __init__(self, plant: Callable[[int, Float32], Float32], disparity: Float32) -> None:
        self._plant, self._disparity = plant, disparity

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        del memo
        seen = 4 * self._plant(frame.index, self._disparity) + 1
        return Prediction(seen.astype(np.float32), Unit.RELATIVE, frame.index, frame.size)

    def reset(self) -> None: ...
    def close(self) -> None: ...


def white(amount: float) -> Callable[[int, Float32], Float32]:
    rng = np.random.default_rng(1)

    def plant(_: int, disparity: Float32) -> Float32:
        return disparity * (1 + amount * rng.standard_normal(disparity.shape, np.float32))

    return plant


def breathing(n: int, disparity: Float32) -> Float32:
    return disparity * np.float32(1 + BREATH * (n % 2))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """The numbers of a lane that breathes (a) and of one with white noise (b)."""
    one = shot()
    known = one.disparity > 1 / 50  # near enough that clipping at 70 m hides nothing
    truth = GroundTruth(
        np.where(known, one.disparity, np.float32(np.nan)),
        np.zeros((180, 240, 2), np.float32),
        np.ones((180, 240), bool),
        one.camera_to_world,
    )
    frame = Frame(one.rgb, 0, 0, 0, 0.0, intrinsics=one.intrinsics, truth=truth)
    sessions = {
        "a": ("breathes", Planted(breathing, one.disparity)),
        "b": ("noisy", Planted(white(WHITE), one.disparity)),
    }
    out = tmp_path_factory.mktemp("report")
    metrics = compare_sessions(Still(frame, FRAMES), sessions, out, CompareOptions()).metrics
    return {
        name: lane | lane["accuracy"] | {"tae": metrics["settings"]["tae"][name]}
        for name, lane in metrics["lanes"].items()
    }


def test_white_noise_is_told_as_static_noise(found: dict[str, dict[str, float]]) -> None:
    # The lane gives 4 d + 1, whose noise is a smaller share of it.
    disparity = shot().disparity
    share = np.median(4 * disparity / (4 * disparity + 1))
    assert found["b"]["flicker_static"] == pytest.approx(100 * WHITE * share, rel=0.05)


def test_white_noise_is_told_as_absrel_and_delta(found: dict[str, dict[str, float]]) -> None:
    noise = np.random.default_rng(2).standard_normal(1_000_000)
    ratio = 1 / (1 + WHITE * noise)
    assert found["b"]["absrel"] == pytest.approx(np.mean(np.abs(ratio - 1)), rel=0.1)
    within = np.mean(np.maximum(ratio, 1 / ratio) < 1.25)
    assert found["b"]["delta1"] == pytest.approx(within, abs=0.02)


def test_breathing_is_told_as_scale_drift(found: dict[str, dict[str, float]]) -> None:
    scales = np.array([1, 1 / (1 + BREATH)])
    expected = float(np.std(scales / scales.mean()))
    assert found["a"]["scale_drift"] == pytest.approx(expected, rel=0.1)
    assert found["b"]["scale_drift"] < 0.1 * expected


def test_breathing_is_told_as_tae(found: dict[str, dict[str, float]]) -> None:
    there, back = BREATH, 1 - 1 / (1 + BREATH)
    assert found["a"]["tae"] == pytest.approx(100 * (there + back) / 2, rel=0.1)


def test_breathing_is_told_as_absrel(found: dict[str, dict[str, float]]) -> None:
    # One alignment for both: either half of the frames is off by half of the breath.
    assert found["a"]["absrel"] == pytest.approx(BREATH / 2 / (1 + BREATH / 2), rel=0.1)
    assert found["a"]["delta1"] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (1920, 1080)])
def test_static_noise_does_not_depend_on_the_size_of_the_picture(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    width, height = size
    rgb = np.repeat(np.linspace(0, 255, width)[None, :, None], height, 0)
    frame = Frame(np.repeat(rgb, 3, axis=2).astype(np.uint8), 0, 0, 0, 0.0)
    flat = np.full((height, width), 1e6, np.float32)  # so large that + 1 is nothing
    frames = 24
    report = compare_sessions(
        Still(frame, frames), {"a": ("noisy", Planted(white(0.05), flat))}, tmp_path,
        CompareOptions(),
    )  # fmt: skip
    # The deviation of 24 samples about their own mean is this much below the true one.
    bias = math.sqrt((frames - 1) / frames)
    found = report.metrics["lanes"]["a"]["flicker_static"]
    assert found == pytest.approx(5.0 * bias, rel=0.03)

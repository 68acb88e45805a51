"""The protocols' arithmetic against numbers that the authors' own functions gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.metrics.flashdepth_protocol import PooledAccuracy, strict_boundary_f1
from models.metrics.vda_protocol import FramewiseAccuracy, SplatTae, SplatView, splat_abs_rel
from models.opencv import cv2

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "protocols"
EXPECTED = json.loads((FIXTURES / "video_depth_anything.json").read_text())


def test_flashdepth_numbers_are_those_of_the_authors_functions() -> None:
    arrays = np.load(FIXTURES / "flashdepth.npz")
    clip = list(zip(arrays["pred"], arrays["gt"], strict=True))
    accuracy = PooledAccuracy()
    for disparity, inverse in clip:
        accuracy.fit(disparity, inverse)
    alignment = accuracy.align()
    scores = []
    for disparity, inverse in clip:
        depth, truth, _ = accuracy.measure(alignment, disparity, inverse)
        scores.append(strict_boundary_f1(depth, truth))

    assert alignment.scale == pytest.approx(0.0075750, abs=1e-6)
    assert alignment.shift == pytest.approx(-0.0221333, abs=1e-6)
    assert accuracy.pixels == 9181
    assert accuracy.abs_rel == pytest.approx(0.1777045, abs=1e-6)
    assert accuracy.delta1 == pytest.approx(0.6655048, abs=1e-6)
    assert np.mean(scores) == pytest.approx(0.3954450, abs=1e-6)


def _truth(case: str, told: dict[str, Any]) -> np.ndarray:
    a, b, c, d = told["crop"]
    truth = np.load(FIXTURES / "video_depth_anything.npz")[f"{case}/gt"] / told["factor"]
    return np.where(truth > 0, truth, np.nan)[:, a:b, c:d]


def _predicted(case: str, told: dict[str, Any], size: tuple[int, int]) -> list[np.ndarray]:
    maps = np.load(FIXTURES / "video_depth_anything.npz")[f"{case}/pred"]
    if told.get("hard_crop"):
        maps = maps[:, 8:-8, 11:-11]
    return [one if one.shape == size[::-1] else cv2.resize(one, size) for one in maps]


@pytest.mark.parametrize("case", EXPECTED["depth"])
def test_video_depth_anything_numbers_are_those_of_the_authors_functions(case: str) -> None:
    told = EXPECTED["depth"][case]
    truth = _truth(case, told)[: told["max_len"]]
    maps = _predicted(case, told, truth.shape[:0:-1])[: told["max_len"]]
    accuracy = FramewiseAccuracy(told["cap"])
    for one, metres in zip(maps, truth, strict=True):
        accuracy.fit(one, metres)
    alignment = accuracy.align()
    for one, metres in zip(maps, truth, strict=True):
        accuracy.measure(accuracy.depth_m(alignment, one), metres)

    assert alignment.scale == pytest.approx(told["scale"], rel=1e-5)
    assert alignment.shift == pytest.approx(told["shift"], rel=1e-5)
    assert accuracy.pixels == told["valid_pixels"]
    assert accuracy.abs_rel == pytest.approx(told["abs_rel"], rel=1e-5)
    assert accuracy.rmse == pytest.approx(told["rmse"], rel=1e-5)
    assert accuracy.delta1 == pytest.approx(told["delta1"], abs=1e-6)


@pytest.mark.parametrize("case", EXPECTED["tae"])
def test_tae_is_that_of_the_authors_functions(case: str) -> None:
    told = EXPECTED["tae"][case]
    arrays = np.load(FIXTURES / "video_depth_anything.npz")
    truth = _truth(case, told)
    maps = _predicted(case, told, truth.shape[:0:-1])
    accuracy, tae = FramewiseAccuracy(told["cap"]), SplatTae()
    for one, metres in zip(maps, truth, strict=True):
        accuracy.fit(one, metres)
    alignment = accuracy.align()
    for one, pose, k in zip(maps, arrays[f"{case}/pose"], arrays[f"{case}/K"], strict=True):
        camera = (k[0, 0], k[1, 1], k[0, 2], k[1, 2])
        tae.add(SplatView(accuracy.depth_m(alignment, one), pose, camera))

    assert tae.value == pytest.approx(told["tae"], rel=1e-5)


def test_of_points_that_meet_the_last_in_row_order_stays() -> None:
    # Everything lands on the left column; the right pixel of each row is the last one.
    depth = np.array([[2.0, 4.0]])
    squash = np.eye(4)
    squash[0, 0] = 0.0

    found = splat_abs_rel(depth, np.array([[5.0, 1.0]]), squash, (1.0, 1.0, 0.0, 0.0))

    assert found == pytest.approx(abs(5 - 4) / 5)

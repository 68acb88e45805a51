"""How real folders are scored."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from models.flashdepth.lite import FlashDepthLite
from models.frames import Float32, UInt8
from models.opencv import cv2
from models.training import validation
from models.training.validation import geometric_mean, real_accuracy, real_ratios, steady_ratios


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """One picture that shows its disparity, which rises towards the right."""
    for part in ("rgb", "depth"):
        (tmp_path / part).mkdir()
    level = np.linspace(40, 240, 96).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "rgb" / "1.jpg"), np.broadcast_to(level[None, :, None], (64, 96, 3)))
    depth_mm = (100_000 / np.broadcast_to(level.astype(np.float64), (64, 96))).astype(np.uint16)
    cv2.imwrite(str(tmp_path / "depth" / "1.png"), depth_mm)
    return str(tmp_path)


def seen(rgb: UInt8) -> Float32:
    """Disparity as the picture shows it."""
    return rgb[..., 0].astype(np.float32)


def test_an_answer_that_is_right_beats_the_trivial_guess(folder: str) -> None:
    (right,) = real_ratios(seen, [folder]).values()
    (flat,) = real_ratios(lambda rgb: np.ones(rgb.shape[:2], np.float32), [folder]).values()
    assert right < 0.1
    assert flat == pytest.approx(1.0)


def test_the_mean_of_folders_fits_their_ratios(folder: str) -> None:
    mean, trivial = real_accuracy(seen, [folder, folder])
    (ratio,) = real_ratios(seen, [folder]).values()
    assert mean.absrel == pytest.approx(ratio * trivial)
    assert mean.delta1 > 0.99


def test_a_steady_ratio_is_the_mean_over_sizes_and_mirror_images(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, bool]] = []

    def per_frame(_: FlashDepthLite, size: int, __: torch.dtype) -> validation.Predict:
        def predict(rgb: UInt8) -> Float32:
            asked.append((size, bool(rgb[0, 0, 0] > rgb[0, -1, 0])))
            return np.ones(rgb.shape[:2], np.float32) if size == 224 else seen(rgb)

        return predict

    monkeypatch.setattr(validation, "per_frame", per_frame)
    (steady,) = steady_ratios(FlashDepthLite(), [folder], torch.float32).values()
    assert sorted(set(asked)) == [(s, m) for s in validation.STEADY_SIZES for m in (False, True)]
    (right,) = real_ratios(seen, [folder]).values()
    assert steady == pytest.approx(right**0.75, rel=0.05)


def test_the_mean_of_ratios_is_geometric() -> None:
    assert geometric_mean({"half": 0.5, "double": 2.0}) == pytest.approx(1.0)
    assert math.isnan(geometric_mean({}))

"""How good a network is on pictures that training never saw.

Predictions are relative, so each frame (or clip) gets one scale, not negative, and one shift, by
least squares in disparity, before errors are measured in depth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.flashdepth.lite import PICTURE, FlashDepthLite
from models.frames import Float32, UInt8
from models.metrics.accuracy import FAR_M, abs_rel, delta, depth_from_disparity
from models.metrics.alignment import align_least_squares
from models.opencv import cv2
from models.preprocess import prepare, resize_steps
from models.training.cache import SceneCache
from models.training.clip import HELD_OUT, Clip
from models.training.config import RealData
from models.training.samples import read_real, real_frames

FRAMES_PER_FOLDER = 3
STEADY_SIZES = (224, 256, 288, 320)

Predict = Callable[[UInt8], Float32]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """absrel : mean |predicted - true| / true depth; delta1 : share of pixels within 25 %."""

    absrel: float
    delta1: float


@dataclass(frozen=True, slots=True)
class Report:
    """One validation.

    rendered : mean over held-out rendered scenes.
    real : by folder, AbsRel over that of the better trivial predictor (below 1 is better).
    """

    rendered: Accuracy
    real: dict[str, float]

    @property
    def real_ratio(self) -> float:
        """Geometric mean over the folders; NaN without any."""
        return geometric_mean(self.real)


def geometric_mean(ratios: Mapping[str, float]) -> float:
    """NaN without any."""
    if not ratios:
        return math.nan
    return math.exp(sum(math.log(ratio) for ratio in ratios.values()) / len(ratios))


def accuracy(disparity: Float32, truth: Float32) -> Accuracy:
    """Errors in depth of one frame, after `disparity` was aligned to `truth` (1/m); both (H, W)."""
    aligned = align_least_squares(disparity, truth).apply(disparity)
    with np.errstate(divide="ignore"):
        true_m = np.float32(1.0) / truth
    depth_m = depth_from_disparity(aligned)
    return Accuracy(abs_rel(depth_m, true_m), delta(depth_m, true_m))


def trivial_absrel(truth: Float32) -> float:
    """The better of two guesses that ignore the picture: a constant, and linear in the row."""
    rows = np.broadcast_to(np.arange(truth.shape[0], dtype=np.float32)[:, None], truth.shape)
    return min(accuracy(guess, truth).absrel for guess in (np.ones_like(truth), rows))


def per_frame(network: FlashDepthLite, short_side: int, precision: torch.dtype) -> Predict:
    """A function from a picture to disparity of its size, without memory."""

    def predict(rgb: UInt8) -> Float32:
        height, width = rgb.shape[:2]
        frame = prepare(rgb, resize_steps(width, height, short_side, PICTURE.multiple), PICTURE)
        with (
            torch.inference_mode(),
            torch.autocast("cpu", precision, enabled=precision is not torch.float32),
        ):
            disparity, _ = network.decode(network.encode(frame), None, temporal=False)
        small: Float32 = disparity[0].float().numpy()
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))

    return predict


def rendered_accuracy(predict: Predict, clips: Iterable[Clip]) -> Accuracy:
    """Mean over the first frames of `clips`; NaN without any."""
    found = []
    for clip in clips:
        truth = clip.disparity[0]
        if np.isfinite(truth).any() and float(np.nanmax(truth)) > 1.0 / FAR_M:
            found.append(accuracy(predict(clip.rgb[0]), truth))
    if not found:
        return Accuracy(math.nan, math.nan)
    return Accuracy(
        float(np.mean([a.absrel for a in found])), float(np.mean([a.delta1 for a in found]))
    )


def real_ratios(
    predict: Predict, folders: Sequence[str], frames: int = FRAMES_PER_FOLDER
) -> dict[str, float]:
    """AbsRel over the better trivial predictor's, by folder, over `frames` frames spread in it."""
    ratios = {}
    for folder in folders:
        found = [(accuracy(predict(rgb), truth), truth) for rgb, truth in _spread(folder, frames)]
        trivial = sum(trivial_absrel(truth) for _, truth in found)
        ratios[Path(folder.partition(":")[0]).name] = sum(a.absrel for a, _ in found) / trivial
    return ratios


def real_accuracy(
    predict: Predict, folders: Sequence[str], frames: int = FRAMES_PER_FOLDER
) -> tuple[Accuracy, float]:
    """Means over folders of the means over their frames: the accuracy, and the trivial AbsRel."""
    rows = []
    for folder in folders:
        found = [(accuracy(predict(rgb), truth), truth) for rgb, truth in _spread(folder, frames)]
        numbers = [(a.absrel, a.delta1, trivial_absrel(truth)) for a, truth in found]
        rows.append(np.mean(numbers, axis=0))
    absrel, delta1, trivial = map(float, np.mean(rows, axis=0))
    return Accuracy(absrel, delta1), trivial


def _spread(folder: str, frames: int) -> Iterable[tuple[UInt8, Float32]]:
    """Picture and true disparity of `frames` frames spread over "folder" or "folder:300-372"."""
    path, _, part = folder.partition(":")
    first, _, last = part.partition("-")
    pictures = real_frames(RealData(path, int(first), int(last)) if part else RealData(path))
    for index in np.unique(np.linspace(0, len(pictures) - 1, frames).round().astype(int)):
        clip = read_real(pictures[index])
        yield clip.rgb[0], clip.disparity[0]


def steady_ratios(
    network: FlashDepthLite, folders: Sequence[str], precision: torch.dtype
) -> dict[str, float]:
    """`real_ratios` as geometric means over STEADY_SIZES and mirror images.

    One size and one view decide by chance between networks that are equally good: single pictures
    differ by a third from one size to the next.
    """
    found = []
    for size in STEADY_SIZES:
        predict = per_frame(network, size, precision)
        found += [real_ratios(predict, folders), real_ratios(_mirrored(predict), folders)]
    return {
        name: math.exp(sum(math.log(ratios[name]) for ratios in found) / len(found))
        for name in found[0]
    }


def _mirrored(predict: Predict) -> Predict:
    return lambda rgb: predict(np.ascontiguousarray(rgb[:, ::-1]))[:, ::-1]


def held_out(cache: SceneCache, count: int) -> Iterable[Clip]:
    """The first `count` scenes that are never trained on."""
    return (cache.get(HELD_OUT + index) for index in range(count))

"""How good a network is on pictures that training never saw.

Predictions are relative, so each frame (or clip) gets one scale, not negative, and one shift, by
least squares in disparity, before errors are measured in depth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.flashdepth.lite import SIZE_MULTIPLE, FlashDepthLite
from models.flashdepth.lite_encoder import PIXEL_MEAN, PIXEL_SCALE
from models.frames import Float32, UInt8
from models.training.cache import HELD_OUT, Clip, SceneCache
from models.training.config import RealData
from models.training.samples import read_real, real_frames

FARTHEST_M = 70.0
"""Aligned disparity is cut off at this depth, as in FlashDepth's own evaluation."""
FRAMES_PER_FOLDER = 3

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
        if not self.real:
            return math.nan
        return math.exp(sum(math.log(ratio) for ratio in self.real.values()) / len(self.real))


def fit(predicted: NDArray[np.floating], truth: Float32) -> NDArray[np.float64]:
    """`predicted` scaled (not below zero) and shifted to `truth`; both disparity, NaN unknown."""
    known = np.isfinite(truth)
    p, t = predicted[known].astype(np.float64), truth[known].astype(np.float64)
    spread = float(((p - p.mean()) ** 2).mean())
    together = float(((p - p.mean()) * (t - t.mean())).mean())
    scale = max(0.0, together / spread) if spread > 0 else 0.0
    return np.asarray(scale * (predicted - p.mean()) + t.mean(), np.float64)


def accuracy(aligned: NDArray[np.float64], truth: Float32) -> Accuracy:
    """Errors in depth where the truth is known and nearer than FARTHEST_M."""
    usable = np.isfinite(truth) & (truth > 1.0 / FARTHEST_M)
    depth = 1.0 / np.maximum(aligned[usable], 1.0 / FARTHEST_M)
    true = 1.0 / truth[usable].astype(np.float64)
    ratio = np.maximum(depth / true, true / depth)
    return Accuracy(float((np.abs(depth - true) / true).mean()), float((ratio < 1.25).mean()))


def trivial_absrel(truth: Float32) -> float:
    """The better of two guesses that ignore the picture: a constant, and linear in the row."""
    rows = np.broadcast_to(np.arange(truth.shape[0], dtype=np.float64)[:, None], truth.shape)
    guesses = (np.ones(truth.shape), rows)
    return min(accuracy(fit(guess, truth), truth).absrel for guess in guesses)


def network_size(width: int, height: int, short_side: int) -> tuple[int, int]:
    """(width, height) for the network: the short side as asked, both multiples of 32."""
    scale = short_side / min(width, height)

    def fitting(side: int) -> int:
        return max(SIZE_MULTIPLE, round(side * scale / SIZE_MULTIPLE) * SIZE_MULTIPLE)

    return fitting(width), fitting(height)


def to_network(rgb: UInt8, size: tuple[int, int]) -> torch.Tensor:
    """(H, W, 3) uint8 to (1, 3, h, w) float32 as the network wants it."""
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    pixels = torch.from_numpy(small).permute(2, 0, 1).unsqueeze(0)
    normalised = (pixels.float() - PIXEL_MEAN) / PIXEL_SCALE
    return normalised.contiguous(memory_format=torch.channels_last)


def per_frame(network: FlashDepthLite, short_side: int, precision: torch.dtype) -> Predict:
    """A function from a picture to disparity of its size, without memory."""

    def predict(rgb: UInt8) -> Float32:
        height, width = rgb.shape[:2]
        frame = to_network(rgb, network_size(width, height, short_side))
        with (
            torch.inference_mode(),
            torch.autocast("cpu", precision, enabled=precision is not torch.float32),
        ):
            disparity, _ = network.decode(network.encode(frame), None, temporal=False)
        small: Float32 = disparity[0].float().numpy()
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))

    return predict


def rendered_accuracy(predict: Predict, clips: Iterable[Clip]) -> Accuracy:
    """Mean over the first frames of `clips`."""
    found = []
    for clip in clips:
        truth = clip.disparity[0]
        if np.isfinite(truth).any() and float(np.nanmax(truth)) > 1.0 / FARTHEST_M:
            found.append(accuracy(fit(predict(clip.rgb[0]), truth), truth))
    return Accuracy(
        float(np.mean([a.absrel for a in found])), float(np.mean([a.delta1 for a in found]))
    )


def real_ratios(
    predict: Predict, folders: Sequence[str], frames: int = FRAMES_PER_FOLDER
) -> dict[str, float]:
    """AbsRel over the better trivial predictor's, by folder, over `frames` frames spread in it."""
    ratios = {}
    for folder in folders:
        path, _, part = folder.partition(":")  # "folder:300-372" is a part of a folder
        first, _, last = part.partition("-")
        entry = RealData(path, int(first), int(last)) if part else RealData(path)
        pictures = real_frames(entry)
        chosen = np.unique(np.linspace(0, len(pictures) - 1, frames).round().astype(int))
        errors = []
        for index in chosen:
            clip = read_real(pictures[index])
            truth = clip.disparity[0]
            ours = accuracy(fit(predict(clip.rgb[0]), truth), truth).absrel
            errors.append((ours, trivial_absrel(truth)))
        ratios[Path(path).name] = sum(e[0] for e in errors) / sum(e[1] for e in errors)
    return ratios


def held_out(cache: SceneCache, count: int) -> Iterable[Clip]:
    """The first `count` scenes that are never trained on."""
    return (cache.get(HELD_OUT + index) for index in range(count))

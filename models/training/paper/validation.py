"""How steady and how accurate a network is on rendered clips that it never learned from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from models.flashdepth import FlashDepth, TemporalState
from models.frames import Float32, UInt8
from models.opencv import cv2
from models.picture_format import IMAGENET_14
from models.preprocess import prepare, resize_steps
from models.training.cache import SceneCache
from models.training.clip import HELD_OUT
from models.training.paper.config import PaperConfig
from models.training.scores import LANES, LaneScore, mean, score_clip, through_webcam, with_average

VALIDATION = "validation.jsonl"


@dataclass(frozen=True, slots=True)
class ClipScores:
    """Means over the held-out clips, without and with memory."""

    per_frame: LaneScore
    memory: LaneScore


def score_held_out(network: FlashDepth, config: PaperConfig, step: int, folder: Path) -> ClipScores:
    """Score `config.validation`; adds a line to VALIDATION in `folder`."""
    data = config.validation
    cache = SceneCache(Path(data.cache), data.size, data.frames)
    rows = []
    for number in range(data.scenes):
        clip = cache.get(HELD_OUT + number)
        if config.camera:
            clip = through_webcam(clip, number)
        pairs = play(network, clip.rgb, min(config.size))
        rows.append(score_clip(list(with_average(pairs)), clip))
    scores = [
        LaneScore(*(mean(getattr(row[lane], name) for row in rows) for name in asdict(first)))
        for lane, first in enumerate(rows[0])
    ]
    found = ClipScores(scores[0], scores[len(LANES) - 1])
    with (folder / VALIDATION).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"step": step} | asdict(found)) + "\n")
    return found


def play(network: FlashDepth, frames: Iterable[UInt8], short_side: int) -> Iterator[Float32]:
    """Disparity (2, H, W) of each frame: without memory, and with."""
    state: TemporalState | None = None
    device = next(network.parameters()).device
    for rgb in frames:
        height, width = rgb.shape[:2]
        steps = resize_steps(width, height, short_side, IMAGENET_14.multiple)
        picture = prepare(rgb, steps, IMAGENET_14).to(device)
        with torch.inference_mode():
            features = network.encode(picture)
            alone, _ = network.decode(features, None, temporal=False)
            remembered, state = network.decode(features, state)
        both = [
            cv2.resize(found[0].float().cpu().numpy(), (width, height))
            for found in (alone, remembered)
        ]
        yield np.stack(both)

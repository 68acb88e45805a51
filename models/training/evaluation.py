"""One table of three lanes: per frame, per frame followed by an average, and with memory.

    python -m models.training.evaluation WEIGHTS --scenes 24 --video CLIP.mp4 --real FOLDER ...

Rendered clips are measured twice, as drawn and as a webcam would have delivered them (exposure
hunting, noise, compression), along the true flow. A video is measured along estimated flow.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch

from models.devices import quantised
from models.devices.blob_cache import BlobCache
from models.devices.compiled import CompiledNetwork
from models.devices.openvino_compiler import Runtime
from models.flashdepth import lite_weights as weights
from models.flashdepth.lite import PICTURE, FlashDepthLite, LiteState
from models.flow import FlowEstimator, reduce_disparity, warp
from models.frames import Float32, UInt8
from models.metrics.temporal import FlowWarpedError, photometric_weight, warped_error
from models.opencv import cv2
from models.preprocess import prepare, resize_steps
from models.training.cache import SceneCache
from models.training.clip import HELD_OUT, Clip
from models.training.scores import LANES, LaneScore, mean, score_clip, through_webcam, with_average
from models.training.validation import (
    geometric_mean,
    per_frame,
    real_accuracy,
    real_ratios,
    steady_ratios,
)

CUT_DIFFERENCE = 0.12
"""Mean absolute grey difference (0–1) from one frame to the next that makes it a cut."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How the network runs: input size (short side in pixels) and precision of its convolutions."""

    short_side: int
    precision: torch.dtype


def play(network: FlashDepthLite, frames: Iterable[UInt8], setup: Setup) -> Iterator[Float32]:
    """Disparity (2, H, W) of each frame: without memory, and with."""
    low = setup.precision is not torch.float32
    state: LiteState | None = None
    for rgb in frames:
        height, width = rgb.shape[:2]
        picture = prepare(
            rgb, resize_steps(width, height, setup.short_side, PICTURE.multiple), PICTURE
        )
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=low):
            features = network.encode(picture)
            alone, _ = network.decode(features, None, temporal=False)
            remembered, state = network.decode(features, state)
        both = [cv2.resize(d[0].float().numpy(), (width, height)) for d in (alone, remembered)]
        yield np.stack(both)


def score_rendered(network: FlashDepthLite, clips: Iterable[Clip], setup: Setup) -> list[LaneScore]:
    """Means over `clips` in the order of LANES."""
    rows = [score_clip(list(with_average(play(network, clip.rgb, setup))), clip) for clip in clips]
    return [
        LaneScore(*(mean(getattr(row[lane], name) for row in rows) for name in asdict(row0)))
        for lane, row0 in enumerate(rows[0])
    ]


def score_video(network: FlashDepthLite, path: Path, setup: Setup) -> list[float]:
    """Flicker along estimated flow in the order of LANES; pairs across cuts are left out."""
    flow_of, steady = FlowEstimator(), [FlowWarpedError() for _ in LANES]
    for shot in shots(path):
        seen = list(with_average(play(network, shot, setup)))
        for error, first in zip(steady, seen[0], strict=True):
            error.add(first)
        for t in range(1, len(shot)):
            flow = flow_of(shot[t - 1], shot[t])
            grey = warp(flow.previous_grey, flow.flow_to_previous)
            weight = photometric_weight(grey, flow.grey) * flow.valid
            for lane, error in enumerate(steady):
                small = [reduce_disparity(seen[i][lane], flow.size) for i in (t - 1, t)]
                before = warp(small[0], flow.flow_to_previous)
                error.add(small[1], warped_error(before, small[1], weight))
    return [error.value for error in steady]


def shots(path: Path) -> list[list[UInt8]]:
    """The frames of a video, cut where the picture changes at once."""
    video = cv2.VideoCapture(str(path))
    found: list[list[UInt8]] = []
    grey_before: Float32 | None = None
    while True:
        more, bgr = video.read()
        if not more:
            return found
        grey = cv2.resize(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), (64, 36)).astype(np.float32) / 255
        if grey_before is None or float(np.abs(grey - grey_before).mean()) > CUT_DIFFERENCE:
            found.append([])
        grey_before = np.asarray(grey, np.float32)
        found[-1].append(np.ascontiguousarray(bgr[..., ::-1]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m models.training.evaluation")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--input-size", type=int, default=288, metavar="N")
    parser.add_argument("--precision", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--int8", type=Path, metavar="FILE", help="run it so, in OpenVINO")
    parser.add_argument("--scenes", type=int, default=24, metavar="N")
    parser.add_argument("--frames", type=int, default=24, metavar="N")
    parser.add_argument("--cache", type=Path, default=Path(".cache/training"))
    parser.add_argument("--video", type=Path, action="append", default=[])
    parser.add_argument("--real", nargs="*", default=[], metavar="FOLDER")
    asked = parser.parse_args()
    network = weights.load(asked.weights).for_inference(torch.float32)
    setup = Setup(asked.input_size, getattr(torch, asked.precision))
    if asked.int8:
        network = in_int8(network, asked.int8)
    cache = SceneCache(asked.cache, (384, 288), asked.frames)
    numbers = range(HELD_OUT, HELD_OUT + asked.scenes)
    if asked.scenes:
        drawn = score_rendered(network, (cache.get(n) for n in numbers), setup)
        taken = (through_webcam(cache.get(n), n) for n in numbers)
        _print_table("rendered", drawn)
        _print_table("through a webcam", score_rendered(network, taken, setup))
    for video in asked.video:
        flicker = score_video(network, video, setup)
        print(video.name, *(f"{n} {v:.4f}" for n, v in zip(LANES, flicker, strict=True)), sep="  ")
    if asked.real:
        predict = per_frame(network, setup.short_side, setup.precision)
        ratios = real_ratios(predict, asked.real)
        steady = steady_ratios(network, asked.real, setup.precision)
        print(f"of the better trivial predictor: at {setup.short_side}, over sizes and mirrored")
        for name, ratio in ratios.items():
            print(f"{name:24} {ratio:.2f}  {steady[name]:.2f}")
        print(f"{'geometric mean':24} {geometric_mean(ratios):.3f} {geometric_mean(steady):.3f}")
        mean, trivial = real_accuracy(predict, asked.real)
        print(f"mean AbsRel {mean.absrel:.4f} (trivial {trivial:.4f}), delta1 {mean.delta1:.4f}")


def in_int8(network: FlashDepthLite, file: Path) -> FlashDepthLite:
    """The same network as OpenVINO runs it with int8 weights."""
    runtime = Runtime(
        "CPU", torch.float32, BlobCache(Path(".cache/openvino")), quantised.load(file)
    )
    return cast(FlashDepthLite, CompiledNetwork(network, runtime, file.name))


def _print_table(title: str, scores: Sequence[LaneScore]) -> None:
    print(f"{title:20} AbsRel  delta1  edges   flicker")
    for name, score in zip(LANES, scores, strict=True):
        row = (score.absrel, score.delta1, score.edges, score.flicker)
        print(f"  {name:18} " + "  ".join(f"{value:.4f}" for value in row))


if __name__ == "__main__":
    main()

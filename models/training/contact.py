"""A contact sheet to look at: built-in scenes and frames of videos, with what the network sees.

python -m models.training.contact WEIGHTS --video CLIP.mp4 --out sheet.png
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

import numpy as np
import torch

from models.flashdepth import lite_weights
from models.frames import UInt8
from models.opencv import cv2
from models.scenes import SCENE_KINDS, Renderer, random_scene
from models.training.sheet import COLUMNS, save_sheet
from models.training.validation import per_frame

FIRST_SEED = 70_000
"""Scenes from here on are in no training pool."""


def scenes(count: int) -> list[UInt8]:
    """One picture each of `count` scenes, going round the kinds."""
    with closing(Renderer(512, 384, threads=1)) as renderer:
        return [
            renderer.render(
                random_scene(FIRST_SEED + n, SCENE_KINDS[n % len(SCENE_KINDS)]), 1.0
            ).rgb
            for n in range(count)
        ]


def stills(path: Path, count: int) -> list[UInt8]:
    """`count` frames spread over a video."""
    video = cv2.VideoCapture(str(path))
    length = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    wanted = set(np.linspace(0, length - 1, count + 2).astype(int)[1:-1].tolist())
    found = []
    for number in range(length):
        more, bgr = video.read()
        if more and number in wanted:
            found.append(np.ascontiguousarray(bgr[..., ::-1]))
    return found


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(prog="python -m models.training.contact")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--video", type=Path, action="append", default=[])
    parser.add_argument("--scenes", type=int, default=2 * COLUMNS, metavar="N")
    parser.add_argument("--frames", type=int, default=COLUMNS, metavar="N", help="of each video")
    parser.add_argument("--out", type=Path, default=Path("sheet.png"))
    asked = parser.parse_args()
    network = lite_weights.load(asked.weights).for_inference(torch.float32)
    pictures = scenes(asked.scenes)
    for video in asked.video:
        pictures += stills(video, asked.frames)
    save_sheet(asked.out, pictures, per_frame(network, 288, torch.bfloat16))


if __name__ == "__main__":
    main()

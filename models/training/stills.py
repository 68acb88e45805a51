"""Pictures out of videos and photographs, as a folder of real frames without measured depth.

    python -m models.training.stills FILE ... --every 4 --out .cache/stills/NAME

`models.training.teach` writes what networks say about them, for runs to learn.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.frames import UInt8
from models.opencv import cv2
from models.training.samples import read_picture

LARGEST_WIDTH = 512
QUALITY = 95
PHOTOGRAPHS = (".jpg", ".jpeg", ".png")


def take(files: list[Path], folder: Path, every: int) -> int:
    """Write photographs and every `every`th frame of videos as `folder`/rgb/N.jpg; count them."""
    (folder / "rgb").mkdir(parents=True, exist_ok=True)
    taken = 0
    for file in files:
        for bgr in _photograph(file) if file.suffix in PHOTOGRAPHS else _frames(file, every):
            path = folder / "rgb" / f"{taken:06d}.jpg"
            cv2.imwrite(str(path), _small(bgr), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            taken += 1
    return taken


def _photograph(file: Path) -> Iterator[UInt8]:
    yield read_picture(file)[..., ::-1]


def _frames(video: Path, every: int) -> Iterator[UInt8]:
    film, number = cv2.VideoCapture(str(video)), 0
    while True:
        more, bgr = film.read()
        if not more:
            return
        if number % every == 0:
            yield bgr
        number += 1


def _small(bgr: UInt8) -> UInt8:
    height, width = bgr.shape[:2]
    if width <= LARGEST_WIDTH:
        return bgr
    size = (LARGEST_WIDTH, round(height * LARGEST_WIDTH / width))
    return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m models.training.stills")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--every", type=int, default=4, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    asked = parser.parse_args()
    print(f"{take(asked.files, asked.out, asked.every)} pictures in {asked.out}")


if __name__ == "__main__":
    main()

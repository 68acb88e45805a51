"""Pictures out of a video, as a folder of real frames without measured depth.

    python -m models.training.stills VIDEO --every 4 --out .cache/stills/NAME

A run that has a teacher can learn what it says about them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from models.opencv import cv2

LARGEST_WIDTH = 512
QUALITY = 95


def take(video: Path, folder: Path, every: int) -> int:
    """Write every `every`th frame of `video` as `folder`/rgb/N.jpg; returns how many."""
    (folder / "rgb").mkdir(parents=True, exist_ok=True)
    film = cv2.VideoCapture(str(video))
    number = taken = 0
    while True:
        more, bgr = film.read()
        if not more:
            return taken
        if number % every == 0:
            height, width = bgr.shape[:2]
            if width > LARGEST_WIDTH:
                size = (LARGEST_WIDTH, round(height * LARGEST_WIDTH / width))
                bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
            path = folder / "rgb" / f"{number:06d}.jpg"
            cv2.imwrite(str(path), bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            taken += 1
        number += 1


def main() -> None:
    """Write every N-th picture of a video as a training still."""
    parser = argparse.ArgumentParser(prog="python -m models.training.stills")
    parser.add_argument("video", type=Path)
    parser.add_argument("--every", type=int, default=4, metavar="N")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    asked = parser.parse_args()
    print(f"{take(asked.video, asked.out, asked.every)} pictures in {asked.out}")


if __name__ == "__main__":
    main()

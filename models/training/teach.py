"""What finished networks say about pictures that nobody measured, kept beside the pictures.

    python -m models.training.teach FOLDER ... --weights FILE ... [--sizes 224 288 384]

The mean over networks, input sizes and mirror images is better than any one answer, and a clean
picture gets a better one than what a camera's noise leaves of it; runs learn from it as from truth.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from models.flashdepth import lite_weights
from models.frames import Float32, UInt8
from models.training.config import RealData
from models.training.losses import target_scale
from models.training.samples import TAUGHT, read_picture, real_frames
from models.training.validation import Predict, per_frame

SIZES = (224, 288, 384)


def mean_answer(predicts: Sequence[Predict]) -> Predict:
    """A function from a picture to the mean of what `predicts` say of it and of its mirror image.

    Each answer is divided by its own scale, as targets of the loss are.
    """

    def predict(rgb: UInt8) -> Float32:
        mirrored = np.ascontiguousarray(rgb[:, ::-1])
        answers = [p(rgb) + p(mirrored)[:, ::-1] for p in predicts]
        scaled = [answer / _scale(np.asarray(answer, np.float32)) for answer in answers]
        return np.asarray(np.mean(scaled, axis=0), np.float32)

    return predict


def _scale(answer: Float32) -> float:
    return float(target_scale(torch.from_numpy(answer.copy())[None, None]))


def teach(folder: Path, predict: Predict) -> int:
    """Write `folder`/taught/N.npy for every picture of `folder`; returns how many."""
    (folder / TAUGHT).mkdir(exist_ok=True)
    pictures = real_frames(RealData(str(folder)))
    for picture in pictures:
        answer = np.maximum(predict(read_picture(picture)), 0.0)
        np.save(folder / TAUGHT / f"{picture.stem}.npy", answer.astype(np.float16))
    return len(pictures)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m models.training.teach")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--weights", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    networks = [lite_weights.load(path).for_inference(torch.float32) for path in asked.weights]
    predict = mean_answer([per_frame(n, s, torch.float32) for n in networks for s in asked.sizes])
    for folder in asked.folders:
        print(f"{teach(folder, predict)} pictures in {folder}")


if __name__ == "__main__":
    main()

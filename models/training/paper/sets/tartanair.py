"""TartanAir (Wang et al. 2020): flights through simulated places, left camera, 640x480."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.frames import Float32
from models.training.paper.config import DataEntry
from models.training.paper.footage import Footage, folders, inverted, paired, read_array
from models.training.paper.sets.spec import TrainingSet

LEFT_OUT = "amusement"
"""Environments that the released code skips; it gives no reason."""
SKY_INVERSE_DEPTH = 0.001
"""1/m; what is farther is sky."""


def _footage(entry: DataEntry) -> Iterator[Footage]:
    root = Path(entry.root)
    for scene in folders(root, "*/*/P*"):
        if LEFT_OUT not in scene.parts[-3]:
            pictures = (scene / "image_left", "*_left.png")
            targets = (scene / "depth_left", "*_left_depth.npy")
            yield from paired(str(scene.relative_to(root)), pictures, targets, _inverse_depth)


def _inverse_depth(path: Path, index: int) -> Float32:
    del index
    depth_m = read_array(path)
    found = inverted(np.where(np.isinf(depth_m), np.float32(np.nan), depth_m))
    return np.where(found < SKY_INVERSE_DEPTH, np.float32(0.0), found)


TARTANAIR = TrainingSet("tartanair", "TartanAir", _footage)

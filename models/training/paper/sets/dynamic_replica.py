"""Dynamic Replica (Karaev et al. 2023): people and animals in rooms, left camera, 1280x720."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.errors import UserError
from models.frames import Float32
from models.opencv import cv2
from models.training.paper.config import DataEntry
from models.training.paper.footage import Footage, folders, inverted, paired
from models.training.paper.sets.spec import TrainingSet

BROKEN = ("009850-3_obj_source_left",)


def _footage(entry: DataEntry) -> Iterator[Footage]:
    for scene in folders(Path(entry.root) / "train", "*_source_left"):
        if scene.name not in BROKEN:
            pictures = (scene / "images", "*.png")
            targets = (scene / "depths", "*.geometric.png")
            yield from paired(scene.name, pictures, targets, _inverse_depth)


def _inverse_depth(path: Path, index: int) -> Float32:
    del index
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16:
        raise UserError(f"{path} is not a 16-bit PNG; download it again.")
    depth_m = np.ascontiguousarray(stored).view(np.float16).astype(np.float32)
    return inverted(np.where(np.isinf(depth_m), np.float32(np.nan), depth_m))


DYNAMIC_REPLICA = TrainingSet("dynamic-replica", "Dynamic Replica", _footage, scale=0.75)

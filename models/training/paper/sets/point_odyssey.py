"""PointOdyssey (Zheng et al. 2023), its indoor shots, 960x540."""

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

INDOORS = frozenset(
    [
        "cnb_dlab_0215_3rd",
        "cnb_dlab_0215_ego1",
        "cnb_dlab_0225_3rd",
        "cnb_dlab_0225_ego1",
        "dancing",
        "dancingroom0_3rd",
        "footlab_3rd",
        "footlab_ego1",
        "footlab_ego2",
        "girl",
        "girl_egocentric",
        "human_egocentric",
        "human_in_scene",
        "human_in_scene1",
        "kg",
        "kg_ego1",
        "kg_ego2",
        "kitchen_gfloor",
        "kitchen_gfloor_ego1",
        "kitchen_gfloor_ego2",
        "scene_carb_h_tables",
        "scene_carb_h_tables_ego1",
        "scene_carb_h_tables_ego2",
        "scene_j716_3rd",
        "scene_j716_ego1",
        "scene_j716_ego2",
        "scene_recording_20210910_S05_S06_0_3rd",
        "scene_recording_20210910_S05_S06_0_ego2",
        "scene1_0129",
        "scene1_0129_ego",
        "seminar_h52_3rd",
        "seminar_h52_ego1",
        "seminar_h52_ego2",
    ]
)
FULL_M = 1000.0
"""Depth of the largest 16-bit value."""
NEAREST_M = 0.01


def _footage(entry: DataEntry) -> Iterator[Footage]:
    for scene in folders(Path(entry.root) / "train", "*"):
        if scene.name in INDOORS:
            pictures, targets = (scene / "rgbs", "rgb_*.jpg"), (scene / "depths", "depth_*.png")
            yield from paired(scene.name, pictures, targets, _inverse_depth)


def _inverse_depth(path: Path, index: int) -> Float32:
    del index
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.dtype != np.uint16:
        raise UserError(f"{path} is not a 16-bit PNG; download it again.")
    depth_m = stored.astype(np.float32) / np.float32(65535.0) * np.float32(FULL_M)
    return np.minimum(inverted(depth_m), np.float32(1.0 / NEAREST_M))


POINT_ODYSSEY = TrainingSet("point-odyssey", "PointOdyssey", _footage)

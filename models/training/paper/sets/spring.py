"""Spring (Mehl et al. 2023): an open film, left camera, 1920x1080."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.errors import UserError
from models.frames import Float32
from models.training.paper.config import DataEntry
from models.training.paper.footage import Footage, folders, paired, read_hdf5
from models.training.paper.sets.spec import TrainingSet

BASELINE_M = 0.065
SAMPLES_PER_PIXEL = 2
"""Disparity has twice the picture's resolution, in units of the picture's pixels."""


def _footage(entry: DataEntry) -> Iterator[Footage]:
    for scene in folders(Path(entry.root) / "train", "[0-9]" * 4):
        focal_px = _focal_lengths(scene / "cam_data" / "intrinsics.txt")
        yield from paired(
            scene.name,
            (scene / "frame_left", "frame_left_*.png"),
            (scene / "disp1_left", "disp1_left_*.dsp5"),
            functools.partial(_inverse_depth, focal_px),
        )


def _focal_lengths(path: Path) -> Float32:
    """fx in pixels of every frame: it differs between shots and may change within one."""
    try:
        return np.loadtxt(path, dtype=np.float32, ndmin=2)[:, 0]
    except (OSError, ValueError) as error:
        raise UserError(f"Can't read {path} ({error}); download it again.") from error


def _inverse_depth(focal_px: Float32, path: Path, index: int) -> Float32:
    if index >= len(focal_px):
        raise UserError(f"The intrinsics of {path.parents[1].name} lack frame {index + 1}.")
    disparity = read_hdf5(path, "disparity", SAMPLES_PER_PIXEL)
    found = disparity / (focal_px[index] * np.float32(BASELINE_M))
    return np.where(np.isfinite(found) & (found >= 0), found, np.float32(np.nan))


SPRING = TrainingSet("spring", "Spring", _footage, scale=0.5)

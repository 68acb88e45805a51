"""Arrays, one file per frame."""

from __future__ import annotations

import numpy as np

from app.core.results import FrameResult
from app.export.exporter import Target


class NpyExporter:
    """`npy/000000.npy`: (H, W) float32 disparity at the source's size."""

    def __init__(self, target: Target) -> None:
        self._folder = target.subfolder("npy")

    def write(self, result: FrameResult) -> None:
        lane = result.lanes["a"]
        np.save(self._folder / f"{result.frame.index:06d}.npy", lane.depth.disparity)

    def close(self) -> None:
        """Do nothing: every file is complete."""

"""Arrays, one file per frame."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.results import FrameResult
from app.export.exporter import Target
from app.system.whole_files import write_whole


def write_npy(path: Path, array: NDArray[np.float32]) -> None:
    """Write an array, or no file at all on failure.

    Raises
    ------
    OSError
        If it cannot be written; NumPy alone says nothing of why a write was short.
    """
    data = io.BytesIO()
    np.save(data, array)
    write_whole(path, data.getvalue())


class NpyExporter:
    """`npy/000000.npy`: (H, W) float32 disparity at the source's size."""

    def __init__(self, target: Target) -> None:
        self._folder = target.subfolder("npy")

    def write(self, result: FrameResult) -> str:
        name = f"{result.frame.index:06d}.npy"
        write_npy(self._folder / name, result.lanes["a"].depth.disparity)
        return f"npy/{name}"

    def close(self) -> None:
        """Do nothing: every file is complete."""

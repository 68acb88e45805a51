"""Estimates of a clip that wait on disk until the clip's alignment is known."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from models.frames import Float32


class MapFile:
    """A temporary file of (h, w) float32 maps of any size, deleted with its last user.

    Parameters
    ----------
    folder
        Where it is made; None for the system's folder of temporary files.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, prefix="evaluate-")  # noqa: SIM115
        self._places: list[tuple[int, tuple[int, int]]] = []
        self._end = 0

    def __enter__(self) -> MapFile:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def add(self, disparity: Float32) -> None:
        """Append a map. Raises OSError if the disk is full."""
        height, width = disparity.shape
        self._file.seek(self._end)
        self._file.write(np.ascontiguousarray(disparity, np.float32).data)
        self._places.append((self._end, (height, width)))
        self._end += 4 * height * width

    def __getitem__(self, at: int) -> Float32:
        """The map that was added as number `at`."""
        place, (height, width) = self._places[at]
        self._file.seek(place)
        data = self._file.read(4 * height * width)
        return np.frombuffer(data, np.float32).reshape(height, width)

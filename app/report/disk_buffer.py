"""Disparities that wait on disk until the clip's alignment is known.

Accuracy is measured after one alignment per clip, which is known only at the end. A clip does not
fit in memory, so its frames wait in a temporary file. The file is bounded: when it is full, every
second pair of frames is dropped, and from then on only every second pair is taken. Pairs, because
TAE compares neighbours.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.frames import Float32, Frame, GroundTruth
from models.geometry import Intrinsics


@dataclass(frozen=True, slots=True, eq=False)
class BufferedFrame:
    """One frame of the buffer.

    Attributes
    ----------
    row
        Its number among the rows of the report.
    shot
        Changes at every cut.
    disparities
        By lane, (H, W) float32.
    truth
        (H, W) float32, 1/m.
    camera_to_world
        (4, 4) pose, if known.
    intrinsics
        The camera, if known.
    """

    row: int
    shot: int
    disparities: dict[str, Float32]
    truth: Float32
    camera_to_world: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None
    intrinsics: Intrinsics | None


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    place: int
    row: int
    shot: int
    camera_to_world: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None
    intrinsics: Intrinsics | None


class TruthBuffer:
    """A bounded file of frames. All frames have the size of the first; others are skipped."""

    def __init__(self, folder: Path, lanes: tuple[str, ...], budget_bytes: int) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, prefix="compare-")  # noqa: SIM115
        self._lanes = lanes
        self._budget = budget_bytes
        self._shape: tuple[int, int] = (0, 0)
        self._capacity = 0
        self._slots: list[_Slot] = []
        self._free: list[int] = []
        self.every = 1

    def __enter__(self) -> TruthBuffer:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._slots)

    def add(
        self, row: int, shot: int, frame: Frame, truth: GroundTruth, disparities: dict[str, Float32]
    ) -> None:
        """Write one frame, if it is one of those to keep.

        Parameters
        ----------
        row
            Its number among the rows of the report.
        shot
            Changes at every cut.
        frame, truth
            The frame, and its true disparity (H, W) in 1/m.
        disparities
            By lane, (H, W) float32; a lane that is absent is unknown in this frame.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        if not self._slots and not self._capacity:
            self._shape = truth.disparity.shape
            size = (len(self._lanes) + 1) * truth.disparity.size * 4
            self._capacity = max(2, self._budget // size)
        if truth.disparity.shape != self._shape:
            return
        while self._wanted(row) and len(self._slots) >= self._capacity:
            self._thin()
        if not self._wanted(row):
            return
        place = self._free.pop() if self._free else len(self._slots)
        gone = np.full(self._shape, np.nan, np.float32)
        maps = [*(disparities.get(lane, gone) for lane in self._lanes), truth.disparity]
        self._file.seek(place * len(maps) * maps[-1].size * 4)
        for one in maps:
            self._file.write(np.ascontiguousarray(one, np.float32).data)
        self._slots.append(
            _Slot(place, row, shot, truth.camera_to_world, frame.intrinsics),
        )

    def read(self) -> Iterator[BufferedFrame]:
        """Every frame that was kept, in order."""
        height, width = self._shape
        names = (*self._lanes, "truth")
        size = len(names) * height * width * 4
        for slot in self._slots:
            self._file.seek(slot.place * size)
            block = np.frombuffer(self._file.read(size), np.float32)
            maps = dict(zip(names, block.reshape(len(names), height, width), strict=True))
            truth = maps.pop("truth")
            yield BufferedFrame(
                slot.row, slot.shot, maps, truth, slot.camera_to_world, slot.intrinsics
            )

    def _wanted(self, row: int) -> bool:
        return row // 2 % self.every == 0

    def _thin(self) -> None:
        self.every *= 2
        self._free += [slot.place for slot in self._slots if not self._wanted(slot.row)]
        self._slots = [slot for slot in self._slots if self._wanted(slot.row)]

"""The second pass: accuracy, once each lane's alignment over the clip is known."""

from __future__ import annotations

import itertools
import math

import numpy as np

from app.report.disk_buffer import BufferedFrame, TruthBuffer
from app.report.values import Accuracy, Cancelled, FrameRow, Progress
from models.frames import Float32
from models.metrics import (
    AccuracySums,
    Alignment,
    PosedDepth,
    TemporalAlignmentError,
    boundary_f1,
    depth_from_disparity,
)
from models.progress import IsCancelled


class _LaneAccuracy:
    """One lane's accuracy, frame by frame."""

    def __init__(self, lane: str, alignment: Alignment) -> None:
        self.lane = lane
        self._alignment = alignment
        self._sums = AccuracySums()
        self._tae = TemporalAlignmentError()
        self._boundaries: list[float] = []
        self._frames = 0
        self._last: tuple[BufferedFrame, PosedDepth] | None = None

    def add(self, kept: BufferedFrame, truth_m: Float32, row: FrameRow) -> None:
        depth = depth_from_disparity(self._alignment.apply(kept.disparities[self.lane]))
        numbers = row.lanes[self.lane]
        numbers.absrel = self._sums.add(depth, truth_m)
        # The sky is beyond 70 m in the truth too: its outline counts, its distance does not.
        numbers.boundary_f1 = boundary_f1(depth, depth_from_disparity(kept.truth))
        if math.isfinite(numbers.boundary_f1):
            self._boundaries.append(numbers.boundary_f1)
        self._frames += 1
        if kept.camera_to_world is None or kept.intrinsics is None:
            return
        view = PosedDepth(depth, truth_m, kept.camera_to_world, kept.intrinsics)
        if self._last is not None:
            before, previous = self._last
            if before.row + 1 == kept.row and before.shot == kept.shot:
                numbers.tae = self._tae.add(previous, view)
        self._last = (kept, view)

    @property
    def result(self) -> Accuracy:
        return Accuracy(
            absrel=self._sums.abs_rel,
            delta1=self._sums.delta(1),
            delta2=self._sums.delta(2),
            delta3=self._sums.delta(3),
            boundary_f1=float(np.mean(self._boundaries)) if self._boundaries else math.nan,
            tae=self._tae.value,
            frames=self._frames,
            alignment=(self._alignment.scale, self._alignment.shift),
        )


def measure(
    buffer: TruthBuffer,
    alignments: dict[str, Alignment],
    rows: list[FrameRow],
    progress: Progress,
    cancelled: IsCancelled,
) -> dict[str, Accuracy]:
    """Accuracy per lane over the frames in the buffer; also fills in their rows."""
    lanes = [_LaneAccuracy(lane, alignment) for lane, alignment in alignments.items()]
    for done, kept in zip(itertools.count(1), buffer.read(), strict=False):
        if cancelled():
            raise Cancelled
        with np.errstate(divide="ignore"):
            truth_m = (np.float32(1.0) / kept.truth).astype(np.float32)
        truth_m[~np.isfinite(truth_m)] = np.nan
        for lane in lanes:
            lane.add(kept, truth_m, rows[kept.row])
        progress(done, len(buffer), "Measuring accuracy")
    return {lane.lane: lane.result for lane in lanes}

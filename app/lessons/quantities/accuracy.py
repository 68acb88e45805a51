"""Accuracy of both lanes over the last frames on screen, under different alignments."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from app.lessons.quantities.quantity import Screen
from app.lessons.quantities.sample import sampled, sampled_truth
from models.frames import Float32
from models.metrics import (
    Alignment,
    ScaleDrift,
    abs_rel,
    align_least_squares,
    depth_from_disparity,
)

Align = Callable[[Float32, Float32], Alignment]


class Shot:
    """The last frames of both lanes and of the truth, at every eighth pixel.

    Parameters
    ----------
    frames
        How many are kept at most.
    stride
        Least distance between two of them, in frames of the source.
    """

    def __init__(self, frames: int, stride: int = 1) -> None:
        self._stride = stride
        self._last = -1, 0  # segment and index
        self._frames: deque[dict[str, Float32]] = deque(maxlen=frames)

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, screen: Screen) -> None:
        """Take in a result that has both lanes and the truth."""
        frame = screen.result.frame
        segment, index = self._last
        if segment == frame.segment and index < frame.index < index + self._stride:
            return
        parts = {
            "a": sampled(screen, "a"),
            "b": sampled(screen, "b"),
            "truth": sampled_truth(screen),
        }
        known = {name: part for name, part in parts.items() if part is not None}
        if len({part.shape for part in known.values()}) == 1 and len(known) == len(parts):
            if self._frames and self._frames[-1]["a"].shape != known["a"].shape:
                self._frames.clear()
            self._frames.append(known)
            self._last = frame.segment, frame.index

    def abs_rel(self, lane: str, align: Align = align_least_squares) -> float:
        """AbsRel with one alignment for all frames. No unit, 0 is perfect."""
        found, truth = self._all(lane), self._all("truth")
        return _abs_rel(align(found, truth).apply(found), truth)

    def abs_rel_per_frame(self, lane: str, align: Align = align_least_squares) -> float:
        """AbsRel with an alignment for every frame. No unit, 0 is perfect."""
        aligned = [align(frame[lane], frame["truth"]).apply(frame[lane]) for frame in self._frames]
        return _abs_rel(np.concatenate(aligned), self._all("truth"))

    def scale_drift(self, lane: str) -> float:
        """Scale drift against the truth, as in the report. No unit, 0 is perfect."""
        drift = ScaleDrift()
        for frame in self._frames:
            drift.add(frame[lane], frame["truth"])
        return drift.value(align_least_squares(self._all(lane), self._all("truth")))

    def _all(self, name: str) -> Float32:
        return np.concatenate([frame[name] for frame in self._frames])


def _abs_rel(disparity: Float32, truth: Float32) -> float:
    with np.errstate(divide="ignore"):
        truth_m = np.float32(1.0) / truth
    return abs_rel(depth_from_disparity(disparity)[None], truth_m[None])

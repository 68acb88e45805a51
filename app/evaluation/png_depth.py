"""Depth in 16-bit PNG files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.evaluation.values import Clip, ClipFrame, Depth, ReadTruth
from app.media.stills import read_depth


@dataclass(frozen=True, slots=True)
class PngReader:
    """Metres = stored value / `factor`; 0 is unknown."""

    factor: float

    def __call__(self, clip: Clip, frame: ClipFrame) -> Depth:
        """(H, W) float64. Raises SourceError if the file cannot be read."""
        del clip
        assert frame.truth is not None
        stored = read_depth(frame.truth).astype(np.float64)
        depth: Depth = np.where(stored > 0, stored / self.factor, np.nan)
        return depth


def png_reader(factor: float) -> ReadTruth:
    """A reader of PNG files with that many units per metre."""
    return PngReader(factor)

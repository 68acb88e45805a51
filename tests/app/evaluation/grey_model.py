"""A plug-in whose estimate is a plain function of the picture, so that tests know it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from models.estimator import BlockingSession, EstimatorOptions, FrameMemo, Prediction
from models.frames import Float32, Frame, UInt8, Unit

FATAL = "EVALUATE_TEST_FATAL"
"""Names a file into which the first process that reaches frame 2 of a bright clip writes its
number, and then waits to be killed."""


def grey_disparity(rgb: UInt8) -> Float32:
    """(H, W, 3) to (H/2, W/2): mean brightness of 2x2 pixels, and nearer at the bottom."""
    height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
    grey = rgb[:height, :width].astype(np.float32).mean(axis=2)
    small = grey.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    rows = np.arange(height // 2, dtype=np.float32)[:, None]
    red = rgb[:height:2, :width:2, 0].astype(np.float32)
    return np.ascontiguousarray(0.01 * small + 0.02 * red + rows / height, np.float32)


class _Session(BlockingSession):
    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._last: Float32 | None = None
        self._count = 0

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        disparity = grey_disparity(frame.rgb)
        if self._last is not None and self._last.shape == disparity.shape:
            disparity += np.float32(self._memory) * (self._last - disparity)
        self._last = disparity
        self._count += 1
        if os.environ.get(FATAL) and self._count == 3:
            self._wait_to_be_killed(Path(os.environ[FATAL]))
        return Prediction(disparity, Unit.RELATIVE, frame.index, frame.size)

    def _wait_to_be_killed(self, path: Path) -> None:
        try:
            with path.open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            return
        time.sleep(60)

    def reset(self) -> None:
        self._last, self._count = None, 0

    def close(self) -> None:
        self._last = None


class Grey:
    name = "grey"

    def open(self, options: EstimatorOptions) -> _Session:
        return _Session(0.0)


class GreyMemory:
    name = "grey-memory"
    temporal = True

    def open(self, options: EstimatorOptions) -> _Session:
        return _Session(0.5)

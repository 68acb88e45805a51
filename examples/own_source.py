"""A source of your own through the pipeline: `own_source.py [FRAMES]`.

CONTRIBUTING.md says how it becomes a source that `--source` and the menu know.
"""

import sys
import time
from contextlib import closing

import numpy as np

from app.core.source import Ended, Reading, SourceInfo
from app.engine.pipeline import Pipeline, PipelineConfig
from models.frames import Frame


class Bars:
    """Bright bars that move to the right. See app.core.source.Source."""

    def __init__(self, frames: int, size: tuple[int, int] = (160, 120)) -> None:
        width, height = size
        self.info = SourceInfo("bars", "Bars", False, size, fps=25.0, frame_count=frames)
        self._bars = np.tile(np.uint8(255) * (np.arange(width) // 16 % 2 == 0), (height, 1))
        self._next, self._segment = 0, 0

    def read(self, timeout_s: float) -> Reading:
        """The next frame; a source that waits for a device gives up after `timeout_s`."""
        index = self._next
        if index >= self.info.frame_count:
            return Ended()
        self._next += 1
        grey = np.roll(self._bars, 2 * index, axis=1)
        rgb = np.repeat(grey[:, :, None], 3, axis=2).astype(np.uint8)
        return Frame(rgb, index, self._segment, time.monotonic_ns(), index / 25.0)

    def seek(self, index: int) -> None:
        """A jump begins a segment, so that no memory reaches across it."""
        self._next, self._segment = index, self._segment + 1

    def close(self) -> None:
        """There is no device to give back."""


if __name__ == "__main__":
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    pipeline = Pipeline()
    with closing(Bars(frames)) as source, closing(pipeline):
        pipeline.configure(PipelineConfig("flashdepth-lite", "flashdepth-lite-per-frame"))
        while isinstance(frame := source.read(timeout_s=1.0), Frame):
            result = pipeline.step(frame)
            medians = {name: np.median(lane.depth.disparity) for name, lane in result.lanes.items()}
            print(frame.index, *(f"{name}: {median:.3f}" for name, median in medians.items()))

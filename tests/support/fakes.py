"""Stand-ins for tests: a source that plays a script and a session that remembers its calls."""

from __future__ import annotations

import dataclasses
import threading
import time

import numpy as np

from app.core.source import Ended, Reading, SourceInfo
from models.errors import UserError
from models.estimator import BlockingSession, EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame, Unit
from models.registry import ModelEntry


def make_frame(index: int = 0, segment: int = 0, size: tuple[int, int] = (16, 12)) -> Frame:
    """A small picture whose grey tells its index."""
    rgb = np.full((size[1], size[0], 3), (index * 7) % 256, np.uint8)
    return Frame(rgb, index, segment, time.monotonic_ns(), index / 25)


class ScriptedSource:
    """Delivers `count` small frames, or for ever if None; `script` readings come first.

    drawn : the index of the frame that comes next.
    """

    def __init__(
        self, count: int | None = 10, live: bool = False, script: tuple[Reading, ...] = ()
    ) -> None:
        self.info = SourceInfo("fake", "Fake", live, (16, 12), fps=1000.0, frame_count=count)
        self.info = dataclasses.replace(self.info, is_endless=not live and count is None)
        self.closed = threading.Event()
        self.seeks: list[int] = []
        self.script = list(script)
        self.drawn = 0
        self._segment = 0

    def read(self, timeout_s: float) -> Reading:
        if self.script:
            return self.script.pop(0)
        if self.info.frame_count is not None and self.drawn >= self.info.frame_count:
            return Ended()
        if self.info.live:
            self.closed.wait(0.001)
        frame = make_frame(self.drawn, self._segment)
        self.drawn += 1
        return frame

    def seek(self, index: int) -> None:
        self.seeks.append(index)
        self._segment += 1
        self.drawn = index

    def close(self) -> None:
        self.closed.set()


class CountingSession(BlockingSession):
    """Disparity = number of frames since the last reset, so that memory can be seen.

    `fail_on` frames raise UserError.
    """

    def __init__(self, fail_on: frozenset[int] = frozenset()) -> None:
        self.steps = 0
        self.resets = 0
        self.closed = False
        self.memory = 0
        self.fail_on = fail_on

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        if frame.index in self.fail_on:
            raise UserError("The fake fails here; that was asked for.")
        self.steps += 1
        self.memory += 1
        ramp = np.linspace(0, 1, frame.rgb.shape[1], dtype=np.float32)
        disparity = np.broadcast_to(ramp + self.memory, frame.rgb.shape[:2]).copy()
        return Prediction(disparity, Unit.RELATIVE, frame.index, frame.size)

    def reset(self) -> None:
        self.resets += 1
        self.memory = 0

    def close(self) -> None:
        self.closed = True


def fake_entry(
    name: str,
    made: list[CountingSession],
    temporal: bool = False,
    twin: str = "",
    network: str = "",
) -> ModelEntry:
    """A model that opens a CountingSession and remembers it in `made`.

    twin : its entry without memory. network : as in ModelEntry.
    """

    def open_session(options: EstimatorOptions) -> CountingSession:
        made.append(CountingSession())
        return made[-1]

    return ModelEntry(
        name, name, "A fake.", open_session, lambda: None, temporal=temporal, network=network,
        without_memory=twin,
    )  # fmt: skip

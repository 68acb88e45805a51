"""A panned clip with known depth, whose lane B flickers by a known amount in a patch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.core.source import Ended, Reading, SourceInfo
from app.report import CompareOptions, Report, compare_sessions
from models.estimator import BlockingSession, FrameMemo, Prediction
from models.frames import Frame, GroundTruth, Unit
from models.geometry import Intrinsics
from models.opencv import cv2

WIDTH, HEIGHT, STEP = 160, 120, 2
AMPLITUDE = 0.5
PATCH = np.s_[30:90, 50:130]
CAMERA = Intrinsics.from_fov(60.0, WIDTH, HEIGHT)


def _soft(seed: int, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (HEIGHT, WIDTH + 200)).astype(np.float32)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), sigma), None, 0, 1, cv2.NORM_MINMAX)


PICTURE = np.repeat((255 * _soft(0, 2))[..., None], 3, axis=2).astype(np.uint8)
DISPARITY = 0.2 + 0.8 * _soft(1, 15)
DISPARITY[35:85, 90:150] += 0.6  # a box, for the sake of its edges


def planted_frame(n: int, truth: bool = True, segment: int = 0) -> Frame:
    part = np.s_[:, n * STEP : n * STEP + WIDTH]
    known = None
    if truth:
        flow = np.zeros((HEIGHT, WIDTH, 2), np.float32)
        flow[..., 0] = STEP
        seen = np.ones((HEIGHT, WIDTH), bool)
        seen[:, -STEP:] = False
        known = GroundTruth(np.ascontiguousarray(DISPARITY[part]), flow, seen, np.eye(4))
    rgb = np.ascontiguousarray(PICTURE[part])
    return Frame(rgb, n, segment, 0, n / 25, intrinsics=CAMERA, truth=known)


class Clip:
    """A source that pans over a painting; `cut_at` starts another segment."""

    def __init__(
        self, frames: int = 16, *, truth: bool = True, cut_at: int | None = None, live: bool = False
    ) -> None:
        self.info = SourceInfo("clip", "A clip", live, (WIDTH, HEIGHT), 25.0, frames)
        self._truth, self._cut_at, self._next = truth, cut_at, 0
        self.closed = False

    def read(self, timeout_s: float) -> Reading:
        del timeout_s
        n = self._next
        self._next += 1
        if n >= (self.info.frame_count or 0):
            return Ended()
        late = self._cut_at is not None and n >= self._cut_at
        return planted_frame(n + (20 if late else 0), self._truth, int(late))

    def seek(self, index: int) -> None:
        self._next = index

    def close(self) -> None:
        self.closed = True


class Planted(BlockingSession):
    """The truth in another scale, and flicker of a known amplitude in a known place."""

    def __init__(self, flicker: Callable[[int], np.ndarray | float] | None = None) -> None:
        self._flicker = flicker
        self.resets = 0

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        del memo
        disparity = DISPARITY[:, frame.index * STEP : frame.index * STEP + WIDTH]
        if self._flicker is not None:
            disparity = disparity + self._flicker(frame.index)
        seen = (4 * disparity + 1).astype(np.float32)
        return Prediction(seen, Unit.RELATIVE, frame.index, frame.size, (WIDTH, HEIGHT))

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None: ...


def in_patch(n: int) -> np.ndarray:
    added = np.zeros((HEIGHT, WIDTH), np.float32)
    added[PATCH] = AMPLITUDE * (n % 2)
    return added


def compare_planted(out: Path, source: Clip | None = None, **options: object) -> Report:
    sessions = {"a": ("steady", Planted()), "b": ("flickers", Planted(in_patch))}
    return compare_sessions(source or Clip(), sessions, out, CompareOptions(**options))

"""Two frames in flight: the results are those of one after the other, whatever fails."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.results import FrameResult
from app.core.slots import Closed, LatestSlot
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from models import registry
from models.errors import UserError
from models.estimator import FrameMemo, Pending, Prediction
from models.estimators.smoothed import SmoothedSession
from models.frames import Frame, Unit
from models.registry import ModelEntry
from tests.support.fakes import CountingSession

GREY_STEP = 3
TROUBLES = ("refused", "half-way", "lost", "nan")
"""Before anything is handed over; after all was; when it is waited for; in what comes back."""


class _OnDevice:
    """Disparity is the picture plus half of the disparity before; answers come late.

    Fails with frames where `troubles` say so, as a session on a device does: it finds out when a
    frame is collected, by which time the next one may have been computed from a bad memory.
    """

    frames_in_flight = 2

    def __init__(self, troubles: dict[int, str], seed: int) -> None:
        self.troubles = troubles
        self.dice = random.Random(seed)
        self.collected = -1
        self._memory = np.float32(0)
        self._video = 0

    def submit(self, frame: Frame, memo: FrameMemo) -> Pending:
        kind = self.troubles.get(frame.index)
        if kind == "refused":
            raise RuntimeError("refused")
        disparity = frame.rgb[..., 0].astype(np.float32) + 1 + self._memory
        if kind == "nan":
            disparity = disparity * np.float32(np.nan)
        self._memory = 0.5 * disparity.mean()
        if kind == "half-way":
            raise RuntimeError("half-way")
        prediction = Prediction(disparity, Unit.RELATIVE, frame.index, frame.size)
        return _Late(self, prediction, self._video)

    def reset(self) -> None:
        self._memory = np.float32(0)
        self._video += 1

    def close(self) -> None:
        pass

    def collect(self, prediction: Prediction, video: int) -> Prediction:
        assert prediction.frame_index > self.collected, "oldest first"
        self.collected = prediction.frame_index
        if self.troubles.get(prediction.frame_index) == "lost":
            raise RuntimeError("lost")
        if not np.isfinite(prediction.disparity).all():
            if video == self._video:
                self.reset()
            raise UserError("No usable disparity.")
        return prediction


@dataclass(frozen=True)
class _Late:
    session: _OnDevice
    prediction: Prediction
    video: int

    def is_ready(self) -> bool:
        return self.session.dice.random() < 0.3

    def result(self) -> Prediction:
        return self.session.collect(self.prediction, self.video)


@dataclass(frozen=True)
class Play:
    """What happens. breaks, resets : before these frames; late : takes that find nothing."""

    frames: int
    breaks: frozenset[int]
    resets: frozenset[int]
    late: frozenset[int]
    troubles: dict[str, dict[int, str]]
    model_b: str
    seed: int

    def run(self, monkeypatch: pytest.MonkeyPatch, most: int | None) -> list[FrameResult]:
        """The results in the order in which they came; `most` overrides how many are in flight."""
        x, y = self.troubles["x"], self.troubles["y"]
        entries = {
            "x": lambda _: _OnDevice(x, self.seed),
            "y": lambda _: _OnDevice(y, self.seed + 1),
            "y+ema": lambda _: SmoothedSession(_OnDevice(y, self.seed + 1), 0.5),
            "host": lambda _: CountingSession(frozenset(y)),
            "off": lambda _: None,
        }
        known = {
            name: ModelEntry(name, name, "A fake.", opener, lambda: None)  # type: ignore[arg-type]
            for name, opener in entries.items()
        }
        pipeline = Pipeline(lambda: 0)
        with monkeypatch.context() as patched:
            patched.setattr(registry, "find", known.__getitem__)
            if most is not None:
                patched.setattr(Pipeline, "frames_in_flight", most)
            slot, results = _Script(self), []
            loop = InferenceLoop(slot, LatestSlot(), lambda: None, pipeline)
            slot.loop, loop.taps = loop, (results.append,)
            loop.configure(PipelineConfig("x", self.model_b))
            loop.run()
        return results


class _Script:
    """A slot that hands out a play's frames."""

    dropped = 0
    loop: InferenceLoop

    def __init__(self, play: Play) -> None:
        self._play = play
        self._frames = deque(self._made())
        self._takes = itertools.count()
        self._is_reset = False

    def _made(self) -> Iterator[Frame]:
        segment = 0
        for index in range(self._play.frames):
            segment += index in self._play.breaks
            rgb = np.full((28, 42, 3), index * GREY_STEP, np.uint8)
            rgb[:, 20:22] += 2
            yield Frame(rgb, index, segment, 0, 0.0)

    def take(self, timeout_s: float | None = None) -> Frame | None:
        if not self._frames:
            raise Closed
        # A reset with no frame behind it predicts the last one again; that is another test's.
        if next(self._takes) in self._play.late and not self._is_reset:
            return None
        frame = self._frames.popleft()
        self._is_reset = frame.index + 1 in self._play.resets
        if self._is_reset:
            self.loop.reset_memory()
        return frame

    def put(self, item: Frame) -> None:
        raise AssertionError

    def put_when_free(self, item: Frame, timeout_s: float) -> bool:
        raise AssertionError

    def clear(self) -> None:
        raise AssertionError


def _some(most: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(0, most), max_size=5)


def _troubles() -> st.SearchStrategy[dict[int, str]]:
    """Two at most: after the third in a row a lane is given a rest."""
    return st.dictionaries(st.integers(0, 8), st.sampled_from(TROUBLES), max_size=2)


PLAYS = st.builds(
    Play,
    frames=st.integers(1, 9),
    breaks=_some(8),
    resets=_some(8),
    late=_some(25),
    troubles=st.fixed_dictionaries({"x": _troubles(), "y": _troubles()}),
    model_b=st.sampled_from(["y", "y+ema", "host", "off"]),
    seed=st.integers(0, 1000),
)


@settings(max_examples=50, deadline=None)
@given(PLAYS)
def test_results_are_those_of_one_frame_after_the_other(play: Play) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        together = play.run(monkeypatch, most=None)
        one_by_one = play.run(monkeypatch, most=1)
    assert [r.frame.index for r in together] == list(range(play.frames))
    for ours, theirs in zip(together, one_by_one, strict=True):
        assert ours.failures == theirs.failures
        assert set(ours.lanes) == set(theirs.lanes)
        for name, lane in ours.lanes.items():
            other = theirs.lanes[name]
            assert lane.fresh == other.fresh
            assert np.array_equal(lane.depth.disparity, other.depth.disparity)
            assert lane.display_range == other.display_range
            assert np.array_equal(lane.levels, other.levels)


def _play(**changes: Any) -> Play:
    nothing: frozenset[int] = frozenset()
    plain: dict[str, Any] = {
        "frames": 8, "breaks": nothing, "resets": nothing, "late": nothing,
        "troubles": {"x": {}, "y": {}}, "model_b": "y", "seed": 3,
    }  # fmt: skip
    return Play(**(plain | changes))


def test_memory_starts_anew_at_the_very_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    results = _play(breaks=frozenset({3}), resets=frozenset({6})).run(monkeypatch, None)
    assert [r.lanes["a"].fresh for r in results] == [i in (0, 3, 6) for i in range(8)]


@pytest.mark.parametrize("kind", TROUBLES)
def test_a_frame_that_fails_costs_only_that_frame(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = _play(troubles={"x": {2: kind}, "y": {}}).run(monkeypatch, None)
    assert [set(r.lanes) == {"a", "b"} for r in results] == [i != 2 for i in range(8)]
    assert results[3].lanes["a"].fresh and not results[3].lanes["b"].fresh

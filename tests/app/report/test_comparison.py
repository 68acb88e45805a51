"""Comparing two lanes: progress, cancelling, what cannot be compared, and what it may cost."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from app.core.source import SignalLost
from app.report import Cancelled, CompareOptions, compare, compare_sessions
from app.report.disk_buffer import TruthBuffer
from app.report.lanes import LaneRun, TimedMemo
from models.errors import SourceError, UsageError, UserError
from models.estimator import BlockingSession, FrameMemo, Prediction
from models.frames import DepthMap, Frame, Unit
from tests.support.planted_clip import (
    HEIGHT,
    WIDTH,
    Clip,
    Planted,
    compare_planted,
    planted_frame,
)
from tests.support.waiting import ManualClock


def test_progress_is_told_for_every_frame_of_both_passes(tmp_path: Path) -> None:
    told: list[tuple[int, int | None, str]] = []
    sessions = {"a": ("one", Planted()), "b": ("two", Planted())}
    compare_sessions(Clip(5), sessions, tmp_path, CompareOptions(), lambda *step: told.append(step))

    assert told[:5] == [(n, 5, "Comparing") for n in range(1, 6)]
    assert told[5:] == [(n, 5, "Measuring accuracy") for n in range(1, 6)]


@pytest.mark.parametrize("after", [0, 3, 7])
def test_a_cancelled_comparison_writes_nothing(tmp_path: Path, after: int) -> None:
    asked = iter(range(100))
    sessions = {"a": ("one", Planted()), "b": ("two", Planted())}

    with pytest.raises(Cancelled):
        compare_sessions(
            Clip(5),
            sessions,
            tmp_path,
            CompareOptions(),
            cancelled=lambda: next(asked) >= after,
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stays", [False, True])
def test_a_cancelled_comparison_leaves_no_folder_that_was_not_there(
    tmp_path: Path, stays: bool
) -> None:
    out = tmp_path / "new"
    if stays:
        out.mkdir()
    with pytest.raises(Cancelled):
        compare_sessions(
            Clip(5), {"a": ("one", Planted())}, out, CompareOptions(), cancelled=lambda: True
        )
    assert out.exists() == stays


def test_frames_are_turned_before_they_are_compared(tmp_path: Path) -> None:
    sizes = []

    class Sees(Planted):
        def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
            sizes.append(frame.size)
            return Prediction(frame.truth.disparity, Unit.INVERSE_METRE, frame.index, frame.size)

    options = CompareOptions(rotate=90, mirror=True)
    report = compare_sessions(Clip(3), {"a": ("turned", Sees())}, tmp_path, options)
    assert sizes == [(HEIGHT, WIDTH)] * 3
    assert report.metrics["settings"]["rotate"] == 90
    assert report.metrics["settings"]["mirror"] is True


def test_only_as_many_frames_as_wanted_are_compared(tmp_path: Path) -> None:
    assert compare_planted(tmp_path, Clip(16), max_frames=4).metrics["frames"] == 4


def test_an_empty_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="A clip has no frames"):
        compare_planted(tmp_path, Clip(0))


def test_a_lost_signal_is_told_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clip, "read", lambda *_: SignalLost("The cable came off."))

    with pytest.raises(SourceError, match="The cable came off"):
        compare_planted(tmp_path)


def test_a_lane_that_fails_stops_the_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> DepthMap:
        raise UserError("Out of luck.")

    monkeypatch.setattr(Planted, "predict", fail)
    with pytest.raises(UserError, match="Out of luck"):
        compare_planted(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(UserError, match=r"Can't write the report to .*taken"):
        compare_planted(tmp_path / "taken")


def test_compare_opens_runs_and_closes_what_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = Clip(4)
    monkeypatch.setattr("app.report.run.open_source", lambda *_, **__: clip)

    report = compare("clip", "ground-truth", "ground-truth", tmp_path)

    assert clip.closed
    assert report.metrics["lanes"]["a"]["model"] == "ground-truth"
    assert report.metrics["lanes"]["a"]["accuracy"]["absrel"] == pytest.approx(0.0, abs=1e-6)
    assert "Only the ground truth was compared" in report.sentences[0]


def test_a_source_that_turns_out_to_be_live_is_refused_and_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = Clip(live=True)
    monkeypatch.setattr("app.report.run.open_source", lambda *_, **__: clip)

    with pytest.raises(UsageError, match="record the live source"):
        compare("clip", "ground-truth", "ground-truth", tmp_path)
    assert clip.closed


@pytest.mark.parametrize("spec", ["camera:0", "screen", "http://127.0.0.1:9/video.mjpg"])
def test_what_is_live_by_its_kind_is_refused_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str
) -> None:
    monkeypatch.setattr("app.report.run.open_source", lambda *_, **__: pytest.fail("was opened"))

    with pytest.raises(UsageError, match="record the live source"):
        compare(spec, "ground-truth", "ground-truth", tmp_path)


def test_two_lanes_that_are_off_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.report.run.open_source", lambda *_, **__: Clip())

    with pytest.raises(UsageError, match="off"):
        compare("clip", "off", "off", tmp_path)


def test_the_lane_that_finds_shared_work_done_is_charged_for_it() -> None:
    clock = ManualClock()

    class Shares(BlockingSession):
        def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
            memo.once("features", lambda: clock.advance(2.0))
            clock.advance(1.0)
            return Prediction(np.ones((2, 2), np.float32), Unit.RELATIVE, frame.index, frame.size)

        def reset(self) -> None: ...
        def close(self) -> None: ...

    memo, frame = TimedMemo(clock), planted_frame(0)
    _, first_ms = LaneRun("one", Shares()).step(frame, memo)
    _, second_ms = LaneRun("two", Shares()).step(frame, memo)

    assert memo.saved_s == pytest.approx(2.0)
    assert (first_ms, second_ms) == pytest.approx((3000.0, 3000.0))


def test_nested_shared_work_is_charged_once() -> None:
    clock = ManualClock()
    memo = TimedMemo(clock)

    def outer() -> None:
        memo.once("inner", lambda: clock.advance(1.0))
        clock.advance(2.0)

    memo.once("outer", outer)
    assert memo.saved_s == 0.0
    memo.once("outer", outer)
    assert memo.saved_s == pytest.approx(3.0)


def test_the_disk_buffer_gives_back_what_it_was_given_and_leaves_no_file(tmp_path: Path) -> None:
    with TruthBuffer(tmp_path, ("a",), 1 << 20) as buffer:
        for n in range(4):
            frame = planted_frame(n)
            buffer.add(n, 0, frame, frame.truth, {"a": np.full((HEIGHT, WIDTH), n, np.float32)})
        kept = list(buffer.read())

    assert [one.row for one in kept] == [0, 1, 2, 3]
    assert all((one.disparities["a"] == one.row).all() for one in kept)
    np.testing.assert_array_equal(kept[2].truth, planted_frame(2).truth.disparity)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_buffer_keeps_evenly_spread_pairs_within_its_budget(tmp_path: Path) -> None:
    budget = 8 * 2 * WIDTH * HEIGHT * 4
    with TruthBuffer(tmp_path, ("a",), budget) as buffer:
        for n in range(40):
            frame = planted_frame(n)
            buffer.add(n, 0, frame, frame.truth, {"a": np.full((HEIGHT, WIDTH), n, np.float32)})
        kept = list(buffer.read())

    assert len(kept) * 2 * WIDTH * HEIGHT * 4 <= budget
    assert [one.row for one in kept] == [0, 1, 16, 17, 32, 33]
    assert [int(one.disparities["a"][0, 0]) for one in kept] == [0, 1, 16, 17, 32, 33]


def test_accuracy_of_a_clip_that_does_not_fit_says_on_how_many_frames(tmp_path: Path) -> None:
    report = compare_planted(tmp_path, truth_budget_bytes=6 * 3 * WIDTH * HEIGHT * 4)

    assert report.metrics["settings"]["accuracy_frames"]["a"] in (4, 6)
    assert re.search(r"measured on [46] of 16 frames", report.html.read_text())
    assert report.metrics["lanes"]["a"]["accuracy"]["absrel"] < 1e-4

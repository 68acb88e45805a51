import csv
import json
import math
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from app.core.source import Ended, Reading, SignalLost, SourceInfo
from app.report import Cancelled, CompareOptions, Report, compare, compare_sessions
from app.report.charts import Line, line_chart, ticks
from app.report.disk_buffer import TruthBuffer
from app.report.lanes import LaneRun, TimedMemo
from app.report.style import LANE_COLOURS
from app.report.thumbnails import MAX_COLUMNS, Slices, WorstFrames
from app.report.verdicts import figure, winner
from models.errors import SourceError, UsageError, UserError
from models.estimator import BlockingSession, FrameMemo, Prediction
from models.frames import DepthMap, Frame, GroundTruth, Unit
from models.geometry import Intrinsics
from models.opencv import cv2
from tests.support.waiting import ManualClock

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


def _frame(n: int, truth: bool = True, segment: int = 0) -> Frame:
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
        return _frame(n + (20 if late else 0), self._truth, int(late))

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


def _in_patch(n: int) -> np.ndarray:
    added = np.zeros((HEIGHT, WIDTH), np.float32)
    added[PATCH] = AMPLITUDE * (n % 2)
    return added


def _compare(out: Path, source: Clip | None = None, **options: object) -> Report:
    sessions = {"a": ("steady", Planted()), "b": ("flickers", Planted(_in_patch))}
    return compare_sessions(source or Clip(), sessions, out, CompareOptions(**options))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return _compare(tmp_path_factory.mktemp("report"))


def _rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(report.csv.read_text().splitlines()))


def test_metrics_json_has_the_keys_that_others_rely_on(report: Report) -> None:
    metrics = json.loads(report.json.read_text())

    assert list(metrics) == ["frames", "cuts", "lanes", "settings", "environment"]
    assert list(metrics["lanes"]) == ["a", "b"]
    keys = ["model", "flicker_opw", "flicker_static", "scale_drift", "accuracy", "fps"]
    for lane in metrics["lanes"].values():
        assert list(lane) == keys
        assert list(lane["accuracy"]) == ["absrel", "delta1", "boundary_f1"]
        assert lane["fps"] > 0
    assert metrics["frames"] == 16
    assert metrics["cuts"] == []
    assert metrics == report.metrics
    assert metrics["settings"]["network_size"] == {"a": [WIDTH, HEIGHT], "b": [WIDTH, HEIGHT]}


def test_a_lane_that_is_right_up_to_scale_and_shift_is_found_perfect(report: Report) -> None:
    lane = report.metrics["lanes"]["a"]

    assert lane["accuracy"]["absrel"] < 1e-4
    assert lane["accuracy"]["delta1"] == 1.0
    assert lane["accuracy"]["boundary_f1"] == pytest.approx(1.0, abs=0.02)
    assert lane["scale_drift"] < 1e-4
    assert lane["flicker_opw"] < 0.02
    assert report.metrics["settings"]["alignment"]["a"] == pytest.approx([0.25, -0.25], abs=1e-4)


def test_planted_flicker_is_reported_by_every_metric(report: Report) -> None:
    steady, flickers = report.metrics["lanes"]["a"], report.metrics["lanes"]["b"]
    area = 60 * 80 / (WIDTH * HEIGHT)
    seen = np.stack([DISPARITY[:, n * STEP : n * STEP + WIDTH] + _in_patch(n) for n in range(16)])
    unit = np.mean(np.abs(seen - np.median(seen)))
    # Every pair differs by the amplitude over the patch; its rim, one step wide, only half.
    assert flickers["flicker_opw"] == pytest.approx(AMPLITUDE * area / unit, rel=0.1)
    assert flickers["flicker_static"] > steady["flicker_static"]
    assert flickers["scale_drift"] > 0.005
    assert flickers["accuracy"]["absrel"] > 0.05
    assert flickers["accuracy"]["delta1"] < 0.99
    # The rim of the patch adds false edges in every second frame.
    assert flickers["accuracy"]["boundary_f1"] < 0.98
    assert report.metrics["settings"]["tae"]["b"] > 3 * report.metrics["settings"]["tae"]["a"]


def test_planted_flicker_is_reported_in_proportion(tmp_path: Path) -> None:
    def weaker(n: int) -> np.ndarray:
        return _in_patch(n) / 5

    def weakest(n: int) -> np.ndarray:
        return _in_patch(n) / 10

    sessions = {"a": ("weaker", Planted(weaker)), "b": ("weakest", Planted(weakest))}
    lanes = compare_sessions(Clip(), sessions, tmp_path, CompareOptions()).metrics["lanes"]

    assert lanes["a"]["flicker_opw"] == pytest.approx(2 * lanes["b"]["flicker_opw"], rel=0.1)


def test_the_frames_that_flicker_are_the_worst_in_the_table_of_frames(tmp_path: Path) -> None:
    def once(n: int) -> np.ndarray | float:
        return _in_patch(1) if n == 9 else 0.0

    sessions = {"a": ("steady", Planted()), "b": ("once", Planted(once))}
    report = compare_sessions(Clip(), sessions, tmp_path, CompareOptions())
    flicker = [float(row["b_flicker"] or "nan") for row in _rows(report)]

    assert set(np.argsort(np.nan_to_num(flicker))[-2:]) == {9, 10}
    assert math.isnan(flicker[0])
    assert max(flicker[1:9]) < 0.05 * flicker[9]
    assert re.search(r"frame (9|10)<", report.html.read_text())


def test_the_table_of_frames_has_a_row_per_frame(report: Report) -> None:
    rows = _rows(report)

    assert [int(row["frame"]) for row in rows] == list(range(16))
    assert rows[0]["a_flicker"] == ""
    assert float(rows[5]["motion_px"]) == pytest.approx(STEP, abs=0.1)
    assert float(rows[5]["a_truth_scale"]) == pytest.approx(1.0, abs=1e-3)
    assert float(rows[5]["time_s"]) == pytest.approx(0.2)
    assert float(rows[5]["b_absrel"]) > float(rows[5]["a_absrel"])


def test_pairs_across_a_cut_are_left_out_and_memory_is_emptied(tmp_path: Path) -> None:
    a, b = Planted(), Planted()
    report = compare_sessions(
        Clip(cut_at=8), {"a": ("one", a), "b": ("two", b)}, tmp_path, CompareOptions()
    )
    rows = _rows(report)

    assert report.metrics["cuts"] == [28]
    assert (a.resets, b.resets) == (1, 1)
    assert [row["cut"] for row in rows].count("1") == 1
    assert rows[8]["a_flicker"] == rows[8]["a_scale"] == rows[8]["a_tae"] == ""
    assert report.metrics["lanes"]["a"]["flicker_opw"] < 0.02
    assert "1 cut at frame 28" in report.html.read_text()


def test_without_truth_nothing_is_said_of_accuracy(tmp_path: Path) -> None:
    report = _compare(tmp_path, Clip(truth=False))
    page = report.html.read_text()

    for lane in report.metrics["lanes"].values():
        assert lane["accuracy"] is None
        assert isinstance(lane["scale_drift"], float)
    assert "no ground truth, so nothing here says which lane is right" in page
    assert "AbsRel</th>" not in page
    assert report.metrics["settings"]["scale_drift_against"] == "previous frame"
    assert report.metrics["settings"]["flow"] == "DIS medium"


def test_a_single_frame_gives_a_report_without_temporal_numbers(tmp_path: Path) -> None:
    report = _compare(tmp_path, Clip(1))

    assert report.metrics["lanes"]["a"]["flicker_opw"] is None
    assert report.sentences[0] == "One frame has no flicker: nothing here is about time."


class _References(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [v or "" for k, v in attrs if k in ("src", "href", "srcset", "action")]


def test_the_page_asks_nobody_for_anything(report: Report) -> None:
    page = report.html.read_text()
    parser = _References()
    parser.feed(page)

    assert all(reference.startswith("data:") for reference in parser.found)
    assert len(parser.found) > 10
    assert not parser.tags & {"script", "iframe", "object", "embed", "base"}
    assert not re.search(r"url\(|@import|https?://", page)
    assert "default-src 'none'" in page


def test_the_page_shows_charts_slices_and_worst_frames(report: Report) -> None:
    page = report.html.read_text()

    assert page.count('class="curve a"') == 6
    assert page.count('class="curve truth') == 1
    assert page.count("<image ") == 3
    assert "Worst" in page or "worst" in page
    assert page.count("<img ") >= 5
    assert "B flickers" not in report.sentences[0]
    assert report.sentences[0].startswith("A flickers")


def test_names_of_models_and_files_cannot_break_the_page(tmp_path: Path) -> None:
    sessions = {"a": ("<b>&", Planted()), "b": ("x'\"", Planted())}
    page = compare_sessions(Clip(3), sessions, tmp_path, CompareOptions()).html.read_text()

    assert "<b>&" not in page
    assert "&lt;b&gt;&amp;" in page


def test_the_lanes_have_the_colours_of_the_window() -> None:
    from widgets.theme import LANE_A, LANE_B

    assert LANE_COLOURS == {"a": LANE_A, "b": LANE_B}


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
    assert _compare(tmp_path, Clip(16), max_frames=4).metrics["frames"] == 4


def test_an_empty_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="A clip holds no frame"):
        _compare(tmp_path, Clip(0))


def test_a_lost_signal_is_told_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clip, "read", lambda *_: SignalLost("The cable came off."))

    with pytest.raises(SourceError, match="The cable came off"):
        _compare(tmp_path)


def test_a_lane_that_fails_stops_the_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> DepthMap:
        raise UserError("Out of luck.")

    monkeypatch.setattr(Planted, "predict", fail)
    with pytest.raises(UserError, match="Out of luck"):
        _compare(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(UserError, match=r"cannot be written to .*taken"):
        _compare(tmp_path / "taken")


def test_compare_opens_runs_and_closes_what_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = Clip(4)
    monkeypatch.setattr("app.report.run.open_source", lambda *_, **__: clip)

    report = compare("clip", "ground-truth", "ground-truth", tmp_path)

    assert clip.closed
    assert report.metrics["lanes"]["a"]["model"] == "ground-truth"
    assert report.metrics["lanes"]["a"]["accuracy"]["absrel"] == pytest.approx(0.0, abs=1e-6)
    assert "Only the ground truth is shown" in report.sentences[0]


def test_a_live_source_is_refused_and_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = Clip(live=True)
    monkeypatch.setattr("app.report.run.open_source", lambda *_, **__: clip)

    with pytest.raises(UsageError, match="record the live source"):
        compare("camera:0", "ground-truth", "ground-truth", tmp_path)
    assert clip.closed


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

    memo, frame = TimedMemo(clock), _frame(0)
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


def test_the_spool_gives_back_what_it_was_given_and_leaves_no_file(tmp_path: Path) -> None:
    with TruthBuffer(tmp_path, ("a",), 1 << 20) as buffer:
        for n in range(4):
            frame = _frame(n)
            buffer.add(n, 0, frame, frame.truth, {"a": np.full((HEIGHT, WIDTH), n, np.float32)})
        kept = list(buffer.read())

    assert [one.row for one in kept] == [0, 1, 2, 3]
    assert all((one.disparities["a"] == one.row).all() for one in kept)
    np.testing.assert_array_equal(kept[2].truth, _frame(2).truth.disparity)
    assert list(tmp_path.iterdir()) == []


def test_a_full_spool_keeps_evenly_spread_pairs_within_its_budget(tmp_path: Path) -> None:
    budget = 8 * 2 * WIDTH * HEIGHT * 4
    with TruthBuffer(tmp_path, ("a",), budget) as buffer:
        for n in range(40):
            frame = _frame(n)
            buffer.add(n, 0, frame, frame.truth, {"a": np.full((HEIGHT, WIDTH), n, np.float32)})
        kept = list(buffer.read())

    assert len(kept) * 2 * WIDTH * HEIGHT * 4 <= budget
    assert [one.row for one in kept] == [0, 1, 16, 17, 32, 33]
    assert [int(one.disparities["a"][0, 0]) for one in kept] == [0, 1, 16, 17, 32, 33]


def test_accuracy_of_a_clip_that_does_not_fit_says_on_how_many_frames(tmp_path: Path) -> None:
    report = _compare(tmp_path, truth_budget_bytes=6 * 3 * WIDTH * HEIGHT * 4)

    assert report.metrics["settings"]["accuracy_frames"]["a"] in (4, 6)
    assert re.search(r"measured on [46] of 16 frames", report.html.read_text())
    assert report.metrics["lanes"]["a"]["accuracy"]["absrel"] < 1e-4


def test_slices_stay_bounded_and_say_how_many_frames_they_skip() -> None:
    slices = Slices(("a",))
    rgb = np.zeros((4, 8, 3), np.uint8)
    for n in range(2 * MAX_COLUMNS + 10):
        slices.add(Frame(rgb, n, 0, 0, 0.0), {"a": np.full((4, 8), n, np.float32)})

    assert len(slices.rows) <= MAX_COLUMNS
    assert slices.every == 4
    assert slices.rows == list(range(0, 2 * MAX_COLUMNS + 10, 4))
    assert [int(line[0]) for line in slices.disparity["a"]] == slices.rows


def test_the_worst_frames_lie_apart() -> None:
    from app.core.flicker_values import FlickerResult, LaneFlicker

    worst = WorstFrames(("a",), 2)
    heat = np.zeros((HEIGHT, WIDTH), np.float32)
    frame = _frame(0)
    for row, error in enumerate([math.nan, 3, 9, 8, *[1] * 20, 5, 6, 2]):
        lane = LaneFlicker(error, error, error, heat, 1, 0, 1)
        worst.add(row, frame, {"a": heat}, FlickerResult(row, 0, True, 0, True, False, {"a": lane}))

    assert [(one.row, one.error) for one in worst.of("a")] == [(2, 9), (25, 6)]


def test_charts_keep_every_peak_of_a_long_clip() -> None:
    values = [0.0] * 20_000
    values[7777] = 10.0
    chart = line_chart([Line("a", "a", values)], [])
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", chart)]

    assert min(heights) < 20
    assert len(heights) < 2500


def test_charts_leave_gaps_where_nothing_is_known() -> None:
    chart = line_chart([Line("a", "a", [1.0, 2.0, math.nan, 2.0, 1.0])], [2])

    assert len(re.findall(r"M[\d.]+ [\d.]+L", chart)) == 2
    assert chart.count('class="cut"') == 1
    assert "nan" not in chart


def test_a_chart_of_nothing_says_so() -> None:
    assert "Nothing to draw" in line_chart([Line("a", "a", [math.nan, math.nan])], [])
    assert "nan" not in line_chart([Line("a", "a", [3.0, 3.0])], [], zero=False)


def test_ticks_are_round_numbers_within_the_limits() -> None:
    assert ticks(0.0, 1.0) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert ticks(0, 119, 8) == pytest.approx([0, 20, 40, 60, 80, 100])


def test_numbers_are_shown_with_three_digits() -> None:
    shown = [figure(x) for x in (0.0123456, 1.0, 12.345, 12345.6, 0.0, math.nan)]

    assert shown == ["0.0123", "1.00", "12.3", "12346", "0", "–"]


def test_a_difference_below_five_percent_has_no_winner() -> None:
    assert winner(1.00, 1.04, lower_is_better=True) == ""
    assert winner(1.0, 2.0, lower_is_better=True) == "a"
    assert winner(1.0, 2.0, lower_is_better=False) == "b"
    assert winner(math.nan, 2.0, lower_is_better=False) == ""

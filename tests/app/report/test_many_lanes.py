"""A comparison of up to eight models: one page, lanes in order, and none that costs another."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from app.cli import run
from app.report import CompareOptions, Report, compare_models, compare_sessions
from app.report import run as report_run
from models.errors import CheckpointError, UsageError, UserError
from models.estimator import EstimatorOptions, FrameMemo, Prediction, Session
from models.frames import Frame
from tests.support.planted_clip import Clip, Planted, in_patch

EIGHT = tuple("abcdefgh")
ONE, TWO, GONE = "flashdepth-lite", "flashdepth-lite-per-frame", "flashdepth-s"
DROPS = CompareOptions(drops_failed_lanes=True)


class Breaks(Planted):
    """Fails on frame `at`."""

    def __init__(self, at: int, error: Exception | None = None) -> None:
        super().__init__()
        self._at, self._error = at, error or UserError("Out of luck.")

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        if frame.index == self._at:
            raise self._error
        return super().predict(frame, memo)


def _flickers(share: float) -> Planted:
    def plant(n: int) -> np.ndarray:
        return share * in_patch(n)

    return Planted(plant)


class _Pictures(HTMLParser):
    """Counts tags, and notes every tag that is closed in the wrong place."""

    EMPTY = frozenset({"meta", "link", "img", "br", "line", "path", "image"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.labels: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.labels.append(dict(attrs)["alt"] or "")
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY and (not self.open or self.open.pop() != tag):
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def eight(tmp_path_factory: pytest.TempPathFactory) -> Report:
    sessions: dict[str, tuple[str, Session]] = {
        lane: (f"model-{lane}", _flickers(0.1 * 2**at)) for at, lane in enumerate(EIGHT)
    }
    return compare_sessions(Clip(14), sessions, tmp_path_factory.mktemp("eight"), DROPS)


def test_every_lane_is_in_the_files_in_order(eight: Report) -> None:
    metrics = json.loads(eight.json.read_text())
    rows = list(csv.DictReader(eight.csv.read_text().splitlines()))

    assert list(metrics["lanes"]) == list(EIGHT)
    assert [lane["model"] for lane in metrics["lanes"].values()] == [f"model-{n}" for n in EIGHT]
    assert all(rows[5][f"{lane}_flicker"] for lane in EIGHT)
    assert list(metrics["settings"]["network_size"]) == list(EIGHT)


def test_the_page_shows_every_lane_in_table_charts_slices_and_worst_frames(eight: Report) -> None:
    page = eight.html.read_text()
    parser = _Pictures()
    parser.feed(page)

    assert parser.wrong == [] and parser.open == []
    for lane in EIGHT:
        assert f'class="curve {lane}' in page and f".curve.{lane}{{" in page
        assert page.count(f"model-{lane}") >= 3  # title, heading and legend
        assert f"Disparity of {lane.upper()}" in parser.labels
        assert f"Warped error of {lane.upper()}" in parser.labels
    assert page.count("<image ") == 1 + len(EIGHT)
    assert len(parser.labels) <= len(EIGHT) * (1 + 2 * len(EIGHT))
    assert page.count("<td class='best'>") >= 1


def test_more_than_two_lanes_are_put_in_order(eight: Report) -> None:
    flicker = next(s for s in eight.sentences if s.startswith("Flicker (OPW), least first: "))
    lanes = re.findall(r"\b([A-H]) (\d+\.\d+)", flicker)

    assert [lane for lane, _ in lanes] == [lane.upper() for lane in EIGHT]
    assert [float(value) for _, value in lanes] == sorted(float(value) for _, value in lanes)
    assert "twice the standard error" in eight.html.read_text()


def test_lanes_whose_numbers_are_too_close_get_no_order(tmp_path: Path) -> None:
    shares = {"a": 1.0, "b": 0.2, "c": 0.202, "d": 0.4}
    sessions = {lane: (lane * 3, _flickers(share)) for lane, share in shares.items()}
    said = compare_sessions(Clip(), sessions, tmp_path, DROPS).sentences

    assert re.search(r"first: B [\d.]+ and C [\d.]+ with no clear order; D [\d.]+; A ", said[0])
    page = (tmp_path / "report.html").read_text()
    row = page[page.index("<th>Flicker, OPW</th>") :].split("</tr>")[0]
    marks = re.findall(r"<td class='(best)?'>", row)
    assert marks == ["", "best", "best", ""]


def test_a_difference_that_one_frame_makes_is_no_order(tmp_path: Path) -> None:
    def once(n: int) -> np.ndarray | float:
        return in_patch(1) if n == 9 else 0.0

    sessions = {"a": ("one", Planted(once)), "b": ("two", Planted()), "c": ("three", Planted())}
    report = compare_sessions(Clip(16), sessions, tmp_path, DROPS)
    lanes = report.metrics["lanes"]

    assert lanes["a"]["flicker_opw"] > 2 * lanes["b"]["flicker_opw"]
    assert re.fullmatch(
        r"Flicker \(OPW\): [BC] .*, [BC] .* and A .* with no clear order\.", report.sentences[0]
    )


def test_few_frames_are_put_in_no_order(tmp_path: Path) -> None:
    sessions = {
        lane: (lane, _flickers(share)) for lane, share in zip("abc", (1, 2, 4), strict=True)
    }
    report = compare_sessions(Clip(5), sessions, tmp_path, DROPS)
    assert "no clear order" in report.sentences[0] and "first" not in report.sentences[0]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("Out of luck."), "Out of luck."),
        (ValueError("x"), "two failed on frame 7 (ValueError)"),
        (MemoryError(), "two ran out of memory on frame 7"),
    ],
)
def test_a_lane_that_fails_costs_itself_alone_and_is_named(
    tmp_path: Path, error: Exception, said: str
) -> None:
    def sessions() -> dict[str, tuple[str, Session]]:
        return {"a": ("one", _flickers(0.5)), "c": ("three", Planted())}

    alone = compare_sessions(Clip(), sessions(), tmp_path / "alone", DROPS)
    with_it = {**sessions(), "b": ("two", Breaks(7, error))}
    report = compare_sessions(Clip(), dict(sorted(with_it.items())), tmp_path / "with", DROPS)

    assert said in report.failed["b"].reason
    assert any(note.startswith("Lane B was left out: ") and said in note for note in report.notes)
    assert "Lane B was left out" in report.html.read_text()
    assert list(report.metrics["lanes"]) == ["a", "c"]
    assert report.metrics["settings"]["failed"]["b"]["model"] == "two"
    rows = list(csv.DictReader(report.csv.read_text().splitlines()))
    assert {row["b_flicker"] for row in rows} == {""}
    for lane, numbers in report.metrics["lanes"].items():
        expected = alone.metrics["lanes"][lane]
        assert {**numbers, "fps": 0} == {**expected, "fps": 0}
    assert report.sentences[0].startswith("C flickers")


def test_the_last_lane_that_fails_ends_it_with_the_report_so_far(tmp_path: Path) -> None:
    sessions = {"a": ("one", Breaks(3)), "b": ("two", Breaks(6))}
    with pytest.raises(UserError, match=r"Out of luck\. The report in .* covers the 6 frames"):
        compare_sessions(Clip(), sessions, tmp_path, DROPS)
    assert list(json.loads((tmp_path / "metrics.json").read_text())["lanes"]) == ["b"]


def _open(by_name: dict[str, Callable[[], Session]]) -> Callable[..., Session]:
    def open_session(model: str, options: EstimatorOptions) -> Session:
        del options
        return by_name[model]()

    return open_session


def _refuse() -> Session:
    raise CheckpointError("It is not downloaded.")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_run, "open_source", lambda *_, **__: Clip())
    known = {ONE: Planted, TWO: lambda: _flickers(1.0), GONE: _refuse}
    monkeypatch.setattr(report_run, "open_session", _open(known))


@pytest.mark.usefixtures("opened")
def test_a_model_that_cannot_be_opened_is_named_and_the_others_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(["compare", "clip", "--models", f"{ONE}, {GONE},{TWO}", "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert said.err.strip() == "Lane B was left out: It is not downloaded."
    assert "A flickers" in said.out and "report.html" in said.out
    assert list(json.loads((out / "metrics.json").read_text())["lanes"]) == ["a", "c"]


@pytest.mark.usefixtures("opened")
def test_models_that_all_fail_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not downloaded"):
        compare_models("clip", [GONE, GONE], tmp_path / "out", options=DROPS)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("opened")
def test_there_is_nothing_to_compare_in_off(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="off"):
        compare_models("clip", [ONE, "off"], tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--models", "flashdepth-lite"], "2 to 8"),
        (["--models", ",".join(["flashdepth-lite"] * 9)], "2 to 8"),
        (["--models", "flashdepth-lite,"], "2 to 8"),
        (["--models", f"flashdepth-lite,{'x' * 301}"], "at most 300"),
        (["--models", "flashdepth-lite,off", "--a", "off"], "not with both"),
        (["--models", "flashdepth-lite,flashdepth-lit"], "did you mean"),
    ],
)
def test_unusable_names_are_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    argv = ["compare", "synthetic", "--out", str(tmp_path / "out"), "--source-size", "64x48"]
    try:
        code = run([*argv, *arguments])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert said in capsys.readouterr().err

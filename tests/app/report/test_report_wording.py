"""What the report says and draws where there is little, or nothing, to compare."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from app.core.source import Ended, Reading, SourceInfo
from app.report import CompareOptions, Report, compare, compare_sessions
from app.report.charts import Curve, coinciding
from models.estimator import BlockingSession, FrameMemo, Prediction, Session
from models.frames import Frame, GroundTruth, Unit
from models.registry import GROUND_TRUTH

WIDTH, HEIGHT = 64, 48
RNG = np.random.default_rng(3)
PICTURE = RNG.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
OTHER = RNG.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
DISPARITY = np.linspace(0.2, 1.0, WIDTH * HEIGHT, dtype=np.float32).reshape(HEIGHT, WIDTH)


class Still:
    """A clip in which nothing moves; with `cuts`, every frame is another shot."""

    def __init__(self, frames: int, *, truth: bool = True, cuts: bool = False) -> None:
        self.info = SourceInfo("still", "A still", False, (WIDTH, HEIGHT), 25.0, frames)
        self._truth, self._cuts, self._next = truth, cuts, 0

    def read(self, timeout_s: float) -> Reading:
        del timeout_s
        n, self._next = self._next, self._next + 1
        if n >= (self.info.frame_count or 0):
            return Ended()
        known = GroundTruth(DISPARITY) if self._truth else None
        picture = OTHER if self._cuts and n % 2 else PICTURE
        return Frame(picture, n, n if self._cuts else 0, 0, n / 25, truth=known)

    def seek(self, index: int) -> None:
        self._next = index

    def close(self) -> None: ...


class Wobbly(BlockingSession):
    """The truth with a wobble of `amplitude`, through a network of a known size."""

    def __init__(self, amplitude: float = 0.0) -> None:
        self._amplitude = amplitude

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        del memo
        seen = (DISPARITY * (1.0 + self._amplitude * (frame.index % 2))).astype(np.float32)
        return Prediction(seen, Unit.RELATIVE, frame.index, frame.size, (WIDTH, HEIGHT))

    def reset(self) -> None: ...
    def close(self) -> None: ...


def _compare(out: Path, source: Still, **lanes: tuple[str, Session]) -> Report:
    return compare_sessions(source, lanes, out, CompareOptions())


def _both(a: float, b: float, same: bool = False) -> dict[str, tuple[str, Session]]:
    return {"a": ("one", Wobbly(a)), "b": ("one" if same else "two", Wobbly(b))}


def test_the_truth_as_a_lane_is_a_yardstick_and_never_wins(tmp_path: Path) -> None:
    lanes = {"a": ("one", Wobbly(0.1)), "b": (GROUND_TRUTH, Wobbly())}
    report = _compare(tmp_path, Still(12), **lanes)
    page = report.html.read_text()

    assert report.sentences[0].startswith("B shows the ground truth")
    assert not any(sentence.startswith("B has a mean error") for sentence in report.sentences)
    assert any(sentence.startswith("A has a mean error of") for sentence in report.sentences)
    assert "class='best'" not in page
    assert "<th>Truth</th>" not in page  # that is what lane B's column is
    assert report.metrics["lanes"]["b"]["fps"] is None
    assert report.metrics["lanes"]["a"]["fps"] > 0


def test_a_lane_is_measured_alone_where_the_other_one_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.report.run.open_source", lambda *_, **__: Still(4))
    report = compare("still", "off", GROUND_TRUTH, tmp_path)

    assert list(report.metrics["lanes"]) == ["b"]
    assert json.loads(report.json.read_text()) == report.metrics
    rows = list(csv.DictReader(report.csv.read_text().splitlines()))
    assert len(rows) == 4
    assert {row["a_flicker"] for row in rows} == {""}
    assert "chip a" not in report.html.read_text()


def test_one_model_alone_is_told_by_its_own_numbers(tmp_path: Path) -> None:
    report = _compare(tmp_path, Still(12, truth=False), b=("one", Wobbly(0.1)))

    assert report.sentences[0].startswith("B flickers with an OPW of")
    assert report.sentences[1].endswith("nothing here says how accurate B is.")


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_very_short_clip_says_what_it_cannot_tell(tmp_path: Path, frames: int) -> None:
    report = _compare(tmp_path, Still(frames, truth=False), **_both(0.0, 0.1))
    page = report.html.read_text()

    counted = "1 frame of" if frames == 1 else f"{frames} frames of"
    assert counted in page
    assert ("A single frame has no flicker" in page) == (frames == 1)
    assert ("too few to be reliable" in page) == (frames > 1)
    assert "stood still in 0 %" not in page
    assert not any("faster" in sentence for sentence in report.sentences)


def test_a_clip_of_cuts_alone_has_no_flicker_and_says_why(tmp_path: Path) -> None:
    report = _compare(tmp_path, Still(6, cuts=True), **_both(0.0, 0.1))
    page = report.html.read_text()

    assert report.sentences[0].startswith("Every frame starts a new shot")
    assert "Not plotted because too few frames could be compared: flicker per frame pair" in page
    assert "AbsRel per frame" in page  # what needs no neighbour is still drawn


def test_the_same_model_on_both_lanes_has_no_winner_in_speed(tmp_path: Path) -> None:
    report = _compare(tmp_path, Still(16), **_both(0.1, 0.1, same=True))
    page = report.html.read_text()

    assert "Both lanes run the same model" in page
    assert not any("faster" in sentence for sentence in report.sentences)
    assert "B overlaps A" in page
    assert 'class="curve b over"' in page


def test_curves_that_cannot_be_told_apart_are_named() -> None:
    low = Curve("A", "a", [0.0, float("nan"), 1.0])
    near = Curve("B", "b", [0.001, 5.0, 1.001])
    assert coinciding([low, Curve("B", "b", [0.0, 0.5, 0.9])]) == []
    assert coinciding([low, Curve("B", "b", [float("nan")] * 3)]) == []
    assert coinciding([low, near]) == [("B", "A")]

"""The numbers of a report on a clip with planted flicker."""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from app.report import CompareOptions, Report, compare_sessions
from tests.support.planted_clip import (
    AMPLITUDE,
    DISPARITY,
    HEIGHT,
    STEP,
    WIDTH,
    Clip,
    Planted,
    compare_planted,
    in_patch,
)


def rows_of(report: Report) -> list[dict[str, str]]:
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
    seen = np.stack([DISPARITY[:, n * STEP : n * STEP + WIDTH] + in_patch(n) for n in range(16)])
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
        return in_patch(n) / 5

    def weakest(n: int) -> np.ndarray:
        return in_patch(n) / 10

    sessions = {"a": ("weaker", Planted(weaker)), "b": ("weakest", Planted(weakest))}
    lanes = compare_sessions(Clip(), sessions, tmp_path, CompareOptions()).metrics["lanes"]

    assert lanes["a"]["flicker_opw"] == pytest.approx(2 * lanes["b"]["flicker_opw"], rel=0.1)


def test_the_frames_that_flicker_are_the_worst_in_the_table_of_frames(tmp_path: Path) -> None:
    def once(n: int) -> np.ndarray | float:
        return in_patch(1) if n == 9 else 0.0

    sessions = {"a": ("steady", Planted()), "b": ("once", Planted(once))}
    report = compare_sessions(Clip(), sessions, tmp_path, CompareOptions())
    flicker = [float(row["b_flicker"] or "nan") for row in rows_of(report)]

    assert set(np.argsort(np.nan_to_num(flicker))[-2:]) == {9, 10}
    assert math.isnan(flicker[0])
    assert max(flicker[1:9]) < 0.05 * flicker[9]
    assert re.search(r"frame (9|10)<", report.html.read_text())


def test_the_table_of_frames_has_a_row_per_frame(report: Report) -> None:
    rows = rows_of(report)

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
    rows = rows_of(report)

    assert report.metrics["cuts"] == [28]
    assert (a.resets, b.resets) == (1, 1)
    assert [row["cut"] for row in rows].count("1") == 1
    assert rows[8]["a_flicker"] == rows[8]["a_scale"] == rows[8]["a_tae"] == ""
    assert report.metrics["lanes"]["a"]["flicker_opw"] < 0.02
    assert "1 cut at frame 28" in report.html.read_text()


def test_without_truth_nothing_is_said_of_accuracy(tmp_path: Path) -> None:
    report = compare_planted(tmp_path, Clip(truth=False))
    page = report.html.read_text()

    for lane in report.metrics["lanes"].values():
        assert lane["accuracy"] is None
        assert isinstance(lane["scale_drift"], float)
    assert "no ground truth, so nothing here says which lane is more accurate" in page
    assert "AbsRel</th>" not in page
    assert report.metrics["settings"]["scale_drift_against"] == "previous frame"
    assert report.metrics["settings"]["flow"] == "DIS medium"


def test_a_single_frame_gives_a_report_without_temporal_numbers(tmp_path: Path) -> None:
    report = compare_planted(tmp_path, Clip(1))

    assert report.metrics["lanes"]["a"]["flicker_opw"] is None
    assert (
        report.sentences[0]
        == "A single frame has no flicker: nothing here says anything about time."
    )

"""The table of metrics: what stands in it reaches the page and both files of numbers."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from app.report import comparison, findings, page
from app.report.metric import ReportMetric
from app.report.metric_table import METRICS
from app.report.run import compare_sessions
from app.sources.synthetic import SyntheticSource
from models.frames import Float32, Frame
from tests.support.fakes import CountingSession


class _Lightness:
    """The mean of a frame's picture, and of the clip."""

    def __init__(self) -> None:
        self._seen: list[float] = []

    def add(self, frame: Frame, disparity: Float32, cut: bool) -> float:
        assert disparity.shape == frame.rgb.shape[:2]
        self._seen.append(float(frame.rgb.mean()))
        return self._seen[-1]

    @property
    def value(self) -> float:
        return float(np.mean(self._seen))


def test_keys_and_titles_are_there_once() -> None:
    assert len({metric.key for metric in METRICS}) == len(METRICS)
    assert len({metric.title for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert (metric.meter is None) != (metric.read is None)


def test_a_metric_of_the_table_is_a_row_a_key_a_column_and_a_chart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = ReportMetric("lightness", "Lightness", "higher", _Lightness, chart="Light by frame")
    for module in (comparison, findings, page):
        monkeypatch.setattr(module, "METRICS", (*METRICS, mine))
    monkeypatch.setattr(findings, "CHARTED", (mine,))
    monkeypatch.setattr(page, "_CHARTS", (("Light by frame", "lightness", True, None, False),))
    source = SyntheticSource(3, (64, 48))
    sessions = {"a": ("one", CountingSession()), "b": ("two", CountingSession())}
    options = dataclasses.replace(comparison.CompareOptions(), max_frames=3)
    report = compare_sessions(source, sessions, tmp_path, options=options)
    told = json.loads(report.json.read_text())["lanes"]["a"]
    rows = list(csv.DictReader(report.csv.read_text().splitlines()))
    by_frame = [float(row["a_lightness"]) for row in rows]
    assert told["lightness"] == pytest.approx(np.mean(by_frame), rel=1e-4)
    assert "<th>Lightness</th>" in report.html.read_text()
    assert "Light by frame" in report.html.read_text()

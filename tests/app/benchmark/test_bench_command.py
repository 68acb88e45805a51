"""`bench` measures what it says it measures. The figures themselves are nobody's test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.benchmark.preloaded import ToAndFro, preload
from app.benchmark.statistics import spread
from app.benchmark.views import PINS, VIEWS, analysis_figures, with_views
from app.benchmark.windowed import measure_window
from app.cli import run
from app.settings import Settings
from app.sources.opening import open_source
from app.translate import pipeline_config
from tests.support.fakes import ScriptedSource


def test_frames_go_to_and_fro_without_a_break() -> None:
    order = ToAndFro(preload(ScriptedSource(3)))
    shown = [order.next() for _ in range(7)]
    greys = [int(frame.rgb[0, 0, 0]) // 7 for frame in shown]
    assert greys == [0, 1, 2, 1, 0, 1, 2]
    assert [frame.index for frame in shown] == list(range(7))
    assert {frame.segment for frame in shown} == {0}


def test_a_spread_is_the_median_and_the_slow_end() -> None:
    found = spread([float(value) for value in range(1, 102)])
    assert found == {"p50": pytest.approx(51.0), "p95": pytest.approx(96.0)}
    assert spread([]) == {"p50": None, "p95": None}


def test_without_a_window_the_engine_is_held_against_the_bare_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bench.json"
    argv = [
        "bench", "--no-window", "--seconds", "1", "--json", str(out), "--source-size", "64x48",
        "--input-size", "64", "--threads", "1",
    ]  # fmt: skip
    assert run(argv) == 0
    figures = json.loads(out.read_text())
    assert figures["fps"] > 0
    assert figures["bare_model_fps"] > 0
    assert {"wait", "net", "display"} <= set(figures["stages_ms"])
    assert "cpu" in figures["environment"]
    assert run([*argv, "--compare", str(out)]) == 0
    assert "of before" in capsys.readouterr().out


@pytest.mark.gl
def test_with_a_window_the_gui_thread_is_timed_per_shown_frame(
    qtbot: QtBot, tmp_path: Path
) -> None:
    frames = preload(ScriptedSource(8))
    settings = Settings(
        pacing="every-frame", hint_seen=True, input_size=64, threads=1, model_b="off"
    )
    figures = measure_window(frames, settings, 1.0, (640, 480), tmp_path)
    assert figures["shown_fps"] > 0
    spent = figures["gui_thread_ms"]
    assert isinstance(spent, dict)
    assert 0 < spent["p50"] <= spent["p95"]


@pytest.mark.gl
def test_views_that_are_on_are_worked_out_and_views_that_are_off_are_not(
    qtbot: QtBot, tmp_path: Path
) -> None:
    frames = preload(ScriptedSource(8))
    plain = Settings(pacing="every-frame", hint_seen=True, input_size=64, threads=1, model_b="off")
    spent = {}
    for views in ("none", "all"):
        settings = with_views(plain, views)
        pins = PINS if views == "all" else ()
        found = measure_window(frames, settings, 1.0, (640, 480), tmp_path / views, pins)
        spent[views] = found["analysis_ms"]
    assert spent["none"] == {"p50": None, "p95": None}
    assert isinstance(spent["all"], dict)
    assert spent["all"]["p50"] > 0


def test_each_view_of_the_bench_is_one_that_the_command_offers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        run(["bench", "--help"])
    assert "{" + ",".join(VIEWS) + "}" in capsys.readouterr().out


def test_every_view_is_timed_by_itself_and_nothing_costs_next_to_nothing() -> None:
    settings = Settings(model_a="ground-truth", model_b="off")
    frames = preload(open_source("synthetic", (96, 64)), 4)
    figures = analysis_figures(frames, pipeline_config(settings))
    assert set(figures) == {
        f"analysis_{name}_ms"
        for name in ("difference", "flicker", "xt", "edges", "pins", "all", "none")
    }
    assert figures["analysis_none_ms"] < figures["analysis_all_ms"]

"""`bench` measures what it says it measures. The figures themselves are nobody's test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.benchmark.gui_clock import GuiClock
from app.benchmark.preloaded import ToAndFro, preload, preloaded
from app.benchmark.statistics import spread
from app.benchmark.views import PINS, analysis_figures, with_views
from app.benchmark.windowed import ShownFrames, measure_window
from app.cli import run
from app.commands import bench_job as bench
from app.core.results import FrameResult
from app.settings.settings import Settings
from app.sources.opening import open_source
from app.system import startup
from app.ui.resolve import pipeline_config
from app.views.table import KEYS, every_view
from tests.support.fakes import ScriptedSource, make_frame
from widgets.image_pane import ImagePane
from widgets.linked_view import LinkedView


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
    assert figures["input_size"] == 64
    assert {"wait", "net", "display"} <= set(figures["stages_ms"])
    assert "cpu" in figures["environment"]
    for key in (
        "shown_fps", "gui_thread_ms", "latency_ms", "cloud_upload_ms", "cloud_markers_ms",
        "startup_s", "startup_stages_s", "dropped",
    ):  # fmt: skip
        assert figures[key] is None, key
    assert run([*argv, "--compare", str(out)]) == 0
    assert "compared with before" in capsys.readouterr().out


def test_whole_numbers_are_printed_and_compared_like_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = {"fps": 2.0, "bare_model_fps": 4.0, "dropped": 3, "shown_fps": None, "a": "x"}
    bench._print(figures, {"dropped": 6})
    bench._print(figures, {"dropped": 0})
    said = [line.split() for line in capsys.readouterr().out.splitlines() if "dropped" in line]
    assert said[0][:3] == ["dropped", "3", "x0.500"] and said[0][-3:] == ["lower", "is", "better"]
    assert said[1][1:3] == ["3", "+3"]


@pytest.mark.gl
def test_with_a_window_the_gui_thread_is_timed_per_shown_frame(
    qtbot: QtBot, tmp_path: Path
) -> None:
    frames = preload(ScriptedSource(8))
    settings = Settings(
        pacing="every-frame", hint_seen=True, input_size=64, threads=1, model_b="off"
    )
    figures = measure_window(preloaded(frames), settings, 1.0, (640, 480), tmp_path)
    assert figures["shown_fps"] > 0
    spent, gl = figures["gui_thread_ms"], figures["gui_gl_ms"]
    assert isinstance(spent, dict) and isinstance(gl, dict)
    assert 0 < spent["p50"] <= spent["p95"]
    assert gl["p95"] > 0, "the cloud was drawn"
    assert figures["dropped"] == 0
    assert figures["input_size"] == 64 and figures["source_size"] == [16, 12]


def test_what_only_a_window_has_is_not_measured_without_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for option in ("--live", "--startup"):
        assert run(["bench", "--no-window", option]) == 2
        assert "leave out --no-window" in capsys.readouterr().err


@pytest.mark.gl
def test_a_live_bench_plays_the_source_at_its_own_pace(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "live.json"
    argv = [
        "bench", "--live", "--seconds", "1", "--json", str(out), "--window-size", "640x480",
        "--source", "synthetic:1", "--source-size", "64x48", "--a", "ground-truth", "--b", "off",
    ]  # fmt: skip
    assert run(argv) == 0
    figures = json.loads(out.read_text())
    assert figures["live"] and figures["fps"] == figures["window_fps"] > 0
    assert figures["latency_ms"]["p50"] > 0
    assert "bare_model_fps" not in figures and figures["startup_s"] is None


class _Ticking:
    """perf_counter_ns that tells what a test has spent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_ns = 0
        monkeypatch.setattr("app.benchmark.gui_clock.time.perf_counter_ns", lambda: self.now_ns)

    def spend(self, milliseconds: int) -> None:
        self.now_ns += 1_000_000 * milliseconds


def test_what_opengl_takes_within_our_code_counts_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking, clock = _Ticking(monkeypatch), GuiClock()
    draw_points = clock.timed(lambda: ticking.spend(100), is_ours=False)

    def paint() -> None:
        ticking.spend(1)
        draw_points()
        ticking.spend(2)

    painting = clock.timed(paint)

    def read_back() -> None:
        ticking.spend(10)
        painting()
        ticking.spend(20)

    grab = clock.timed(read_back, is_ours=False)

    def slot() -> None:
        ticking.spend(4)
        grab()

    clock.timed(slot)()
    ticking.spend(1000)  # the idle loop
    clock.lap()
    draw_points()  # by nobody of ours
    clock.lap()
    assert clock.per_frame_ms == [7.0, 0.0]
    assert clock.gl_per_frame_ms == [130.0, 0.0]


def test_painting_is_timed_while_the_clock_is_installed_and_not_after(qtbot: QtBot) -> None:
    pane, clock = ImagePane("Picture", LinkedView()), GuiClock()
    qtbot.addWidget(pane)
    pane.resize(64, 48)
    with clock.installed():
        pane.grab()
        clock.lap()
    pane.grab()
    clock.lap()
    assert clock.per_frame_ms[0] > 0 and clock.per_frame_ms[1] == 0


def test_a_frame_counts_as_shown_when_it_is_painted_and_not_before(qtbot: QtBot) -> None:
    pane, shown = ImagePane("Picture", LinkedView()), ShownFrames()
    qtbot.addWidget(pane)
    pane.resize(64, 48)

    def hand_over(index: int) -> None:
        frame = make_frame(index)
        shown.put(FrameResult(frame, {}, {}, {}, frame.captured_ns))
        pane.show_rgb(frame.rgb)

    with shown.watching():
        hand_over(0)  # and the next before anything is painted
        hand_over(1)
        pane.grab()
        pane.grab()
        assert shown.latency_ms == []
        hand_over(2)
    assert len(shown.latency_ms) == 1 and shown.latency_ms[0] > 0
    shown.put(None)
    assert len(shown.latency_ms) == 1


def test_the_stages_of_the_start_are_read_from_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    for stage in startup.STAGES:
        startup.reached(stage)
    startup.reached("models")  # another one, chosen later
    stages = startup.read(caplog.text)
    assert tuple(stages) == startup.STAGES
    assert 0 < stages["imports"] <= stages["first_depth"]
    with pytest.raises(ValueError, match="not a startup stage"):
        startup.reached("lunch")


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
        found = measure_window(preloaded(frames), settings, 1.0, (640, 480), tmp_path / views, pins)
        spent[views] = found["analysis_ms"]
    assert spent["none"] == {"p50": None, "p95": None}
    assert isinstance(spent["all"], dict)
    assert spent["all"]["p50"] > 0


def test_each_view_of_the_bench_is_one_that_the_command_offers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        run(["bench", "--help"])
    assert "{none," + ",".join(KEYS[1:]) + ",all}" in capsys.readouterr().out


def test_every_view_is_timed_by_itself_and_nothing_costs_next_to_nothing() -> None:
    settings = Settings(model_a="ground-truth", model_b="off")
    frames = preload(open_source("synthetic", (96, 64)), 4)
    figures = analysis_figures(frames, pipeline_config(settings))
    views = {view.key for view in every_view() if not view.needs(settings).nothing}
    assert {"difference", "flicker", "xt"} <= views
    assert set(figures) == {
        f"analysis_{name}_ms" for name in (*views, "edges", "pins", "all", "none")
    }
    assert figures["analysis_none_ms"] < figures["analysis_all_ms"]

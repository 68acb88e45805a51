"""Flicker planted in a rendered clip: every view shows it where and when it is, and nowhere else.

Lane A shows the clip's exact disparity, lane B the same with one patch raised in one frame.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, QPointF, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.analysis.analyzer import Analyzer
from app.core.results import Breaks, FrameResult, LaneResult
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.comparison import ComparisonViews
from app.ui.features.charts import ChartsController
from app.ui.resolve import analysis_request
from app.views.table import find
from models.frames import DepthMap, Float32, Frame, Unit
from models.geometry import Calibration
from models.scenes import Renderer, random_scene
from renderers import colormap
from renderers.levels import quantise
from tests.support.display import FakeDisplay
from tests.support.pixels import grabbed
from tests.support.windows import stage_in_window
from widgets import theme
from widgets.charts import TimeChart
from widgets.depth_pane import ScaledPane
from widgets.image_pane import ImagePane
from widgets.stage import Stage

WIDTH, HEIGHT, FRAMES, AT = 240, 180, 12, 8
TOP, BOTTOM, LEFT, RIGHT = 70, 120, 60, 140
RIM = 6  # pixels about the patch's outline that are neither inside nor outside
INSIDE = np.s_[TOP + RIM : BOTTOM - RIM, LEFT + RIM : RIGHT - RIM]
ROW = (TOP + BOTTOM) // 2
Pixels = NDArray[np.uint8]


@cache
def clip() -> tuple[tuple[NDArray[np.uint8], Float32], ...]:
    """(picture, disparity in 1/m) per frame, in slow motion."""
    renderer, scene = Renderer(WIDTH, HEIGHT, threads=1), random_scene(3, "room")
    shots = (renderer.render(scene, n / 400) for n in range(FRAMES))
    return tuple((shot.rgb, shot.disparity.copy()) for shot in shots)


@cache
def deviation() -> float:
    """Mean absolute deviation of lane A over the clip, the unit of flicker."""
    seen = np.stack([disparity for _, disparity in clip()])
    return float(np.mean(np.abs(seen - np.median(seen))))


def results(settings: Settings, amplitude: float, pins: tuple = ()) -> list[FrameResult]:
    """What the window would be given, frame by frame; `amplitude` in deviations."""
    analyzer, found = Analyzer(), []
    limits = (0.0, float(max(d.max() for _, d in clip())) + amplitude * deviation())
    for n, (rgb, disparity) in enumerate(clip()):
        raised = disparity.copy()
        if n == AT:
            raised[TOP:BOTTOM, LEFT:RIGHT] += amplitude * deviation()
        frame = Frame(rgb, n, 0, 0, n / 25)
        lanes = {
            name: LaneResult(
                "ground-truth", DepthMap(seen, Unit.INVERSE_METRE, n), quantise(seen, limits),
                limits, 1.0, n == 0,
            )
            for name, seen in (("a", disparity), ("b", raised))
        }  # fmt: skip
        analysis = analyzer.analyze(frame, lanes, analysis_request(settings, pins))
        found.append(FrameResult(frame, lanes, analysis=analysis))
    return found


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    with stage_in_window(qtbot, (1200, 900)) as made:
        yield made


def show(stage: Stage, settings: Settings, result: FrameResult) -> None:
    views = ComparisonViews(stage)
    stage.set_layout(find(settings.view).layout)
    stage.rgb.show_rgb(result.frame.rgb)
    views.apply(settings, np.ascontiguousarray(colormap.table("grey")))
    views.show(result)
    for pane in (stage.pane("slice_a"), stage.pane("slice_b")):
        pane.set_row_marks(())  # words lie over the picture


def seen(pane: ImagePane, height: int = HEIGHT) -> Pixels:
    """What the pane draws of each picture pixel, without chip and scale: (height, WIDTH, 3)."""
    if isinstance(pane, ScaledPane):
        pane.set_scale(None)
    pane.chip.hide()
    drawn = grabbed(pane)
    corner, far = (pane.to_screen(QPointF(*at)) for at in ((0, 0), (WIDTH, height)))
    rows = corner.y() + (np.arange(height) + 0.5) / height * (far.y() - corner.y())
    columns = corner.x() + (np.arange(WIDTH) + 0.5) / WIDTH * (far.x() - corner.x())
    return drawn[np.ix_(rows.astype(int), columns.astype(int))]


def colour(picture: Pixels) -> NDArray[np.int64]:
    """How far from grey each pixel is, 0–255."""
    return np.ptp(picture.astype(int), axis=2)


def outside() -> NDArray[np.bool_]:
    """(HEIGHT, WIDTH), True well away from the patch and from the picture's border."""
    away = np.ones((HEIGHT, WIDTH), bool)
    away[TOP - 2 * RIM : BOTTOM + 2 * RIM, LEFT - 2 * RIM : RIGHT + 2 * RIM] = False
    away[:4] = away[-4:] = False
    away[:, :4] = away[:, -4:] = False
    return away


def test_the_difference_is_coloured_in_the_patch_alone(stage: Stage) -> None:
    settings = Settings(view="difference", difference_alignment="none")
    shown = results(settings, 1.0)
    show(stage, settings, shown[AT])
    picture = seen(stage.pane("difference"))
    assert np.median(colour(picture[INSIDE])) > 60
    assert np.percentile(colour(picture)[outside()], 99) < 15
    show(stage, settings, shown[AT + 1])
    assert np.percentile(colour(seen(stage.pane("difference"))), 99) < 15


def test_the_heat_map_glows_in_the_patch_of_the_lane_that_flickers(stage: Stage) -> None:
    settings = Settings(view="flicker", flicker_window=1)
    shown = results(settings, 0.2)  # orange; the hottest yellow is pale
    show(stage, settings, shown[AT])
    a, b = colour(seen(stage.pane("flicker_a"))), colour(seen(stage.pane("flicker_b")))
    assert np.median(b[INSIDE]) > np.median(a[INSIDE]) + 80
    assert np.median(b[outside()]) <= np.median(a[outside()]) + 5


@pytest.mark.parametrize("amplitude", [0.05, 0.2, 0.8])
def test_the_heat_is_the_amplitude_that_was_planted(amplitude: float) -> None:
    settings = Settings(view="flicker", flicker_window=1)
    analysis = results(settings, amplitude)[AT].analysis
    assert analysis is not None
    assert analysis.flicker is not None
    heat = analysis.flicker.lanes["b"].heat
    share = len(heat) / HEIGHT
    rows, columns = (
        slice(round((low + RIM) * share), round((high - RIM) * share))
        for low, high in ((TOP, BOTTOM), (LEFT, RIGHT))
    )
    # The patch adds to lane B's own spread and the true disparity moves a little.
    assert np.nanmedian(heat[rows, columns]) == pytest.approx(amplitude, rel=0.15)


def test_the_xt_slice_is_torn_at_the_frame_and_in_the_columns_of_the_patch(stage: Stage) -> None:
    settings = Settings(view="xt", scan_line=ROW / (HEIGHT - 1), panes=("rgb", "depth_a"))
    last = results(settings, 1.0)[-1]
    assert last.analysis is not None
    assert last.analysis.slice_frames == {"a": FRAMES, "b": FRAMES}
    show(stage, settings, last)
    high = len(last.analysis.slices["b"])
    each = high // last.analysis.slice_window
    a, b = (
        seen(pane, high).astype(int)[..., 0]
        for pane in (stage.pane("slice_a"), stage.pane("slice_b"))
    )

    def line(picture: NDArray[np.int64], n: int) -> NDArray[np.int64]:
        return picture[high - (FRAMES - n) * each + each // 2]

    torn = np.abs(line(b, AT) - line(b, AT - 1))
    assert torn[LEFT + RIM : RIGHT - RIM].min() > 10
    assert np.percentile(torn[: LEFT - RIM], 90) <= 2
    assert np.median(np.abs(line(b, AT - 1) - line(b, AT - 2))) <= 2
    assert np.median(np.abs(line(a, AT) - line(a, AT - 1))) <= 2


def test_edges_appear_along_the_outline_of_the_patch(stage: Stage) -> None:
    settings = Settings(edges=True, cloud_lane="b")
    shown = results(settings, 3.0)
    drawn = []
    for n in (AT - 1, AT):
        show(stage, settings, shown[n])
        drawn.append(seen(stage.rgb).astype(int))
    changed = np.abs(drawn[1] - drawn[0]).max(axis=2) > 40
    outline = [
        changed[TOP + RIM : BOTTOM - RIM, at - 2 : at + 2].any(axis=1) for at in (LEFT, RIGHT)
    ]
    # Where what borders on the patch is about as near as the raised patch, there is no jump.
    assert np.mean(outline) > 0.7
    assert changed[INSIDE].mean() < 0.12  # raised as a whole, it only loses edges of its own
    assert changed[outside()].mean() < 0.02


class Pins(QObject):
    """What the charts ask of the controller."""

    pins_changed = pyqtSignal()
    pins = (((LEFT + RIGHT) / 2 / WIDTH, ROW / HEIGHT), (0.9, 0.1))


@pytest.fixture
def charts(qtbot: QtBot) -> ChartsController:
    holder = QWidget()
    qtbot.addWidget(holder)
    QVBoxLayout(holder)
    holder.resize(1500, 160)
    model, display = SettingsModel(Settings(charts=True)), FakeDisplay()
    controller = ChartsController(holder, model, Pins(), display, holder)  # type: ignore[arg-type]
    controller.start()
    holder.show()
    qtbot.waitExposed(holder)
    return controller


def curve(chart: TimeChart, key: str) -> NDArray[np.float64]:
    chart.refresh()
    return chart.drawn(key)


def test_the_chart_of_flicker_peaks_at_the_frame_by_the_share_of_the_patch(
    charts: ChartsController,
) -> None:
    amplitude = 0.5
    for result in results(Settings(charts=True), amplitude, Pins.pins):
        charts.show(result)
    flicker = charts.charts["flicker"]
    share = (BOTTOM - TOP) * (RIGHT - LEFT) / (WIDTH * HEIGHT)
    a, b = curve(flicker, "a"), curve(flicker, "b")
    assert b[AT] - a[AT] == pytest.approx(amplitude * share, rel=0.2)
    assert b[AT + 1] - a[AT + 1] == pytest.approx(amplitude * share, rel=0.2)
    others = np.delete(b - a, [0, AT, AT + 1])
    assert np.abs(others).max() < 0.1 * (b[AT] - a[AT])
    picture = grabbed(flicker)[40:].astype(int)
    lane_b = np.array([int(theme.COLOURS.lane_b[at : at + 2], 16) for at in (1, 3, 5)])
    rows, _ = np.nonzero(np.abs(picture - lane_b).max(axis=2) < 40)
    assert rows.min() < 0.35 * len(picture)  # the peak is drawn, and drawn high


def test_marks_outlive_the_results_they_came_with(charts: ChartsController) -> None:
    counted = [Breaks()] * 3 + [Breaks(0, 1)] * 3 + [Breaks(1, 1)] * 6
    frames = results(Settings(charts=True), 0.0, Pins.pins)
    for n, (result, breaks) in enumerate(zip(frames, counted, strict=True)):
        if n not in (3, 6):  # those that broke were dropped
            charts.show(dataclasses.replace(result, breaks=breaks))
    for chart in charts.charts.values():
        assert list(chart.marks) == [(4, "reset"), (7, "cut")]


def test_a_pinned_point_jumps_by_the_amplitude_where_it_flickers_alone(
    charts: ChartsController,
) -> None:
    amplitude = 0.5
    for result in results(Settings(charts=True), amplitude, Pins.pins):
        charts.show(result)
    pins = charts.charts["pins"]
    jump = curve(pins, "b1") - curve(pins, "a1")
    assert jump[AT] == pytest.approx(amplitude * deviation(), rel=1e-3)
    assert np.abs(np.delete(jump, AT)).max() == 0.0
    assert np.abs(curve(pins, "b2") - curve(pins, "a2")).max() == 0.0


def test_a_chart_of_a_lane_without_neighbouring_frames_is_not_blank(
    charts: ChartsController,
) -> None:
    for n, result in enumerate(results(Settings(charts=True), 0.5, Pins.pins)):
        fresh = {
            name: dataclasses.replace(lane, fresh=n % 2 == 0) for name, lane in result.lanes.items()
        }
        analysis = result.analysis
        assert analysis is not None
        assert analysis.flicker is not None
        if n % 2 == 0:
            lanes = {
                name: dataclasses.replace(lane, flicker=math.nan, missing="memory reset")
                for name, lane in analysis.flicker.lanes.items()
            }
            flicker = dataclasses.replace(analysis.flicker, lanes=lanes)
            analysis = dataclasses.replace(analysis, flicker=flicker)
        charts.show(dataclasses.replace(result, lanes=fresh, analysis=analysis))
    chart = charts.charts["flicker"]
    chart.refresh()
    assert len(chart.drawn_alone("a")) == 6
    assert np.isfinite(chart.drawn_alone("a")).all()


def test_pins_of_a_calibrated_lane_are_in_metres_and_the_other_says_why_it_is_not(
    charts: ChartsController,
) -> None:
    first = results(Settings(charts=True), 0.5, Pins.pins)[0]
    known = Calibration(0.0, 0.5)
    lanes = {
        "a": dataclasses.replace(first.lanes["a"], calibration=known),
        "b": dataclasses.replace(
            first.lanes["b"],
            depth=dataclasses.replace(first.lanes["b"].depth, unit=Unit.RELATIVE),
        ),
    }
    charts.show(dataclasses.replace(first, lanes=lanes))
    pins = charts.charts["pins"]
    pins.refresh()
    assert pins.unit == "m, calibrated"
    assert first.analysis is not None
    assert pins.latest()["a1"] == pytest.approx(2 / first.analysis.pins["a"][0])
    assert math.isnan(pins.latest()["b1"])
    assert pins.why_missing == "B1, B2: relative, other network"


def test_a_point_pinned_while_paused_has_its_value_at_once(charts: ChartsController) -> None:
    still = results(Settings(charts=True), 0.5)[AT]
    charts.show(still)
    analysis = Analyzer().analyze(
        still.frame, still.lanes, analysis_request(Settings(charts=True), Pins.pins)
    )
    for _ in range(2):
        charts.show(dataclasses.replace(still, analysis=analysis))
    pins = charts.charts["pins"]
    assert len(curve(pins, "a1")) == 1
    jump = pins.latest()["b1"] - pins.latest()["a1"]
    assert jump == pytest.approx(0.5 * deviation(), rel=1e-3)


def test_views_that_come_on_while_paused_show_the_frame_that_is_there(stage: Stage) -> None:
    analyzer, still = Analyzer(), results(Settings(), 1.0)[AT]
    for view in ("flicker", "xt", "difference"):
        settings = Settings(view=view)
        found = analyzer.analyze(still.frame, still.lanes, analysis_request(settings))
        show(stage, settings, dataclasses.replace(still, analysis=found))
        pane = stage.pane(find(view).layout.panes[-1].name)
        assert grabbed(pane)[60:].std() > 8
    assert stage.pane("flicker_b").header().caption.startswith("needs a second frame")
    assert stage.pane("slice_b").header().caption.endswith("1 of 240")


def test_a_view_that_fails_says_so_and_the_others_go_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the flow is dry")

    monkeypatch.setattr("app.analysis.flicker.FlickerMeter.reduced", broken)
    settings = Settings(view="flicker", edges=True)
    result = results(settings, 1.0)[AT]
    assert result.analysis is not None
    sentence = "Flicker could not be computed (the flow is dry); the lanes keep running."
    assert result.analysis.failures == {"Flicker": sentence}
    assert result.analysis.edges is not None
    show(stage, settings, result)
    assert stage.pane("flicker_a").placeholder == sentence


def test_a_moved_scan_line_shows_the_last_frames_along_its_new_row() -> None:
    moved, there = Analyzer(), Analyzer()
    low, high = (analysis_request(Settings(view="xt", scan_line=row)) for row in (0.2, 0.7))
    frames = results(Settings(), 0.0)
    for result in frames:
        moved.analyze(result.frame, result.lanes, low)
        expected = there.analyze(result.frame, result.lanes, high)
    found = moved.analyze(frames[-1].frame, frames[-1].lanes, high)
    assert found is not None and expected is not None
    assert found.slice_frames == expected.slice_frames == {"a": FRAMES, "b": FRAMES}
    np.testing.assert_array_equal(found.slices["a"], expected.slices["a"])


def test_a_break_is_drawn_across_the_slice_at_its_line(stage: Stage) -> None:
    settings = Settings(view="xt", panes=("rgb", "depth_a"))
    result = results(settings, 0.0)[-1]
    assert result.analysis is not None
    whole = dataclasses.replace(
        result,
        analysis=dataclasses.replace(result.analysis, slice_breaks={"a": ((5, "cut"),)}),
    )
    high, window = len(result.analysis.slices["a"]), result.analysis.slice_window
    drawn = []
    for shown in (result, whole):
        show(stage, settings, shown)
        drawn.append(seen(stage.pane("slice_a"), high).astype(int))
    rows = np.flatnonzero(np.abs(drawn[1] - drawn[0]).max(axis=2)[:, : WIDTH // 2].mean(axis=1) > 5)
    assert rows.size
    assert rows == pytest.approx(np.full(rows.shape, high * (1 - 6 / window)), abs=4)


def test_the_flicker_view_differs_from_the_grey_picture_alone(stage: Stage) -> None:
    settings = Settings(view="flicker", flicker_window=1)
    result = results(settings, 0.5)[AT]
    show(stage, settings, result)
    glowing = seen(stage.pane("flicker_b"))
    assert result.analysis is not None
    show(
        stage,
        settings,
        dataclasses.replace(result, analysis=dataclasses.replace(result.analysis, heat={})),
    )
    grey = seen(stage.pane("flicker_b"))
    assert colour(grey).max() < 15
    assert np.abs(glowing.astype(int) - grey)[INSIDE].max(axis=2).min() > 30


def test_slices_say_how_ranges_that_differ_were_matched(stage: Stage) -> None:
    settings = Settings(view="xt", panes=("rgb", "depth_a"))
    result = results(settings, 0.0)[-1]
    show(stage, settings, result)
    assert "matched" not in stage.pane("slice_a").header().caption
    other = dataclasses.replace(result.lanes["b"], display_range=(3.0, 9.0))
    show(stage, settings, dataclasses.replace(result, lanes=result.lanes | {"b": other}))
    for pane in (stage.pane("slice_a"), stage.pane("slice_b")):
        assert pane.header().caption.startswith("matched by median and spread")

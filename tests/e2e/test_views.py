"""The comparing views, lessons and recording in a real window."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from app.lessons.library import load_lessons
from app.lessons.quantities.quantity import Reading
from app.recording.verify import verify
from app.ui.application import Application
from app.views import table as views
from models.opencv import cv2
from tests.support.clips import bikes
from tests.support.pixels import grabbed
from tests.support.windows import Start, Wait
from widgets.arrangement import shown_panes


def test_the_difference_of_a_lane_and_itself_is_nothing(
    start_application: Start, wait_until_shown: Wait
) -> None:
    application = start_application(
        source_width=160, source_height=120, view="difference", panes=("rgb", "cloud"),
        model_a="flashdepth-lite-per-frame", difference_alignment="none",
    )  # fmt: skip
    wait_until_shown(application)
    last = application.display.last
    assert last is not None and last.analysis is not None and last.analysis.difference is not None
    assert (last.analysis.difference.levels == 128).all()


def test_lanes_that_differ_show_both_colours(
    start_application: Start, wait_until_shown: Wait
) -> None:
    application = start_application(
        source_width=160, source_height=120, view="difference", panes=("rgb", "cloud"),
        model_b="ground-truth",
    )  # fmt: skip
    wait_until_shown(application)
    last = application.display.last
    assert last is not None and last.analysis is not None and last.analysis.difference is not None
    levels = last.analysis.difference.levels
    assert (levels > 140).any()
    assert ((levels > 0) & (levels < 116)).any()
    assert grabbed(application.window.stage.pane("difference")).std() > 8


def test_flicker_is_measured_for_both_lanes_and_drawn(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        source=str(bikes()),
        pacing="every-frame",
        view="flicker",
        panes=("rgb", "depth_a", "depth_b"),
    )
    wait_until_shown(application)

    def measured() -> bool:
        last = application.display.last
        flicker = last.analysis.flicker if last is not None and last.analysis is not None else None
        return flicker is not None and all(
            np.isfinite(lane.recent) for lane in flicker.lanes.values()
        )

    qtbot.waitUntil(measured, timeout=20_000)
    pane = application.window.stage.pane("flicker_a")
    picture = pane.picture_rect().toAlignedRect()
    drawn = grabbed(pane)[picture.top() : picture.bottom(), picture.left() : picture.right()]
    assert (np.ptp(drawn.astype(int), axis=2) > 40).mean() > 0.01  # the picture alone is grey


@pytest.fixture
def five_lines(start_application: Start, wait_until_shown: Wait, qtbot: QtBot) -> Application:
    """A window whose x-t slice has five lines."""
    application = start_application(
        source_width=160, source_height=120, view="xt", panes=("rgb", "depth_a"), model_b="off"
    )
    wait_until_shown(application)
    qtbot.waitUntil(lambda: _lines(application) >= 5, timeout=20_000)
    return application


def test_an_xt_slice_grows_by_one_line_a_frame_and_its_row_can_be_moved(
    five_lines: Application,
) -> None:
    application = five_lines
    application.window.stage.scan_line_moved.emit(30)
    assert application.model.value.scan_line == pytest.approx(30 / 119)


def test_the_scan_line_is_dragged_with_the_mouse_while_paused_and_keeps_its_lines(
    five_lines: Application, qtbot: QtBot
) -> None:
    application = five_lines
    application.controller.set_paused(True)
    qtbot.waitUntil(lambda: not application.engine.capture.status.playing, timeout=5_000)
    pane, row = application.window.stage.depth_a, int(0.5 * 119)
    grip, target = (pane.to_screen(QPointF(80.5, y + 0.5)).toPoint() for y in (row, 30))
    qtbot.mousePress(pane, Qt.MouseButton.LeftButton, pos=grip)
    qtbot.mouseMove(pane, target)
    qtbot.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=target)
    assert application.model.value.scan_line == pytest.approx(30 / 119, abs=2 / 119)

    def moved() -> bool:
        caption = application.window.stage.pane("slice_a").header().caption
        return f"row {int(application.model.value.scan_line * 119)} " in caption

    qtbot.waitUntil(moved, timeout=10_000)
    assert _lines(application) >= 5


def test_flicker_that_is_switched_on_while_paused_shows_the_last_pair_of_frames(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        source=str(bikes()), pacing="every-frame", panes=("rgb", "depth_a", "depth_b"),
        workspace="compare",  # no headline, for which flicker would be measured already
    )  # fmt: skip
    wait_until_shown(application)
    qtbot.waitUntil(lambda: application.engine.inference.finished >= 4, timeout=20_000)
    application.controller.set_paused(True)
    qtbot.waitUntil(lambda: not application.engine.capture.status.playing, timeout=5_000)
    application.controller.toggle_view("flicker")
    caption = application.window.stage.pane("flicker_a").header
    qtbot.waitUntil(lambda: "2 of 15 frames" in caption().caption, timeout=20_000)


def test_a_step_back_leaves_the_lines_that_were_seen_before(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        source=str(bikes()), pacing="every-frame", view="xt", panes=("rgb", "depth_a"),
        model_b="off",
    )  # fmt: skip
    wait_until_shown(application)
    qtbot.waitUntil(lambda: _lines(application) >= 6, timeout=20_000)
    application.controller.set_paused(True)
    qtbot.waitUntil(lambda: not application.engine.capture.status.playing, timeout=5_000)
    qtbot.waitUntil(lambda: _index(application) == application.engine.capture.status.position)
    there = _index(application)
    application.controller.step_back()
    qtbot.waitUntil(lambda: _index(application) == there - 1, timeout=20_000)
    last = application.display.last
    assert last is not None and last.analysis is not None
    assert last.analysis.slice_frames == {"a": there}
    assert last.analysis.slice_breaks["a"][-1] == (0, "reset")


def _index(application: Application) -> int:
    return -1 if application.display.last is None else application.display.last.frame.index


def _lines(application: Application) -> int:
    last = application.display.last
    if last is None or last.analysis is None or "a" not in last.analysis.slices:
        return 0
    return int((last.analysis.slices["a"] > 0).any(axis=1).sum())


def test_edges_lie_on_the_picture_with_a_score_where_the_truth_is_known(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        source_width=320, source_height=240, edges=True, panes=("rgb",), model_a="ground-truth"
    )
    wait_until_shown(application)
    qtbot.waitUntil(
        lambda: "F1 1.00" in application.window.stage.rgb.header().caption, timeout=10_000
    )
    last = application.display.last
    assert last is not None and last.analysis is not None and last.analysis.edges is not None
    share = (last.analysis.edges[..., 3] > 0).mean()
    assert 0.002 < share < 0.5


def test_pinned_points_are_followed_in_both_lanes(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        source_width=160, source_height=120, charts=True, panes=("rgb",)
    )
    wait_until_shown(application)
    application.controller.pin(0.5, 0.5)
    qtbot.waitUntil(lambda: _pins(application) == {"a": 1, "b": 1}, timeout=10_000)
    application.controller.clear_pins()
    qtbot.waitUntil(lambda: _pins(application) == {"a": 0, "b": 0}, timeout=10_000)


def _pins(application: Application) -> dict[str, int]:
    last = application.display.last
    if last is None or last.analysis is None:
        return {}
    return {name: len(values) for name, values in last.analysis.pins.items()}


def test_every_page_of_every_lesson_really_sets_the_window_up(
    start_application: Start, wait_until_shown: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = start_application(source_width=160, source_height=120)
    wait_until_shown(application)
    application.lessons.toggle()
    for lesson in load_lessons().lessons:
        application.lessons.open_lesson(lesson.name)
        seen = []
        while (walk := application.lessons.walk) is not None:
            seen.append(walk.place)
            for key, value in lesson.settings_at(walk.place).items():
                assert getattr(application.model.value, key) == value, (lesson.name, walk, key)
            settings = application.model.value
            layout = views.find(settings.view).layout
            assert application.window.stage.shown() == shown_panes(settings.panes, layout)
            go_on(application, monkeypatch)
        assert tuple(seen) == lesson.places


def go_on(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer what is asked, as the lesson marks it, and go to the next page."""
    walk, panel = application.lessons.walk, application.lessons.panel
    assert walk is not None and panel is not None
    if walk.question is not None:
        marked = walk.question.answers[walk.question.right]
        monkeypatch.setattr(application.lessons, "measured", lambda: Reading(marked.example, "so"))
        panel.page.answered.emit(walk.question.right)
        if not walk.question.quantity:
            return
    panel.page.go_on.emit()


def test_what_the_record_button_writes_can_be_replayed(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    application = start_application(
        source_width=160, source_height=120, panes=("rgb", "depth_a"), record_folder=str(folder)
    )
    wait_until_shown(application)
    qtbot.keyClick(application.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert application.recording.is_recording
    before = application.engine.inference.finished
    qtbot.waitUntil(lambda: application.engine.inference.finished > before + 5, timeout=20_000)
    qtbot.keyClick(application.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert not application.recording.is_recording
    qtbot.waitUntil(lambda: not application.recording.is_saving, timeout=20_000)
    (made,) = folder.iterdir()
    found = verify(made)
    assert found.frames >= 5
    assert not found.problems
    application.controller.open_source(str(made))

    def replays() -> bool:
        last = application.display.last
        return (
            last is not None and last.frame.recorded is not None and set(last.lanes) == {"a", "b"}
        )

    qtbot.waitUntil(replays, timeout=20_000)


def test_recording_where_nothing_can_be_written_is_said_and_the_view_goes_on(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    application = start_application(
        source_width=160, source_height=120, panes=("rgb",), record_folder=str(tmp_path / "file")
    )
    wait_until_shown(application)
    with qtbot.waitSignal(application.recording.failed, timeout=5_000) as failed:
        application.recording.toggle()
    assert failed.args[0].count(".") >= 1
    finished = application.engine.inference.finished
    qtbot.waitUntil(lambda: application.engine.inference.finished > finished, timeout=10_000)


def test_the_lessons_are_a_workspace_of_their_own(
    start_application: Start, wait_until_shown: Wait
) -> None:
    application = start_application(
        source_width=160, source_height=120, panes=("rgb", "depth_a"), inspector=True
    )
    wait_until_shown(application)
    window, model, lessons = application.window, application.model, application.lessons
    application.actions["view.workspace.teach"].trigger()
    assert lessons.is_open
    assert not window.inspector.isVisible()
    application.actions["view.workspace.compare"].trigger()
    assert not lessons.is_open
    assert model.value.workspace == window.tabs.current == "compare"
    lessons.toggle()
    assert model.value.workspace == "teach"
    lessons.toggle()
    assert model.value.workspace == "compare"
    application.actions["view.workspace.look"].trigger()
    assert window.inspector.isVisible()
    assert window.stage.shown() == ("rgb", "depth_a")


def test_leaving_the_lessons_gives_back_what_was_there(
    start_application: Start, wait_until_shown: Wait
) -> None:
    application = start_application(source_width=160, source_height=120, colormap="magma")
    wait_until_shown(application)
    before = application.model.value
    application.lessons.toggle()
    application.lessons.open_lesson("4-per-frame-range")
    assert application.model.value != before
    application.lessons.toggle()
    after = application.model.value
    assert dataclasses.replace(after, workspaces=before.workspaces) == before


def test_a_lane_without_weights_shows_no_picture_of_the_model_before(
    start_application: Start,
    wait_until_shown: Wait,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path / "cache"))
    application = start_application(source_width=160, source_height=120, panes=("rgb", "depth_a"))
    wait_until_shown(application)
    application.controller.set("model_a", "flashdepth")

    def refused() -> bool:
        return application.display.last is not None and "a" in application.display.last.failures

    qtbot.waitUntil(refused, timeout=20_000)
    depth_a = application.window.stage.depth_a
    qtbot.waitUntil(lambda: depth_a.picture_size.isEmpty(), timeout=5_000)


def test_a_report_from_the_window_rests_playing_until_it_is_done(
    start_application: Start,
    wait_until_shown: Wait,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, out = tmp_path / "clip", tmp_path / "report"
    folder.mkdir()
    picture = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    for n in range(4):
        cv2.imwrite(str(folder / f"{n}.png"), np.roll(picture, n, axis=1))
    application = start_application(
        source=str(folder), panes=("rgb", "depth_a", "depth_b"), memory=False
    )
    wait_until_shown(application)
    paused: list[bool] = []
    set_paused = application.controller.set_paused

    def watched(is_paused: bool) -> None:
        paused.append(is_paused)
        set_paused(is_paused)

    monkeypatch.setattr(application.controller, "set_paused", watched)
    with qtbot.waitSignal(application.report.said, timeout=30_000) as said:
        application.report.make_into(out)
        assert paused == [True]
    assert str(out) in said.args[0]
    lanes = json.loads((out / "metrics.json").read_text(encoding="utf-8"))["lanes"]
    assert {lane["model"] for lane in lanes.values()} == {"flashdepth-lite-per-frame"}
    assert paused == [True, False]
    qtbot.waitUntil(lambda: application.engine.capture.status.playing, timeout=5_000)

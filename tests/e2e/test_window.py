"""The window as its users meet it: real sources, real threads, the bundled network, real pixels."""

from __future__ import annotations

import json
import re
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
from PyQt6 import sip
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent, QGuiApplication
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.recording.index import SettingEntry, decode_entry, read_lines
from app.recording.verify import verify
from app.ui.application import Application
from app.ui.gui import closing_on_signals
from tests.support.clips import bikes
from tests.support.pixels import grabbed
from tests.support.windows import Start, Wait

has_gl = QGuiApplication.platformName() not in ("offscreen", "minimal")


def _variety(widget: QWidget) -> float:
    """Standard deviation of the middle of a widget's pixels, 0–255."""
    picture = grabbed(widget)
    height, width = picture.shape[:2]
    middle = picture[height // 4 : -height // 4, width // 4 : -width // 4]
    return float(middle.astype(np.float32).std())


@pytest.mark.gl
def test_the_built_in_scene_fills_four_panes(
    start_application: Start, wait_until_shown: Wait
) -> None:
    application = start_application(source_width=320, source_height=240)
    wait_until_shown(application)
    stage = application.window.stage
    assert stage.shown() == ("rgb", "depth_a", "depth_b", "cloud")
    for name in ("rgb", "depth_a", "depth_b"):
        assert _variety(stage.pane(name)) > 8, f"{name} is blank"
    cloud = application.window.cloud.grab_image()
    assert cloud.astype(np.float32).std() > 8


def test_the_picture_moves(start_application: Start, wait_until_shown: Wait, qtbot: QtBot) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb", "depth_a"))
    wait_until_shown(application)
    first = application.display.last
    assert first is not None

    def moved() -> bool:
        last = application.display.last
        return last is not None and bool((last.frame.rgb != first.frame.rgb).mean() > 0.05)

    qtbot.waitUntil(moved, timeout=10_000)


def test_a_video_dropped_on_the_window_plays(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb", "depth_a"))
    wait_until_shown(application)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(bikes()))])
    application.window.dropEvent(
        QDropEvent(
            QPointF(50, 50),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )

    def plays() -> bool:
        last = application.display.last
        return last is not None and last.frame.size == (640, 272)

    qtbot.waitUntil(plays, timeout=10_000)
    assert application.model.value.source == str(bikes())


def test_pausing_and_stepping_show_exactly_the_next_frame(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source=str(bikes()), panes=("rgb", "depth_a"), model_b="off")
    wait_until_shown(application)
    qtbot.keyClick(application.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not application.engine.capture.status.playing, timeout=5_000)
    qtbot.waitUntil(lambda: _index(application) == application.engine.capture.status.position)
    index = _index(application)
    qtbot.keyClick(application.window, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: _index(application) == index + 1, timeout=5_000)
    qtbot.keyClick(application.window, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: _index(application) == index, timeout=5_000)


def _index(application: Application) -> int:
    last = application.display.last
    return -1 if last is None else last.frame.index


def test_memory_off_and_on_are_said_on_the_lane(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("depth_a",))
    wait_until_shown(application)
    qtbot.keyClick(application.window, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: _model(application) == "flashdepth-lite-per-frame", timeout=10_000)
    assert application.window.stage.depth_a.header().badge == "memory off"
    qtbot.keyClick(application.window, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: _model(application) == "flashdepth-lite", timeout=10_000)


def _model(application: Application) -> str:
    last = application.display.last
    lane = last.lanes.get("a") if last is not None else None
    return lane.model if lane is not None else ""


def test_resetting_the_memory_makes_the_next_frame_the_first(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("depth_a",))
    wait_until_shown(application)
    fresh: list[bool] = []
    application.engine.inference.taps = (lambda result: fresh.append(result.lanes["a"].fresh),)
    qtbot.waitUntil(lambda: len(fresh) > 2, timeout=10_000)
    assert not any(fresh)
    qtbot.keyClick(application.window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: any(fresh), timeout=10_000)
    application.engine.inference.taps = ()
    assert fresh.count(True) == 1


@pytest.mark.parametrize(
    ("key", "view"),
    [(Qt.Key.Key_W, "wipe"), (Qt.Key.Key_B, "blink")],
)
def test_a_view_is_one_key_away_and_one_key_back(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, key: Qt.Key, view: str
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb", "depth_a"))
    wait_until_shown(application)
    qtbot.keyClick(application.window, key)
    assert application.model.value.view == view
    wait_until_shown(application)
    assert _variety(application.window.stage.pane("wipe")) > 8
    qtbot.keyClick(application.window, key)
    assert application.model.value.view == "side"


def test_panes_go_and_come_and_the_last_one_stays(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb", "depth_a"))
    wait_until_shown(application)
    qtbot.keyClick(application.window, Qt.Key.Key_1)
    assert application.window.stage.shown() == ("depth_a",)
    qtbot.keyClick(application.window, Qt.Key.Key_2)
    assert application.window.stage.shown() == ("depth_a",)
    qtbot.keyClick(application.window, Qt.Key.Key_1)
    assert application.window.stage.shown() == ("rgb", "depth_a")


def test_a_missing_file_is_one_sentence_and_the_window_goes_on(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(source=str(tmp_path / "gone.mp4"), panes=("rgb",))
    qtbot.waitUntil(lambda: application.engine.capture.status.failed, timeout=5_000)
    assert "gone.mp4" in application.engine.capture.status.message
    application.controller.open_source(str(bikes()))
    wait_until_shown(application)
    assert not application.engine.capture.status.failed


def test_a_screenshot_comes_with_the_places_of_its_panes(
    start_application: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb", "depth_a"))
    path = tmp_path / "shot.png"
    application.first_frames.take_screenshot_when_ready(path, application.shown_source)
    facts = path.with_suffix(".json")
    qtbot.waitUntil(facts.exists, timeout=20_000)
    said = json.loads(facts.read_text())
    assert set(said["panes"]) == {"rgb", "depth_a"}
    assert (said["source"], said["a"]) == ("synthetic", "flashdepth-lite")
    x, y, width, height = said["panes"]["depth_a"]
    from models.opencv import cv2

    picture = cv2.imread(str(path))
    assert picture[y : y + height, x : x + width].std() > 8


def test_a_window_closed_before_any_picture_is_saved_as_it_is(
    start_application: Start, tmp_path: Path
) -> None:
    application = start_application(source=str(tmp_path / "gone.mp4"), model_a="off")
    path = tmp_path / "shot.png"
    application.first_frames.take_screenshot_when_ready(path, application.shown_source)
    assert not path.exists()
    application.window.close()
    assert path.exists()


def test_the_record_button_is_not_left_down_when_nothing_is_recorded(
    start_application: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(
        source=str(tmp_path / "gone.mp4"), panes=("rgb",), model_a="off"
    )
    with qtbot.waitSignal(application.recording.failed):
        application.window.record_button.click()
    assert not application.window.record_button.isChecked()


def test_what_is_chosen_while_recording_is_in_the_recording(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb",))
    wait_until_shown(application)
    application.recording.record(tmp_path / "r")
    application.model.replace(memory=False, colormap="grey")
    folder = tmp_path / "r"

    def told() -> dict[str, object]:
        entries = map(decode_entry, read_lines(folder / "index.jsonl"))
        return {e.key: e.value for e in entries if isinstance(e, SettingEntry)}

    qtbot.waitUntil(lambda: told() == {"memory": False, "colormap": "grey"}, timeout=10_000)
    application.recording.stop()
    qtbot.waitUntil(lambda: not application.recording.is_saving, timeout=10_000)
    application.model.replace(memory=True)
    assert told() == {"memory": False, "colormap": "grey"}
    assert verify(folder).problems == ()


def test_a_recording_is_seen_and_can_be_replayed_when_it_has_ended(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb",))
    wait_until_shown(application)
    strip, notices = application.window.status, application.window.stage.notices

    def seen() -> str:
        return next((text for text in strip.texts() if text.startswith("●")), "")

    application.recording.record(tmp_path / "take")
    strip.resize(2000, strip.height())
    qtbot.waitUntil(lambda: "free" in seen(), timeout=10_000)
    assert re.fullmatch(r"● Recording \d+:\d\d · \d+ MB · [\d.]+ [MG]B free", seen())
    qtbot.waitUntil(lambda: application.recording.frames > 0, timeout=20_000)
    application.model.replace(presenter=True)  # whoever presents must know of it
    qtbot.waitUntil(lambda: "Recording" in seen(), timeout=5_000)
    application.model.replace(presenter=False)
    application.recording.stop()
    qtbot.waitUntil(lambda: notices.notice("recording") is not None, timeout=10_000)
    qtbot.waitUntil(lambda: seen() == "", timeout=5_000)
    notice = notices.notice("recording")
    assert notice is not None and notice.buttons == ("Replay", "Show folder")
    assert str(tmp_path / "take") in notice.text
    notices.pressed.emit("recording", "Replay")
    qtbot.waitUntil(lambda: application.shown_source() == str(tmp_path / "take"), timeout=20_000)
    assert notices.notice("recording") is None


def test_the_score_of_the_edges_goes_with_the_edges(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        source_width=160, source_height=120, edges=True, panes=("rgb",), model_a="ground-truth"
    )
    wait_until_shown(application)
    header = application.window.stage.rgb.header
    qtbot.waitUntil(lambda: "F1" in header().caption, timeout=10_000)
    application.model.replace(edges=False)
    assert header().caption == ""


def test_closing_while_everything_runs_leaves_no_thread(
    start_application: Start, wait_until_shown: Wait
) -> None:
    before = threading.active_count()
    application = start_application(source_width=160, source_height=120)
    wait_until_shown(application)
    application.window.close()
    assert threading.active_count() <= before
    assert not application.window.isVisible()


def test_settings_are_there_again_at_the_next_start(
    start_application: Start, wait_until_shown: Wait, tmp_path: Path
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb",))
    application.controller.set("colormap", "viridis")
    application.close()
    saved = json.loads((tmp_path / "config" / "default.json").read_text())
    assert saved["settings"]["colormap"] == "viridis"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_in_good_order(
    start_application: Start, qtbot: QtBot, number: signal.Signals
) -> None:
    application = start_application(source_width=160, source_height=120, panes=("rgb",))
    with closing_on_signals(application.window):
        signal.raise_signal(number)
        window = application.window  # a closed one is deleted soon after
        qtbot.waitUntil(lambda: sip.isdeleted(window) or not window.isVisible(), timeout=10_000)


def test_the_title_of_the_window_names_the_source(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source=str(bikes()), panes=("rgb",))
    wait_until_shown(application)
    qtbot.waitUntil(
        lambda: application.window.windowTitle() == "bikes.mp4 – FlashDepth Live", timeout=5_000
    )


def test_a_click_on_a_pane_opens_its_sections_of_the_inspector(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120, model_b="off")
    wait_until_shown(application)
    window = application.window
    surface = window.cloud.childAt(window.cloud.rect().center()) or window.cloud
    qtbot.mouseClick(surface, Qt.MouseButton.LeftButton)
    assert "Cloud" not in window.inspector.folded()
    assert "Compare" in window.inspector.folded()
    qtbot.mouseClick(window.stage.depth_a, Qt.MouseButton.LeftButton)
    assert "Model" not in window.inspector.folded()

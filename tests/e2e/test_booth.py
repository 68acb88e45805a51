"""Features for presenters in the real window: kiosk, second screen, captions, presets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

from app.settings.settings import Settings
from app.ui.application import Application
from app.ui.captions import caption
from app.ui.features import presenter as presenter_module
from tests.support.clips import bikes
from tests.support.finding import button
from tests.support.pixels import grabbed
from tests.support.windows import Start, Wait
from widgets.hint import Hint
from widgets.theme import PRESENTER_SCALE, TYPE_PX

SMALL = {"source_width": 160, "source_height": 120, "panes": ("rgb", "depth_a"), "model_b": "off"}


def test_full_screen_shows_pictures_alone_and_keys_go_on_working(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presenter_module, "HIDE_CURSOR_S", 0.0)
    application = start_application(**SMALL, inspector=True)
    wait_until_shown(application)
    window = application.window
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen, timeout=5_000)
    chrome = (window.tabs, window.transport, window.status, window.inspector)
    assert not any(part.isVisible() for part in chrome)
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert window.stage.shown() == ("depth_a",)
    assert not window.inspector.isVisible()  # a changed setting brings nothing back
    qtbot.waitUntil(lambda: QApplication.overrideCursor() is not None, timeout=5_000)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert all(part.isVisible() for part in chrome)
    assert QApplication.overrideCursor() is None


@pytest.mark.parametrize("size", [(1280, 720), (1280, 800), (1024, 768), (640, 480)])
def test_the_kiosk_has_room_for_every_pane_in_any_shape(
    start_application: Start, wait_until_shown: Wait, size: tuple[int, int]
) -> None:
    application = start_application(source_width=160, source_height=120)
    application.window.set_chrome_visible(False)
    application.window.resize(*size)
    wait_until_shown(application)
    rects = application.window.stage.pane_rects()
    assert set(rects) == {"rgb", "depth_a", "depth_b", "cloud"}
    assert all(r.width() > size[0] / 4 and r.height() > size[1] / 4 for r in rects.values())


def test_the_second_screen_shows_the_same_pictures_without_controls(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    qtbot.keyClick(application.window, Qt.Key.Key_F8)
    output = application.presenter.output
    assert output is not None
    qtbot.waitUntil(lambda: output.stage.depth_a.frames_painted > 2, timeout=10_000)
    assert output.stage.shown() == ("rgb", "depth_a")
    assert grabbed(output.stage.depth_a).astype(np.float32).std() > 8
    application.controller.set("panes", ("rgb",))
    assert output.stage.shown() == ("rgb",)
    qtbot.keyClick(application.window, Qt.Key.Key_F8)
    assert application.presenter.output is None


def test_the_presenters_caption_names_the_source_that_is_on_screen(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(**SMALL | {"source": str(bikes()), "presenter": True})
    wait_until_shown(application)
    said: list[str] = []
    application.presenter.captioned.connect(lambda _title, detail: said.append(detail))
    application.fallback.toggle_panic()
    qtbot.waitUntil(lambda: bool(said) and "Built-in scene" in said[-1], timeout=60_000)
    application.fallback.toggle_panic()
    qtbot.waitUntil(lambda: "Built-in" not in said[-1], timeout=60_000)


def test_presenters_type_is_large_and_says_what_is_on_screen(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(**SMALL, inspector=True)
    wait_until_shown(application)
    window, status = application.window, application.window.status
    before = window.stage.rgb.font()
    assert window.inspector.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.stage.rgb.font().pixelSize() == round(PRESENTER_SCALE * TYPE_PX)
    qtbot.waitUntil(lambda: "Depth from one camera" in "".join(status.texts()[:1]))
    assert (grabbed(status) > 200).all(axis=2).mean() > 0.01
    assert status.font().pixelSize() == round(PRESENTER_SCALE * TYPE_PX)
    assert not window.inspector.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_I)
    assert window.inspector.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.stage.rgb.font() == before
    assert window.inspector.isVisible()
    assert application.model.value.inspector


@pytest.mark.parametrize(("height", "scale"), [(540, 1.5), (1080, 1.5), (1440, 2.0), (2160, 3.0)])
def test_type_for_an_audience_grows_with_the_screen(height: int, scale: float) -> None:
    assert presenter_module.audience_scale(height) == scale


def test_the_second_screen_takes_no_focus_and_passes_keys_on(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    qtbot.keyClick(application.window, Qt.Key.Key_F8)
    output = application.presenter.output
    assert output is not None
    qtbot.waitExposed(output)
    assert application.window.isActiveWindow()
    output.activateWindow()
    qtbot.waitUntil(output.isActiveWindow, timeout=5_000)
    qtbot.keyClick(output, Qt.Key.Key_2)
    assert application.model.value.panes == ("rgb",)
    qtbot.keyClick(output, Qt.Key.Key_F8)
    assert application.presenter.output is None


def rows_of_presets(application: Application) -> list[str]:
    bar = application.window.menuBar()
    assert bar is not None
    menu = next(action.menu() for action in bar.actions() if action.text() == "P&resets")
    assert menu is not None
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_presets_are_one_key_away(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, tmp_path: Path
) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    application.controller.set("colormap", "viridis")
    assert rows_of_presets(application) == ["&Store as"]
    application.actions["presets.store3"].trigger()
    dialog = application.window.findChild(QInputDialog)
    assert dialog is not None
    assert dialog.textValue() == "Side by side"
    dialog.reject()
    assert rows_of_presets(application) == ["&Store as"]
    application.actions["presets.store3"].trigger()
    dialog = application.window.findChildren(QInputDialog)[-1]
    dialog.setTextValue("Green & calm")
    dialog.accept()
    recall, store = rows_of_presets(application)
    assert recall.startswith("&3  Green && calm  –  Side by ")
    assert store == "&Store as"
    assert application.actions["presets.store3"].text() == "&3  in place of Green && calm"
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow, timeout=5_000)
    application.controller.set("colormap", "turbo")
    qtbot.keyClick(application.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert application.model.value.colormap == "viridis"
    assert application.announcement.isVisible()
    assert (grabbed(application.announcement) > 200).all(axis=2).mean() > 0.001
    qtbot.waitUntil(application.announcement.isHidden, timeout=10_000)
    saved = json.loads((tmp_path / "config" / "default.presets.json").read_text())
    assert saved["presets"]["3"]["colormap"] == "viridis"


def test_diagnostics_say_what_runs(start_application: Start, wait_until_shown: Wait) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    application.actions["help.diagnostics"].trigger()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    text = clipboard.text()
    assert "source: synthetic 160x120" in text
    assert "model_b = 'off'" in text
    assert "GUI stalls: p99" in text


def test_a_missed_budget_lowers_the_size_in_force_and_no_setting(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        **SMALL | {"input_size": 140, "input_budget": "on"}, budget_fps=240.0
    )
    controller, model = application.controller, application.model
    wait_until_shown(application)
    qtbot.waitUntil(lambda: controller.quality == pytest.approx(2 / 3), timeout=60_000)
    qtbot.waitUntil(
        lambda: any("96 px (auto)" in text for text in application.window.status.texts()),
        timeout=60_000,
    )
    assert model.value.input_size == 140
    application.presets.store(1, "busy")
    application.budget.toggle()
    assert controller.quality == 1
    qtbot.waitUntil(lambda: not any("(auto)" in text for text in application.window.status.texts()))
    application.presets.recall(1)
    assert model.value.input_size == 140


def test_captions_never_promise_a_winner() -> None:
    for view in ("side", "wipe", "blink", "difference", "flicker", "xt"):
        title, detail = caption(Settings(view=view), "Built-in scene")
        assert title and detail
        assert not {"better", "best", "wins"} & set(f"{title} {detail}".lower().split())


def test_the_window_fits_a_narrow_screen(start_application: Start) -> None:
    assert start_application(**SMALL).window.minimumSizeHint().width() <= 900


def test_a_maximised_window_is_maximised_again_after_full_screen(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    window = application.window
    window.showMaximized()
    qtbot.waitUntil(window.isMaximized, timeout=5_000)
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen, timeout=5_000)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.isMaximized()
    assert not window.isFullScreen()


def test_on_one_screen_the_audience_window_is_in_front_and_says_where_it_belongs(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(**SMALL)
    wait_until_shown(application)
    window = application.window
    screen = window.screen()
    assert screen is not None
    window.setGeometry(screen.availableGeometry())
    qtbot.keyClick(window, Qt.Key.Key_F8)
    output = application.presenter.output
    assert output is not None
    qtbot.waitExposed(output)
    assert screen.availableGeometry().contains(output.geometry())
    qtbot.waitUntil(
        lambda: QGuiApplication.topLevelAt(output.geometry().center()) is output.windowHandle(),
        timeout=5_000,
    )
    assert any("one screen" in text for text in window.status.texts())


@pytest.mark.parametrize("key", [Qt.Key.Key_F9, Qt.Key.Key_F11], ids=["presenter", "full screen"])
def test_an_audience_sees_pictures_and_words_alone(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot, key: Qt.Key
) -> None:
    application = start_application(
        source_width=160, source_height=120, model_b="off", hint_seen=False
    )
    wait_until_shown(application)
    window = application.window
    rgb, depth = window.stage.rgb, window.stage.depth_a

    def technical() -> list[str]:
        hints = [hint.text for hint in window.findChildren(Hint) if hint.isVisible()]
        headers = [rgb.header().caption, depth.header().caption, window.cloud.readout]
        return [*hints, *headers, rgb.probe_text, depth.probe_text]

    rgb.hovered.emit(80.0, 60.0)
    assert "#" in rgb.probe_text
    assert all(text for text in (technical()[0], depth.header().caption, window.cloud.readout))
    qtbot.keyClick(window, key)
    assert not any(technical())
    if window.status.isVisible():
        assert not any("ms" in text or "fps" in text for text in window.status.texts())
    window.stage.rgb.hovered.emit(40.0, 30.0)
    assert not any(technical())
    qtbot.keyClick(window, key)
    assert all(text for text in (technical()[0], depth.header().caption, window.cloud.readout))


def test_the_audience_window_shows_no_cross_hair_and_no_readings(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(source_width=160, source_height=120, model_b="off")
    wait_until_shown(application)
    qtbot.keyClick(application.window, Qt.Key.Key_F8)
    output = application.presenter.output
    assert output is not None
    qtbot.waitUntil(lambda: output.stage.depth_a.frames_painted > 2, timeout=20_000)
    output.stage.rgb.hovered.emit(80.0, 60.0)
    pane = output.stage.depth_a
    readings = (pane.header().caption, pane.probe_text, output.cloud.readout)
    assert readings == ("", "", "")
    assert output.stage.rgb.probe_text == ""


def test_a_key_says_in_the_picture_what_it_changed(start_application: Start, qtbot: QtBot) -> None:
    application = start_application(**SMALL)
    none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    for key, modifiers, words in (
        (Qt.Key.Key_C, none, "Colour map: Inferno ◆ colour-blind safe"),
        (Qt.Key.Key_N, none, "Range: Fixed"),
        (Qt.Key.Key_K, none, "Lock current range: on"),
        (Qt.Key.Key_M, none, "Temporal memory: off"),
        (Qt.Key.Key_R, none, "Memory reset"),
        (Qt.Key.Key_H, none, "Mirror: on"),
        (Qt.Key.Key_H, shift, "Rotate: 90° clockwise"),
        (Qt.Key.Key_A, shift, "Lane A: FlashDepth-lite + EMA"),
        (Qt.Key.Key_L, none, "Loop: off"),
        (Qt.Key.Key_2, none, "Panes: RGB"),
        (Qt.Key.Key_W, none, "View: Wipe A | B"),
        (Qt.Key.Key_Space, none, "Paused"),
    ):
        qtbot.keyClick(application.window, key, modifiers)
        assert application.announcement.isVisible()
        assert application.announcement.text == words


def test_what_the_inspector_changes_is_not_said_over_the_pictures(start_application: Start) -> None:
    application = start_application(**SMALL)
    application.window.inspector.changed.emit("colormap", "turbo")
    assert application.model.value.colormap == "turbo"
    assert not application.announcement.isVisible()


def test_a_locked_range_and_memory_off_are_seen_without_the_inspector(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(**SMALL | {"inspector": False})
    wait_until_shown(application)
    window = application.window
    qtbot.keyClick(window, Qt.Key.Key_K)
    qtbot.keyClick(window, Qt.Key.Key_M)
    qtbot.waitUntil(
        lambda: window.stage.depth_a.header().badge == "memory off · range locked", timeout=20_000
    )
    qtbot.waitUntil(lambda: {"memory off", "range locked"} <= set(window.status.texts()))


def test_a_lesson_sets_each_step_up_stays_in_full_screen_and_gives_everything_back(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(**SMALL | {"colormap": "viridis"})
    wait_until_shown(application)
    window, model = application.window, application.model
    before = model.value
    qtbot.keyClick(window, Qt.Key.Key_F1)
    panel = application.lessons.panel
    assert panel is not None
    application.lessons.open_lesson("4-per-frame-range")
    assert (model.value.model_a, model.value.colormap) == ("ground-truth", "inferno")
    panel.page.answered.emit(1)
    assert model.value.range_mode == "per-frame"
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen, timeout=5_000)
    assert panel.isVisible()
    assert not window.inspector.isVisible()
    window.stage.rgb.hovered.emit(80.0, 60.0)
    assert window.stage.rgb.probe_text  # a lesson speaks of the values under the cursor
    button(panel, "Previous page").click()
    assert model.value.range_mode == "stable"
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert not panel.isVisible()
    assert replace(model.value, workspaces=before.workspaces) == before
    assert window.stage.rgb.probe_text == ""

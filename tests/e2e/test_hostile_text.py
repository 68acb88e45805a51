"""The real window with hostile titles and names everywhere: nothing of them is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QComboBox, QLabel, QTextEdit
from pytestqt.qtbot import QtBot

from app.settings.presets import NamedPreset, PresetStore, preset_of
from app.settings.settings import Settings
from app.settings.viewpoints import Viewpoint, ViewpointStore
from app.ui.application import Application
from models import registry
from renderers.camera import CameraPose
from tests.support.recordings import make_recording, make_result
from tests.support.windows import Start, Wait
from widgets.lesson_values import AnswerLine, LessonEntry, LessonList, LessonPage
from widgets.plain import MarkdownView

HOSTILE = "<img src=file:nothing><b>x</b>\u202e"
NAME = "hostile-text"


@pytest.fixture
def hostile_model() -> Iterator[str]:
    usual = registry.find("flashdepth-lite")
    registry.register(
        replace(
            usual, name=NAME, title=HOSTILE, summary=HOSTILE, note=HOSTILE, missing=lambda: HOSTILE
        )
    )
    yield NAME
    del registry._ENTRIES[NAME]


@pytest.fixture
def hostile_recording(tmp_path: Path) -> Path:
    folder = tmp_path / HOSTILE
    make_recording(folder, map(make_result, range(4)))
    manifest = folder / "manifest.json"
    document = json.loads(manifest.read_text(encoding="utf-8"))
    document["source"]["title"] = HOSTILE
    manifest.write_text(json.dumps(document), encoding="utf-8")
    return folder


def looks_like_markup(text: str) -> bool:
    return "<img" in text or "<b>" in text or "\u202e" in text


def texts_that_would_run() -> list[str]:
    """Every text of every widget that Qt would read as HTML, or that turns the text after it."""
    found = []
    for widget in QApplication.allWidgets():
        kind = type(widget).__name__
        if kind == "QTipLabel":
            continue
        if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText:
            found.append(f"{kind} guesses its format: {widget.text()}")
        if isinstance(widget, QTextEdit) and not isinstance(widget, MarkdownView):
            found.append(f"{kind} may load files")
        tips = [widget.toolTip(), widget.whatsThis(), widget.statusTip()]
        if isinstance(widget, QComboBox):
            tips += [
                str(widget.itemData(at, Qt.ItemDataRole.ToolTipRole) or "")
                for at in range(widget.count())
            ]
        actions = [*widget.actions(), *widget.findChildren(QAction)]
        tips += [tip for action in actions for tip in (action.toolTip(), action.statusTip())]
        found += [f"{kind}: {tip}" for tip in tips if looks_like_markup(tip)]
        found += [f"{kind}: {a.text()}" for a in actions if "\u202e" in a.text()]
    return found


def fill_with_hostile_text(application: Application) -> None:
    window = application.window
    window.source_menu.set_cameras([(f"camera:{HOSTILE}", HOSTILE)])
    window.source_menu.set_windows([HOSTILE], "")
    window.source_menu.set_recents([(HOSTILE, HOSTILE, HOSTILE)])
    application.status.say(HOSTILE)
    application.announcement.show_text(HOSTILE)
    application.lessons.toggle()
    panel = application.lessons.panel
    assert panel is not None
    entry = LessonEntry(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    panel.show_list(LessonList((entry,), (HOSTILE,), HOSTILE))
    page = LessonPage(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    answers = (AnswerLine(HOSTILE), AnswerLine(HOSTILE + "2"))
    panel.show_page(HOSTILE, replace(page, answers=answers, note=HOSTILE))


def test_no_text_of_a_stranger_is_run_by_any_widget(
    start_application: Start,
    wait_until_shown: Wait,
    hostile_model: str,
    hostile_recording: Path,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    settings = tmp_path / "config" / "default.json"
    PresetStore.beside(settings).put(1, NamedPreset(HOSTILE, preset_of(Settings())))
    ViewpointStore.beside(settings).put(1, Viewpoint(HOSTILE, CameraPose()))
    application = start_application(
        source=str(hostile_recording), panes=("rgb", "depth_a", "depth_b"), model_b=hostile_model
    )
    fill_with_hostile_text(application)
    qtbot.waitUntil(lambda: application.engine.capture.status.info is not None, timeout=20_000)
    qtbot.waitUntil(lambda: "img" in application.window.source_menu.toolTip(), timeout=5_000)
    assert texts_that_would_run() == []
    label = application.window.source_menu
    assert "&lt;img" in label.toolTip()  # it is shown as text

"""The menus under the right mouse button do what they say, on pictures, cloud and charts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, QPointF
from PyQt6.QtGui import QGuiApplication, QImage
from PyQt6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from app.ui.application import Application
from app.ui.features.context_menus import Entry
from tests.support.windows import Start, Wait

SMALL = {"source_width": 160, "source_height": 120, "model_b": "off", "charts": True}


@pytest.fixture
def application(start_application: Start, wait_until_shown: Wait) -> Application:
    made = start_application(**SMALL)
    wait_until_shown(made)
    made.controller.set_paused(True)
    return made


def in_picture(application: Application, x: float, y: float) -> QPoint:
    return application.window.stage.rgb.to_screen(QPointF(x, y)).toPoint()


def chosen(entries: list[Entry], words: str) -> Entry:
    (entry,) = (entry for entry in entries if entry.words == words)
    return entry


def clipboard() -> str:
    found = QGuiApplication.clipboard()
    return found.text() if found is not None else ""


def test_a_picture_offers_its_values_a_pin_and_its_size(application: Application) -> None:
    at = in_picture(application, 40, 30)
    entries = application.context_menus.pane_entries("rgb", at)
    chosen(entries, "Copy value").run()
    assert clipboard().startswith("x ")
    assert " · A " in clipboard()
    chosen(entries, "Pin here").run()
    ((x, y),) = application.controller.pins
    assert (x, y) == pytest.approx((40 / 160, 30 / 120), abs=0.02)
    assert not chosen(entries, "Fit picture").is_possible
    application.window.view.zoom_at(3.0, QPointF(0.5, 0.5))
    chosen(application.context_menus.pane_entries("rgb", at), "Fit picture").run()
    assert application.window.view.is_fit
    chosen(entries, "Enlarge this pane").run()
    assert application.window.stage.enlarged_pane == "rgb"
    restore = chosen(application.context_menus.pane_entries("rgb", at), "Restore all panes")
    restore.run()
    assert application.window.stage.enlarged_pane == ""


def test_beside_the_picture_there_is_no_value_and_no_pin(application: Application) -> None:
    entries = application.context_menus.pane_entries("rgb", QPoint(1, 1))
    assert not chosen(entries, "Copy value").is_possible
    assert not chosen(entries, "Pin here").is_possible


def test_pixels_of_a_slice_over_time_are_not_taken_for_those_of_the_frame(
    application: Application,
) -> None:
    entries = application.context_menus.pane_entries("slice_a", QPoint(60, 60))
    assert [entry.words for entry in entries] == ["Save picture…", "Enlarge this pane"]


def test_a_chart_copies_its_values_and_hides(application: Application) -> None:
    entries = application.context_menus.chart_entries("compute")
    chosen(entries, "Copy values").run()
    assert clipboard().startswith("Compute at frame ")
    chosen(entries, "Hide charts").run()
    assert not application.model.value.charts


def test_a_right_click_opens_the_menu(application: Application, qtbot: QtBot) -> None:
    for pane in ("rgb", "cloud"):
        application.window.stage.menu_requested.emit(pane, QPoint(30, 5))
        widget = application.window.stage.pane(pane)
        (menu,) = (m for m in widget.findChildren(QMenu) if m.isVisible())
        assert "Save picture…" in [action.text() for action in menu.actions()]
        menu.close()


def test_a_picture_is_saved_where_the_user_says(
    application: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    entry = chosen(application.context_menus.pane_entries("rgb", QPoint(9, 9)), "Save picture…")
    entry.run()
    (dialog,) = application.window.findChildren(QFileDialog)
    with qtbot.waitSignal(application.snapshots.said, timeout=20_000):
        dialog.fileSelected.emit(str(tmp_path / "picture.png"))
    dialog.close()
    assert QImage(str(tmp_path / "picture.png")).width() == application.window.stage.rgb.width()

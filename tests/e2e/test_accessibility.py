"""Everything in the window can be reached, named and seen by keyboard and screen reader."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QFocusEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.application import Application
from tests.support.pixels import grabbed
from tests.support.windows import Start, Wait
from widgets import theme


@pytest.fixture
def application(
    start_application: Start, wait_until_shown: Wait, qapp: QApplication
) -> Application:
    """A window with everything open that can be open at once."""
    theme.apply_theme(qapp)
    made = start_application(charts=True, presenter=False)
    wait_until_shown(made)
    made.lessons.toggle()
    made.calibration.begin()
    made.model.replace(inspector=True)
    made.controller.set_paused(True)
    for section in made.window.inspector.sections:
        section.set_open(True)
    made.window.resize(1800, 1000)
    return made


def reached_by_tab(window: QWidget) -> list[QWidget]:
    """The widgets that the Tab key reaches, in its order."""
    found: list[QWidget] = []
    at = window.nextInFocusChain()
    while at is not None and at is not window:
        policy = at.focusPolicy() & Qt.FocusPolicy.TabFocus
        if policy and at.isVisible() and at.isEnabled() and at.focusProxy() is None:
            found.append(at)
        at = at.nextInFocusChain()
    return found


def described(widget: QWidget) -> str:
    words = widget.objectName() or widget.toolTip()
    return f"{type(widget).__name__} {words!r} in {type(widget.parent()).__name__}"


def test_everything_that_the_keyboard_reaches_has_a_name(application: Application) -> None:
    reached = reached_by_tab(application.window)
    assert len(reached) > 40
    labels = application.window.findChildren(QLabel)
    labelled = [label.buddy() for label in labels if label.text()]
    nameless = [
        described(widget)
        for widget in reached
        if not (
            widget.accessibleName()
            or (isinstance(widget, QAbstractButton) and widget.text())
            or widget in labelled
        )
    ]
    assert not nameless, "\n".join(nameless)


def test_every_pane_and_chart_has_a_name(application: Application) -> None:
    stage = application.window.stage
    panes = [stage.pane(name) for name in stage.shown()]
    for widget in (*panes, *application.charts.charts.values(), application.window.transport):
        assert widget.accessibleName() or widget is application.window.transport


def test_the_widget_with_the_keyboard_looks_different(application: Application) -> None:
    alike = []
    for widget in reached_by_tab(application.window):
        if isinstance(widget, QLineEdit) and isinstance(widget.parent(), QWidget):
            continue  # the box around it shows the focus
        before = _look(widget, QEvent.Type.FocusOut)
        if np.array_equal(before, _look(widget, QEvent.Type.FocusIn)):
            alike.append(described(widget))
    assert not alike, "\n".join(alike)


def _look(widget: QWidget, kind: QEvent.Type) -> np.ndarray:
    if kind is QEvent.Type.FocusIn:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
    else:
        widget.clearFocus()
    QApplication.sendEvent(widget, QFocusEvent(kind, Qt.FocusReason.TabFocusReason))
    return grabbed(widget)


def test_tab_goes_through_the_tool_bar_from_left_to_right(application: Application) -> None:
    window = application.window
    bar = window.record_button.parentWidget()
    assert bar is not None
    inside = [w for w in reached_by_tab(window) if bar.isAncestorOf(w)]
    places = [widget.mapTo(window, widget.rect().topLeft()).x() for widget in inside]
    assert len(inside) > 8
    assert places == sorted(places)


def test_the_size_of_the_type_and_the_theme_change_at_once(
    application: Application, qapp: QApplication, qtbot: QtBot
) -> None:
    heading = application.window.inspector.sections[0]
    height, ground = heading.sizeHint().height(), grabbed(application.window.status).mean()
    try:
        application.model.replace(theme="light", type_scale=1.5)
        assert qapp.font().pixelSize() == round(1.5 * theme.TYPE_PX)
        qtbot.waitUntil(lambda: heading.sizeHint().height() > height)
        assert grabbed(application.window.status).mean() > ground + 150
    finally:
        application.model.replace(theme="dark", type_scale=1.0)
    assert qapp.font().pixelSize() == theme.TYPE_PX

"""Pictures come at the size of their panes, so that the GUI thread has only to paint them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from PyQt6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from models.frames import UInt8
from renderers.prescale import Part, Prescaler
from tests.support.windows import Start
from widgets.stage import Stage


@pytest.fixture
def resized_here(monkeypatch: pytest.MonkeyPatch) -> Sequence[Part]:
    """Grows by every part that is resized on this thread."""
    here, parts, fit = threading.current_thread(), [], Prescaler._fit

    def watched(self: Prescaler, picture: UInt8, part: Part, purpose: str) -> UInt8:
        if threading.current_thread() is here:
            parts.append(part)
        return fit(self, picture, part, purpose)

    monkeypatch.setattr(Prescaler, "_fit", watched)
    return parts


def _paint_ten(stage: Stage, qtbot: QtBot, pane: str) -> None:
    painted = stage.pane(pane)
    goal = painted.frames_painted + 10  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: painted.frames_painted >= goal, timeout=20_000)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("view", "pane"), [("side", "depth_b"), ("wipe", "wipe")])
def test_frames_are_painted_without_resizing_them(
    start_application: Start, qtbot: QtBot, resized_here: list[Part], view: str, pane: str
) -> None:
    application = start_application(
        source_width=480, source_height=360, view=view, panes=("rgb", "depth_a", "depth_b")
    )
    _paint_ten(application.window.stage, qtbot, pane)
    assert resized_here  # the first, before anybody knew their size
    resized_here.clear()
    _paint_ten(application.window.stage, qtbot, pane)
    assert not resized_here
    application.window.stage.view.zoom_at(1.2, QPointF(0.3, 0.6))
    _paint_ten(application.window.stage, qtbot, pane)
    assert resized_here  # at once, in the view that is on
    resized_here.clear()
    _paint_ten(application.window.stage, qtbot, pane)
    assert not resized_here


def test_the_second_window_resizes_nothing_either(
    start_application: Start, qtbot: QtBot, resized_here: list[Part]
) -> None:
    application = start_application(
        source_width=480, source_height=360, panes=("rgb", "depth_a", "depth_b")
    )
    application.presenter.toggle_output()
    output = application.presenter.output
    assert output is not None
    output.resize(900, 640)
    _paint_ten(output.stage, qtbot, "depth_b")
    resized_here.clear()
    _paint_ten(output.stage, qtbot, "depth_b")
    assert not resized_here

"""The view of the networks' insides in a real window."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.views.inside import VIEW
from tests.support.pixels import grabbed
from tests.support.windows import Start, Wait
from widgets.inside_pane import InsidePane


def test_panes_fill_choosers_follow_and_hidden_ones_cost_nothing(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        source_width=160, source_height=120, view=VIEW.key, input_size=64, device="cpu",
        panes=("rgb", "depth_a", "depth_b"), inside_a="tokens", inside_b="gate",
    )  # fmt: skip
    wait_until_shown(application)
    stage, display = application.window.stage, application.display
    a, b = stage.pane("inside_a"), stage.pane("inside_b")
    assert isinstance(a, InsidePane) and isinstance(b, InsidePane)
    qtbot.waitUntil(lambda: "no attention" in a.choices["attention"], timeout=20_000)
    assert grabbed(a).std() > 8
    assert "without memory" in b.placeholder  # lane B runs per frame

    a.chosen.emit("pyramid")
    assert application.controller.settings.inside_a == "pyramid"

    def shows_pyramid() -> bool:
        last = display.last
        picture = last.analysis.inside.get("a") if last and last.analysis else None
        return picture is not None and "paths 4 to 1" in picture.note

    qtbot.waitUntil(shows_pyramid, timeout=20_000)
    application.controller.toggle_view(VIEW.key)

    def asks_nothing() -> bool:
        last = display.last
        return last is not None and all(lane.inside is None for lane in last.lanes.values())

    qtbot.waitUntil(asks_nothing, timeout=20_000)


def test_the_point_under_the_cursor_is_asked_about_also_while_paused(
    start_application: Start, wait_until_shown: Wait, qtbot: QtBot
) -> None:
    application = start_application(
        source_width=160, source_height=120, view=VIEW.key, input_size=64, device="cpu",
        panes=("rgb", "depth_a"), inside_a="similarity", model_b="off",
    )  # fmt: skip
    wait_until_shown(application)
    application.controller.set_paused(True)
    application.window.stage.hovered.emit("rgb", 150.0, 10.0)

    def asked() -> bool:
        last = application.display.last
        point = last.analysis.inside_point if last and last.analysis else (0.0, 0.0)
        return point == (150 / 160, 10 / 120)

    qtbot.waitUntil(asked, timeout=20_000)
    application.controller.pin(0.25, 0.75)
    application.window.stage.unhovered.emit()

    def asked_at_the_pin() -> bool:
        last = application.display.last
        return bool(last and last.analysis and last.analysis.inside_point == (0.25, 0.75))

    qtbot.waitUntil(asked_at_the_pin, timeout=20_000)

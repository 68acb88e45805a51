import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRectF, Qt
from pytestqt.qtbot import QtBot

from tests.support.pixels import grabbed, part, share_of
from widgets import theme
from widgets.linked_view import LinkedView
from widgets.pane_content import PaneContent, Scale, Second
from widgets.wipe_pane import WipePane

LEFT = Qt.MouseButton.LeftButton
GREEN, RED = "#00c800", "#c80000"


@pytest.fixture
def pane(qtbot: QtBot) -> WipePane:
    made = WipePane("Wipe", LinkedView())
    qtbot.addWidget(made)
    made.resize(500, 300)
    table = np.zeros((256, 3), np.uint8)
    table[1], table[2] = (0, 200, 0), (200, 0, 0)
    second = Second(np.full((30, 40), 2, np.uint8), ("FlashDepth-lite", "per frame"))
    levels = np.full((30, 40), 1, np.uint8)
    made.show_content(PaneContent(levels, table, Scale(0.0, 1.0, "relative"), second=second))
    made.show()
    qtbot.waitExposed(made)
    return made


def picture(pane: WipePane) -> QRectF:
    return pane.picture_rect().intersected(pane.picture_area())


def test_a_is_left_of_the_divider_and_b_right_of_it(pane: WipePane) -> None:
    pane.set_divider(0.25)
    area = pane.picture_area()
    middle = area.left() + 0.25 * area.width()
    rect = picture(pane).adjusted(0, 40, 0, -40)
    pixels = grabbed(pane)
    left = QRectF(rect.left(), rect.top(), middle - rect.left() - 6, rect.height())
    right = QRectF(middle + 6, rect.top(), rect.right() - middle - 6, rect.height())
    assert share_of(part(pixels, left), GREEN) > 0.98
    assert share_of(part(pixels, right), RED) > 0.98


def test_the_divider_follows_the_mouse_and_stops_at_the_edge(qtbot: QtBot, pane: WipePane) -> None:
    told: list[float] = []
    pane.divider_moved.connect(told.append)
    area = pane.picture_area()
    grip = QPoint(round(area.center().x()), 150)
    qtbot.mousePress(pane, LEFT, pos=grip)
    qtbot.mouseMove(pane, QPoint(round(area.left() + 0.75 * area.width()), 150))
    assert pane.divider == pytest.approx(0.75, abs=0.01)
    qtbot.mouseMove(pane, QPoint(-50, 150))
    qtbot.mouseRelease(pane, LEFT, pos=QPoint(-50, 150))
    assert 0 < pane.divider < 0.1
    assert told[-1] == pane.divider


def test_names_are_shown_in_the_colours_of_the_lanes(pane: WipePane) -> None:
    pixels = grabbed(pane)
    assert share_of(pixels, theme.COLOURS.lane_a) > 0.005
    assert share_of(pixels, theme.COLOURS.lane_b) > 0.005


def test_flipping_shows_the_other_lane(pane: WipePane) -> None:
    pane.set_blink_rate(2.0)
    rect = picture(pane).adjusted(0, 40, 0, -40)
    for colour in (GREEN, RED, GREEN):
        assert share_of(part(grabbed(pane), rect), colour) > 0.98
        pane.flip()


def test_the_lanes_take_turns_only_at_a_rate_and_on_screen(pane: WipePane) -> None:
    assert not pane.is_blinking
    pane.set_blink_rate(2.0)
    assert pane.is_blinking
    pane.hide()
    assert not pane.is_blinking
    pane.show()
    assert pane.is_blinking
    pane.set_blink_rate(0.0)
    assert not pane.is_blinking


def test_lanes_change_places_at_the_chosen_rate(qtbot: QtBot, pane: WipePane) -> None:
    pane.set_blink_rate(50.0)
    first = pane.side
    qtbot.waitUntil(lambda: pane.side != first, timeout=2000)
    qtbot.waitUntil(lambda: pane.side == first, timeout=2000)


def test_the_same_rate_with_every_picture_does_not_hold_the_lanes_up(
    qtbot: QtBot, pane: WipePane
) -> None:
    pane.set_blink_rate(10.0)
    first = pane.side

    def flipped() -> bool:
        pane.set_blink_rate(10.0)
        return pane.side != first

    qtbot.waitUntil(flipped, timeout=2000)


def test_a_rate_below_zero_is_refused(pane: WipePane) -> None:
    with pytest.raises(ValueError, match="rate"):
        pane.set_blink_rate(-1.0)


def test_clearing_forgets_both_lanes(pane: WipePane) -> None:
    pane.clear("Lane A is off.")
    pixels = grabbed(pane)
    assert share_of(pixels, GREEN) == share_of(pixels, RED) == 0.0

import pytest
from PyQt6.QtCore import QPoint, QSize, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QLabel, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.support.finding import button
from tests.support.pixels import grabbed, share_of
from widgets import theme
from widgets.cheat_sheet import CheatSheet, balanced
from widgets.drop_overlay import DropOverlay
from widgets.hint import Hint
from widgets.presenter_band import PresenterBand

LEFT = Qt.MouseButton.LeftButton
KEYS = [
    ("Play", [("Space", "Pause"), (".", "Step forward"), (",", "Step back")]),
    ("View", [(str(n), f"Pane {n}") for n in range(1, 9)]),
    ("Model", [("M", "Memory on or off"), ("R", "Reset memory")]),
    ("File", [("Ctrl+R", "Record"), ("S", "Snapshot")]),
]


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_overlays_follow_the_size_of_what_they_cover(host: QWidget) -> None:
    overlay = DropOverlay(host)
    assert not overlay.isVisible()
    overlay.invite()
    for size in (QSize(900, 600), QSize(700, 400)):
        host.resize(size)
        assert overlay.size() == size


def test_the_drop_invitation_lets_the_mouse_through(qtbot: QtBot, host: QWidget) -> None:
    button = QPushButton("below", host)
    button.show()
    DropOverlay(host).invite()
    assert host.childAt(button.geometry().center()) is button


def test_the_invitation_is_readable_over_a_bright_picture(host: QWidget) -> None:
    host.setStyleSheet("background: white")
    overlay = DropOverlay(host)
    overlay.invite("Drop it")
    pixels = grabbed(host)
    assert pixels[20:-20, 20:-20].mean() < 90
    assert share_of(pixels, theme.COLOURS.text, 60) > 0.001


def test_every_key_is_on_the_sheet(host: QWidget) -> None:
    sheet = CheatSheet(host)
    sheet.set_table(KEYS)
    sheet.toggle()
    words = {label.text() for label in sheet.findChildren(QLabel)}
    for heading, rows in KEYS:
        assert {heading, *(part for row in rows for part in row)} <= words


def card_of(sheet: CheatSheet) -> QScrollArea:
    card = sheet.findChild(QScrollArea)
    assert card is not None
    return card


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (420, 300)])
def test_the_sheet_stays_within_the_window(host: QWidget, size: tuple[int, int]) -> None:
    host.resize(*size)
    sheet = CheatSheet(host)
    sheet.set_table(KEYS)
    sheet.toggle()
    card = card_of(sheet)
    assert host.rect().contains(card.geometry())
    if size[0] > 1000:
        bar = card.verticalScrollBar()
        assert bar is not None
        assert bar.maximum() == 0


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Question, Qt.Key.Key_Space])
def test_a_key_closes_the_sheet(qtbot: QtBot, host: QWidget, key: Qt.Key) -> None:
    sheet = CheatSheet(host)
    sheet.set_table(KEYS)
    sheet.toggle()
    with qtbot.waitSignal(sheet.closed):
        qtbot.keyClick(sheet, key)
    assert not sheet.isVisible()


def test_the_sheet_keeps_its_keys_from_the_windows_shortcuts(qtbot: QtBot, host: QWidget) -> None:
    sheet, heard = CheatSheet(host), []
    restore = QShortcut(QKeySequence("Esc"), host)
    restore.activated.connect(lambda: heard.append("restore"))
    host.activateWindow()
    sheet.set_table(KEYS)
    sheet.toggle()
    qtbot.waitUntil(sheet.hasFocus)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert heard == []


def test_a_click_anywhere_closes_the_sheet(qtbot: QtBot, host: QWidget) -> None:
    sheet = CheatSheet(host)
    for where in (sheet, card_of(sheet).viewport()):
        sheet.set_table(KEYS)
        sheet.toggle()
        with qtbot.waitSignal(sheet.closed):
            qtbot.mouseClick(where, LEFT, pos=QPoint(5, 5))


def test_groups_keep_their_order_and_none_is_lost() -> None:
    for columns in (1, 2, 3, 9):
        dealt = balanced(KEYS, columns)
        assert [group for column in dealt for group in column] == KEYS
        assert len(dealt) <= columns
        assert all(dealt)


def test_the_longest_column_is_as_short_as_can_be() -> None:
    sizes = [6, 4, 24, 9, 4, 3, 2, 2]
    table = [(str(size), [("k", "words")] * size) for size in sizes]
    dealt = balanced(table, 3)
    assert [[len(rows) for _, rows in column] for column in dealt] == [
        [6, 4],
        [24],
        [9, 4, 3, 2, 2],
    ]


def test_the_presenters_words_grow_with_the_window(host: QWidget) -> None:
    band = PresenterBand(host)
    band.show_text("Memory is off", "Both lanes see every frame as if it were the first.")
    heights = []
    for size in ((960, 540), (1920, 1080)):
        host.resize(*size)
        band.resize(size[0], band.height())
        heights.append(band.height())
        assert share_of(grabbed(band), theme.COLOURS.text, 60) > 0.005
    assert heights[1] > 1.6 * heights[0]


def test_the_band_keeps_its_height_whatever_it_says(host: QWidget) -> None:
    band = PresenterBand(host)
    band.show_text("Memory is off")
    height = band.height()
    band.show_text("Memory is off", "Both lanes see every frame as if it were the first. " * 9)
    assert band.height() == height


def test_nothing_to_say_takes_the_band_away(host: QWidget) -> None:
    band = PresenterBand(host)
    band.show_text("Memory is off")
    assert band.isVisible()
    band.show_text("")
    assert not band.isVisible()


def test_a_hint_closes_by_its_button(qtbot: QtBot, host: QWidget) -> None:
    hint = Hint(host)
    hint.show_text("Drop a video here.")
    hint.place_within(0, 0, 300, 200)
    assert hint.text == "Drop a video here."
    assert host.rect().contains(hint.geometry())
    with qtbot.waitSignal(hint.dismissed):
        qtbot.mouseClick(button(hint, "Dismiss this hint"), LEFT)
    assert not hint.isVisible()

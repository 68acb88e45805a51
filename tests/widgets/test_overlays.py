from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRectF, QSize, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.support.finding import button
from tests.support.pixels import grabbed, share_of
from widgets import theme
from widgets.announcement import Announcement
from widgets.cheat_sheet import CheatSheet, balanced, broken
from widgets.drop_overlay import DropOverlay
from widgets.hint import Hint
from widgets.overlay import lifted
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


LONG = [
    (f"Group {at}", [(f"Ctrl+{at}", f"Does the thing number {n}") for n in range(size)])
    for at, size in enumerate([6, 2, 4, 34, 11, 4, 3, 2, 2, 3])
]


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_broken_columns_are_alike_and_lose_no_row(columns: int) -> None:
    dealt = broken(LONG, columns)
    groups = [group for column in dealt for group in column]
    assert [row for _, rows in groups for row in rows] == [row for _, rows in LONG for row in rows]
    assert len(dealt) <= columns
    lengths = [sum(len(rows) + 2 for _, rows in column) for column in dealt]
    assert max(lengths) <= sum(len(rows) + 2 for _, rows in LONG) / columns + 8
    parts = [rows for heading, rows in groups if heading.startswith("Group 3")]
    assert all(len(rows) >= 3 for rows in parts)


@pytest.fixture(params=[1.0, 1.5])
def _type(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    theme.apply_theme(qapp, "dark", request.param)
    yield
    theme.apply_theme(qapp)


@pytest.mark.usefixtures("_type")
@pytest.mark.parametrize("size", [(1024, 768), (1280, 720), (1920, 1080)])
def test_all_keys_are_seen_at_once(host: QWidget, size: tuple[int, int]) -> None:
    host.resize(*size)
    sheet = CheatSheet(host)
    sheet.set_table(LONG)
    sheet.toggle()
    bar = card_of(sheet).verticalScrollBar()
    assert bar is not None
    assert bar.maximum() == 0
    assert host.rect().contains(card_of(sheet).geometry())
    assert sum(label.text() == "Does the thing number 1" for label in labels_of(sheet)) == 10


def labels_of(sheet: CheatSheet) -> list[QLabel]:
    """The words on the sheet that is shown."""
    body = card_of(sheet).widget()
    assert body is not None
    return body.findChildren(QLabel)


BARS = [QRectF(300, 540, 180, 50), QRectF(760, 540, 120, 50), QRectF(300, 250, 180, 50)]


def painted_rows(host: QWidget) -> tuple[int, int]:
    """First and last row of the host, which is black, that has anything on it."""
    rows = np.flatnonzero((grabbed(host) != 0).any(axis=(1, 2)))
    return int(rows[0]), int(rows[-1])


def test_a_message_lies_above_what_it_should_not_cover(host: QWidget) -> None:
    host.setStyleSheet("background: black")
    message = Announcement(host, lambda: BARS)
    message.show_text("Colour map: viridis")
    first, last = painted_rows(host)
    assert first > BARS[2].bottom()
    assert last < BARS[0].top()
    plain = Announcement(host)
    message.end()
    plain.show_text("Colour map: viridis")
    assert painted_rows(host)[1] > BARS[0].top()
    plain.end()


@pytest.mark.parametrize(
    ("obstacles", "top"),
    [
        ([], 80),
        ([QRectF(0, 0, 5, 100)], 80),
        ([QRectF(40, 85, 10, 10)], 65),
        ([QRectF(40, 85, 10, 10), QRectF(40, 70, 10, 10)], 50),
        ([QRectF(40, 0, 10, 100)], 80),
    ],
)
def test_a_box_moves_up_as_little_as_it_takes(obstacles: list[QRectF], top: float) -> None:
    box = lifted(QRectF(30, 80, 40, 16), obstacles, 4.0)
    assert box.size() == QRectF(30, 80, 40, 16).size()
    assert box.top() == top


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

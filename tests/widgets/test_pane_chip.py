"""The chip on a picture's corner gives its room to the title first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from widgets.header_paint import Header
from widgets.pane_chip import PaneChip

AREA = QRectF(0, 0, 900, 300)


@pytest.fixture
def chip(qtbot: QtBot) -> Iterator[PaneChip]:
    parent = QWidget()
    parent.resize(900, 300)
    qtbot.addWidget(parent)
    made = PaneChip(parent)
    made.show_header(Header("Point cloud", caption="stride 2 · 77 k points"))
    made.host(QPushButton("Viewpoints"))
    parent.show()
    yield made
    parent.close()


def button(chip: PaneChip) -> QPushButton:
    found = chip.findChild(QPushButton)
    assert found is not None
    return found


def test_a_control_gives_way_where_the_title_has_no_room(chip: PaneChip) -> None:
    natural = chip.natural_width()
    chip.place(AREA, natural)
    assert button(chip).isVisible()
    chip.place(AREA, button(chip).sizeHint().width() + 20)
    assert not button(chip).isVisible()
    assert chip.natural_width() == natural  # so that the next layout decides the same
    chip.place(AREA, natural)
    assert button(chip).isVisible()


def test_the_caption_is_shortened_before_a_control_goes(chip: PaneChip) -> None:
    chip.place(AREA, chip.natural_width() - 20)
    assert button(chip).isVisible()


def test_words_alone_stay_without_controls(chip: PaneChip) -> None:
    chip.set_plain(True)
    chip.place(AREA, 60)
    chip.place(AREA, 900)
    assert not button(chip).isVisible()

"""Where the audience window goes when there is one screen."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect

from app.ui.output_window import LEAST_WIDTH_PX, beside

SCREEN = QRect(0, 0, 1920, 1080)


@pytest.mark.parametrize(
    "main",
    [QRect(0, 0, 1200, 1080), QRect(720, 0, 1200, 1080), QRect(0, 0, 1920, 600)],
    ids=["room at the right", "room at the left", "room below"],
)
def test_it_stands_beside_the_main_window_where_there_is_room(main: QRect) -> None:
    placed = beside(main, SCREEN)
    assert SCREEN.contains(placed)
    assert not placed.intersects(main)
    assert placed.width() >= LEAST_WIDTH_PX


@pytest.mark.parametrize("room", [SCREEN, QRect(0, 30, 1280, 690), QRect(100, 0, 1024, 768)])
def test_it_lies_over_a_window_that_fills_the_screen(room: QRect) -> None:
    placed = beside(room, room)
    assert room.contains(placed)
    assert placed.width() == pytest.approx(room.width() * 2 / 3, abs=2)
    assert placed.width() / placed.height() == pytest.approx(16 / 9, abs=0.02)

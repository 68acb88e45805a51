import numpy as np
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.support.pixels import grabbed
from widgets.numbers_overlay import NumbersOverlay
from widgets.status_strip import StatusReading


def test_all_numbers_stand_over_the_lower_left_corner_one_per_line(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(640, 360)
    overlay = NumbersOverlay(host)
    host.show()
    qtbot.waitExposed(host)
    before = grabbed(host)
    overlay.show_reading(StatusReading(fps=12.5, source_fps=25.0, dropped=3, memory_mb=640.0))
    overlay.show()
    assert overlay.lines() == ["12.5 of 25 fps", "3 skipped", "640 MB"]
    rows, columns = np.nonzero(np.any(grabbed(host) != before, axis=-1))
    assert columns.max() < 320
    assert rows.min() > 180
    host.resize(640, 400)
    qtbot.waitUntil(lambda: overlay.geometry().bottom() > 360, timeout=5_000)
    assert host.rect().contains(overlay.geometry())

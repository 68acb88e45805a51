"""A display that shows nothing."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from app.core.results import FrameResult


class FakeDisplay(QObject):
    """Has what features listen to and look at; `warmed` counts how often it was to say so."""

    shown = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.last: FrameResult | None = None
        self.warmed = 0

    def show_warming_up(self) -> None:
        self.warmed += 1

    def forget(self) -> None:
        self.last = None

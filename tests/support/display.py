"""A display that shows nothing."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from app.core.results import FrameResult
from models.frames import Frame


class FakeDisplay(QObject):
    """Has what features listen to and look at; `warmed` counts how often it was to say so."""

    shown = pyqtSignal(object)
    previewed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.last: FrameResult | None = None
        self.is_stale = False
        self.warmed = 0
        self.waits_for = ""
        self.previews: list[int] = []

    def show_warming_up(self) -> None:
        self.warmed += 1

    def show_waiting(self, is_loading: bool) -> None:
        self.waits_for = "models" if is_loading else "picture"

    def preview(self, frame: Frame) -> None:
        self.previews.append(frame.index)
        self.previewed.emit()

    def forget(self) -> None:
        self.last = None

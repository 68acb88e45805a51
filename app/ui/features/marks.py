"""What the user marks in the pictures: pinned points and the row of the x-t slices."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from app.core.results import FrameResult
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from widgets.stage import Stage


class MarksController(FeatureController):
    """Places the marks, which are kept as shares of the picture, at any picture size."""

    def __init__(
        self, stage: Stage, display: Display, controller: Controller, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._stage = stage
        self._display = display
        self._controller = controller
        self._size: tuple[int, int] | None = None
        stage.scan_line_moved.connect(self._on_scan_line)
        controller.pins_changed.connect(self._place)
        display.shown.connect(self._on_shown)

    def pin_under_cursor(self) -> None:
        """Pin the picture point under the cursor."""
        point = self._display.cursor
        if point is None:
            self.said.emit("Point at a picture first, then press P.")
        else:
            self._controller.pin(*point)

    def _on_shown(self, result: FrameResult) -> None:
        if result.frame.size != self._size:
            self._size = result.frame.size
            self._place()

    def _place(self) -> None:
        if self._size is not None:
            width, height = self._size
            self._stage.frame.set_pins([(x * width, y * height) for x, y in self._controller.pins])

    def _on_scan_line(self, row: int) -> None:
        if self._size is not None:
            share = row / max(1, self._size[1] - 1)
            self._controller.set("scan_line", min(1.0, max(0.0, share)))

"""A sentence laid over a widget that cannot paint it itself, such as a GL surface."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from widgets import pane_paint, theme


class BannerOverlay(QWidget):
    """A sentence at the lower edge of its area; the mouse passes through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text, self._level = "", "warn"
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def text(self) -> str:
        """What is said now; "" if nothing."""
        return self._text

    def set_text(self, text: str | None, level: str) -> None:
        """Say `text` at level "info", "good", "warn" or "bad", or nothing."""
        theme.level_colour(level)
        if (text or "", level) == (self._text, self._level):
            return
        self._text, self._level = text or "", level
        self.setVisible(bool(text))
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        pane_paint.draw_banner(painter, area, self._text, self._level, self.font())
        painter.end()

"""A message over a widget that cannot paint it itself, such as an OpenGL surface."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from widgets import pane_paint, theme


class BannerOverlay(QWidget):
    """A message at the lower edge of its area; the mouse passes through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text, self._level = "", "warn"
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def text(self) -> str:
        """The current message; "" if none."""
        return self._text

    def set_text(self, text: str | None, level: str) -> None:
        """Show `text` at level "info", "good", "warn" or "bad", or hide the message."""
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

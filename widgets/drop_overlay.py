"""What the window shows while a file is dragged over it."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from widgets import pane_paint, theme
from widgets.overlay import Overlay
from widgets.theme import COLOURS, SPACE, SPACE_L

INVITATION = "Drop a video, a picture folder or a recording"


class DropOverlay(Overlay):
    """A frame and an invitation; the drop itself goes to the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, passes_mouse=True)
        self._text = INVITATION

    def invite(self, text: str = INVITATION) -> None:
        """Appear with this text, such as the name of what would be opened."""
        self._text = text
        self.appear()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        veil = QColor(COLOURS.background)
        veil.setAlpha(200)
        painter.fillRect(self.rect(), veil)
        pen = QPen(QColor(COLOURS.quiet), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        frame = QRectF(self.rect()).adjusted(SPACE_L, SPACE_L, -SPACE_L, -SPACE_L)
        painter.drawRoundedRect(frame, SPACE, SPACE)
        font = theme.bold_font(self.font())
        font.setPixelSize(round(1.6 * self.fontInfo().pixelSize()))
        pane_paint.draw_placeholder(painter, frame, self._text, font, COLOURS.text)
        painter.end()

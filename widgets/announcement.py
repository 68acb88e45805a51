"""A short message over the pictures that disappears by itself; visible in full screen too."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PyQt6.QtCore import QRectF, Qt, QTimer
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from models.plain_text import single_line
from widgets import theme
from widgets.overlay import Overlay, lifted
from widgets.theme import COLOURS, SPACE, SPACE_L

SHOWN_MS = 1800
TYPE_SHARE = 1 / 24
LEAST_PX = 16


class Announcement(Overlay):
    """Shows a message at the lower edge of its parent for a moment.

    Parameters
    ----------
    keep_clear
        Returns what of the parent the message should not cover, in the parent's pixels; it then
        lies above that.
    """

    def __init__(self, parent: QWidget, keep_clear: Callable[[], Iterable[QRectF]] = tuple) -> None:
        super().__init__(parent, passes_mouse=True)
        self._keep_clear = keep_clear
        self._text = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.end)

    @property
    def text(self) -> str:
        """The message shown last."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show `text`, replacing the current message."""
        self._text = single_line(text)
        self.appear()
        self.update()
        self._timer.start(SHOWN_MS)

    def end(self) -> None:
        """Hide the message."""
        self._timer.stop()
        self.hide()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        font = theme.bold_font(QFont(self.font()))
        font.setPixelSize(max(LEAST_PX, round(TYPE_SHARE * self.height())))
        metrics = QFontMetricsF(font)
        room = self.width() - 4 * SPACE_L
        text = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        width, height = metrics.horizontalAdvance(text) + 2 * SPACE_L, 1.8 * metrics.height()
        left = (self.width() - width) / 2
        low = QRectF(left, self.height() - height - SPACE_L, width, height)
        box = lifted(low, self._keep_clear(), SPACE)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(COLOURS.border))
        painter.setBrush(QColor(COLOURS.raised))
        painter.drawRoundedRect(box, 8, 8)
        painter.setPen(QColor(COLOURS.text))
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

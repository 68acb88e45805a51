"""All readings over the pictures, for those who want every number."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from widgets import header_paint, theme
from widgets.status_strip import Part, StatusReading, parts_of
from widgets.theme import COLOURS, SPACE


class NumbersOverlay(QWidget):
    """One reading per line at the lower left corner of its parent; the mouse passes through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parts: list[Part] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setAccessibleName("Numbers")
        parent.installEventFilter(self)
        self.hide()

    def show_reading(self, reading: StatusReading) -> None:
        """Show these values; unknown ones are left out."""
        parts = parts_of(reading)
        if parts != self._parts:
            self._parts = parts
            self.setAccessibleDescription("\n".join(self.lines()))
            self._place()
            self.update()

    def lines(self) -> list[str]:
        """What is shown, line by line."""
        return [part.full for part in self._parts]

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Stay in the corner when the parent changes its size."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        font = theme.numbers_font(self.font())
        metrics, line = QFontMetricsF(font), QFontMetricsF(font).lineSpacing()
        painter = QPainter(self)
        header_paint.draw_ground(painter, QRectF(self.rect()), 230)
        painter.setFont(font)
        room = self.width() - 2.0 * SPACE
        for at, part in enumerate(self._parts):
            painter.setPen(QColor(part.colour or COLOURS.text))
            text = metrics.elidedText(part.full, header_paint.ELIDE, room)
            box = QRectF(SPACE, SPACE + at * line, room, line)
            painter.drawText(box, header_paint.MIDDLE_LEFT, text)
        painter.end()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        metrics = QFontMetricsF(theme.numbers_font(self.font()))
        longest = max((metrics.horizontalAdvance(text) for text in self.lines()), default=0.0)
        width = min(parent.width() - 2 * SPACE, round(longest) + 2 * SPACE + 1)
        height = round(len(self._parts) * metrics.lineSpacing()) + 2 * SPACE
        self.setGeometry(SPACE, parent.height() - height - SPACE, max(1, width), height)
        self.raise_()

"""Selection of a rectangle on the screen as a source."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QGuiApplication, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from widgets import pane_paint, theme
from widgets.theme import COLOURS, SPACE

LEAST_PX = 32
ADVICE = "Drag to select the part of the screen to capture; Esc cancels"


class RegionPicker(QWidget):
    """An overlay over one screen on which the user drags a rectangle; closes itself afterwards.

    Attributes
    ----------
    picked
        Emitted with (x, y, width, height) in physical pixels of the whole desktop.
    cancelled
        Emitted on Escape, or after too small a drag.
    """

    picked = pyqtSignal(int, int, int, int)
    cancelled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            parent,
            Qt.WindowType.Window
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._start: QPointF | None = None
        self._end = QPointF()

    def open_on_screen(self) -> None:
        """Cover the screen that the parent is on."""
        parent = self.parentWidget()
        screen = parent.screen() if parent is not None else QGuiApplication.primaryScreen()
        if screen is not None:
            self.setGeometry(screen.geometry())
        self.show()
        self.activateWindow()

    def region(self) -> QRect:
        """The current rectangle, in physical pixels of the whole desktop."""
        if self._start is None:
            return QRect()
        local = QRectF(self._start, self._end).normalized()
        ratio = self.devicePixelRatioF()
        origin = self.geometry().topLeft()
        return QRect(
            round((origin.x() + local.x()) * ratio),
            round((origin.y() + local.y()) * ratio),
            round(local.width() * ratio),
            round(local.height() * ratio),
        )

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 120))
        if self._start is None:
            pane_paint.draw_placeholder(painter, QRectF(self.rect()), ADVICE, self.font())
        else:
            box = QRectF(self._start, self._end).normalized()
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.fillRect(box, QColor(0, 0, 0, 1))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.setPen(QPen(QColor(COLOURS.text), 1))
            painter.drawRect(box)
            region = self.region()
            painter.setFont(theme.numbers_font(self.font()))
            text = f"{region.width()}×{region.height()}"
            painter.drawText(box.bottomLeft() + QPointF(SPACE, -SPACE), text)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None:
            self._start = self._end = event.position()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._start is not None:
            self._end = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is None or self._start is None:
            return
        self._end = event.position()
        region = self.region()
        if min(region.width(), region.height()) >= LEAST_PX:
            self.picked.emit(region.x(), region.y(), region.width(), region.height())
        else:
            self.cancelled.emit()
        self.close()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            self.close()

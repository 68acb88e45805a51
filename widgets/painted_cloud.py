"""The cloud on software GL: drawn off screen and painted like any other picture.

One visible QOpenGLWidget makes Qt compose its whole window through OpenGL at every update of any
pane. That is free on a GPU; on software GL it costs more than the points.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import (
    QColor,
    QImage,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PyQt6.QtWidgets import QApplication, QWidget

from widgets.cloud_canvas import CloudCanvas


class PaintedCloud(QWidget):
    """Takes the place of `canvas`, which is never shown, and follows its changes."""

    def __init__(self, canvas: CloudCanvas, parent: QWidget) -> None:
        super().__init__(parent)
        self.canvas = canvas
        self._picture: QImage | None = None
        canvas.stale.connect(self._forget)
        # a widget without a parent is not deleted by one
        self.destroyed.connect(canvas.deleteLater)
        self.setFocusPolicy(canvas.focusPolicy())
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if self.canvas.is_empty:
            painter = QPainter(self)
            top, bottom = self.canvas.background
            gradient = QLinearGradient(0.0, 0.0, 0.0, float(self.height()))
            gradient.setColorAt(0.0, QColor(*top))
            gradient.setColorAt(1.0, QColor(*bottom))
            painter.fillRect(self.rect(), gradient)
            painter.end()
            return
        self.put(self.drawn())

    def drawn(self) -> QImage:
        """The cloud as it is now; drawn once, however often it is painted or grabbed."""
        if self._picture is None:
            self._picture = self.canvas.grabFramebuffer()
        return self._picture

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._picture = None
        before = self.canvas.size()
        self.canvas.resize(self.size())
        # Qt sends a widget its size when it is shown, which never happens here: without this event
        # it would keep drawing into a framebuffer of the old size.
        QApplication.sendEvent(self.canvas, QResizeEvent(self.size(), before))

    def _forget(self) -> None:
        self._picture = None
        self.update()

    def put(self, image: QImage) -> None:
        """Paint the drawn picture over the whole widget."""
        painter = QPainter(self)
        painter.drawImage(self.rect(), image)
        painter.end()

"""The cloud on software GL: drawn out of sight and painted like any other picture.

One visible QOpenGLWidget makes Qt put its whole window together through OpenGL at every update of
any pane. A GPU does that for nothing; on software GL it costs more than the points.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QApplication, QWidget

from widgets.cloud_canvas import CloudCanvas


class PaintedCloud(QWidget):
    """Stands where `canvas` would, which is never shown, and follows its every change."""

    def __init__(self, canvas: CloudCanvas, parent: QWidget) -> None:
        super().__init__(parent)
        self.canvas = canvas
        canvas.stale.connect(self.update)
        self.destroyed.connect(canvas.deleteLater)  # a window of its own has no parent to end it
        self.setFocusPolicy(canvas.focusPolicy())
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        self.put(self.canvas.grabFramebuffer())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        before = self.canvas.size()
        self.canvas.resize(self.size())
        # Qt tells a widget of its size when it is shown, and this one never is: without being told
        # it would go on drawing into a framebuffer of the old size.
        QApplication.sendEvent(self.canvas, QResizeEvent(self.size(), before))

    def put(self, image: QImage) -> None:
        """Paint what was drawn over the whole widget."""
        painter = QPainter(self)
        painter.drawImage(self.rect(), image)
        painter.end()

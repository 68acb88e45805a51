"""A ruler over the cloud: two clicks, a line between them and its length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from renderers.cloud_options import CloudOptions
from renderers.cloud_ruler import CloudLength, Pixel, on_screen, pixel_under, point_at
from renderers.point_cloud import intrinsics_in_force
from widgets import theme
from widgets.cloud_content import CloudContent
from widgets.theme import SPACE, SPACE_XS

Float64 = NDArray[np.float64]

_FIRST, _SECOND = "Click the first point", "Click the second point"
_NOTHING = "There is no point here; click on the cloud"
_LINE, _GROUND, _WORDS = QColor("#ffd75f"), QColor(13, 14, 16, 215), QColor("#f4f4f2")
_RADIUS_PX = 4.0


class CloudRuler(QWidget):
    """Lies over the cloud and lets the mouse through; remembers pixels, not points.

    The length therefore follows the picture, and a and b while they are changed.

    Attributes
    ----------
    measured
        Emitted with a `CloudLength` when it changed, or with None when there is none any more.
    """

    measured = pyqtSignal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._content: CloudContent | None = None
        self._options = CloudOptions()
        self._transform: Float64 = np.eye(4)
        self._pixels: list[Pixel] = []
        self._length: CloudLength | None = None
        self._words = _FIRST
        self.hide()

    @property
    def is_on(self) -> bool:
        """Whether clicks on the cloud are measured."""
        return not self.isHidden()

    @property
    def length(self) -> CloudLength | None:
        """The current length, or None."""
        return self._length

    def set_on(self, is_on: bool) -> None:
        """Begin to measure, or end it and forget the length."""
        self._pixels.clear()
        self._words = _FIRST
        self.setVisible(is_on)
        self._work_out()

    def set_content(self, content: CloudContent | None, options: CloudOptions) -> None:
        """Measure in this content; None ends the current length."""
        shape = content.disparity.shape if content is not None else None
        if self._content is not None and shape != self._content.disparity.shape:
            self._pixels.clear()
        self._content, self._options = content, options
        if self.is_on:
            self._work_out()

    def set_view(self, transform: Float64) -> None:
        """Draw the line as it is seen: (4, 4), world to clip space."""
        self._transform = transform
        if self.is_on:
            self.update()

    def click(self, at: QPointF) -> None:
        """Take a point; after two the next one starts over."""
        content = self._content
        if not self.is_on or content is None:
            return
        height, width = content.disparity.shape
        options = self._options
        pixel = pixel_under(
            (at.x(), at.y()),
            (self.width(), self.height()),
            self._transform,
            content.disparity,
            content.calibration(options),
            intrinsics_in_force(options, content.intrinsics, width, height),
            options.mirror,
        )
        if pixel is None:
            self._words = _NOTHING
            self.update()
            return
        self._pixels = [*self._pixels, pixel] if len(self._pixels) < 2 else [pixel]
        self._words = _SECOND
        self._work_out()

    def _work_out(self) -> None:
        before, points = self._length, self._points()
        self._length = None
        if len(points) == 2 and self._content is not None:
            first, second = points
            self._length = CloudLength(
                (self._pixels[0], self._pixels[1]),
                (first, second),
                float(np.linalg.norm(np.subtract(first, second))),
                self._content.is_metric(self._options),
                self._content.calibration(self._options),
            )
        if self._length != before:
            self.measured.emit(self._length)
        self.update()

    def _points(self) -> list[tuple[float, float, float]]:
        content, options = self._content, self._options
        if content is None:
            return []
        height, width = content.disparity.shape
        camera = intrinsics_in_force(options, content.intrinsics, width, height)
        calibration = content.calibration(options)
        found = (
            point_at(pixel, content.disparity, calibration, camera, options.mirror)
            for pixel in self._pixels
        )
        return [point for point in found if point is not None]

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        canvas_px = (self.width(), self.height())
        places = [on_screen(point, self._transform, canvas_px) for point in self._points()]
        ends = [QPointF(*place) for place in places if place is not None]
        for pen in (QPen(_GROUND, 5.0), QPen(_LINE, 2.0)):
            painter.setPen(pen)
            if len(ends) == 2:
                painter.drawLine(*ends)
            for end in ends:
                painter.drawEllipse(end, _RADIUS_PX, _RADIUS_PX)
        middle = (ends[0] + ends[1]) / 2 if len(ends) == 2 else None
        self._draw_words(painter, self._length.words if self._length else self._words, middle)
        painter.end()

    def _draw_words(self, painter: QPainter, words: str, at: QPointF | None) -> None:
        """Write beside a place, or at the bottom."""
        painter.setFont(theme.numbers_font(self.font()))
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(words) + 2.0 * SPACE
        height = metrics.height() + 2.0 * SPACE_XS
        at = at or QPointF(self.width() / 2, self.height() - height)
        left = min(max(at.x() - width / 2, 0.0), max(0.0, self.width() - width))
        top = min(max(at.y() - height - SPACE, 0.0), max(0.0, self.height() - height))
        box = QRectF(left, top, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(box, SPACE_XS, SPACE_XS)
        painter.setPen(_WORDS)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

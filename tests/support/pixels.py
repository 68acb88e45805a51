"""Reading back what a widget drew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QWheelEvent
from PyQt6.QtWidgets import QApplication, QWidget


def grabbed(widget: QWidget) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of what the widget looks like now."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    assert bits is not None
    flat = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8)
    rows = flat.reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def share_of(pixels: NDArray[np.uint8], colour: str, tolerance: int = 24) -> float:
    """Share of the pixels that are within `tolerance` of `colour` in every channel."""
    c = QColor(colour)
    wanted = np.array([c.red(), c.green(), c.blue()])
    return float((np.abs(pixels.astype(int) - wanted).max(axis=-1) <= tolerance).mean())


def part(pixels: NDArray[np.uint8], rect: QRectF) -> NDArray[np.uint8]:
    """The pixels within a rectangle of the widget."""
    return pixels[
        max(0, round(rect.top())) : round(rect.bottom()),
        max(0, round(rect.left())) : round(rect.right()),
    ]


def wheel(widget: QWidget, at: QPointF, angle: int = 0, pixels: int = 0) -> None:
    """Turn the wheel over a point of the widget, by eighths of a degree or by trackpad pixels."""
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(0, pixels),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)

"""A scene for the point cloud's pane, and the mouse moved over it."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import (
    QMouseEvent,
    QWheelEvent,
)
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from models.frames import Unit
from models.geometry import Intrinsics
from renderers.levels import quantise
from widgets.cloud_canvas import CloudCanvas
from widgets.cloud_pane import CloudPane
from widgets.painted_cloud import PaintedCloud

WIDTH, HEIGHT = 160, 120
CAMERA = Intrinsics.from_fov(60.0, WIDTH, HEIGHT)
RANGE = (0.15, 0.7)


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A red box before a green wall: (rgb, disparity)."""
    disparity = np.full((HEIGHT, WIDTH), 0.2, np.float32)
    disparity[40:90, 50:110] = 0.6
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[..., 1] = 180
    rgb[40:90, 50:110] = (220, 40, 30)
    return rgb, disparity


def feed(pane: CloudPane, unit: Unit = Unit.INVERSE_METRE) -> None:
    rgb, disparity = scene()
    pane.show_cloud(rgb, disparity, quantise(disparity, RANGE), RANGE, unit, CAMERA)


def surface_of(pane: CloudPane) -> QWidget:
    """What the mouse touches."""
    surface = pane.findChild(PaintedCloud) or pane.findChild(CloudCanvas)
    assert surface is not None
    return surface


def canvas_of(pane: CloudPane) -> CloudCanvas:
    surface = surface_of(pane)
    canvas = surface.canvas if isinstance(surface, PaintedCloud) else surface
    assert isinstance(canvas, CloudCanvas)
    return canvas


def share(picture: np.ndarray, channel: int) -> float:
    """Share of pixels in which one channel clearly leads."""
    rest = np.delete(picture, channel, axis=2).max(axis=2)
    return float((picture[..., channel] > rest.astype(int) + 60).mean())


def drag(
    canvas: QWidget,
    button: Qt.MouseButton,
    way: QPoint,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    start = canvas.rect().center()
    QTest.mousePress(canvas, button, modifier, start)
    move(canvas, button, start + way, modifier)
    QTest.mouseRelease(canvas, button, modifier, start + way)


def move(
    canvas: QWidget, button: Qt.MouseButton, to: QPoint, modifier: Qt.KeyboardModifier
) -> None:
    """A move with the button down, which QTest.mouseMove does not send."""
    point = QPointF(to)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        canvas.mapToGlobal(point),
        Qt.MouseButton.NoButton,
        button,
        modifier,
    )
    QApplication.sendEvent(canvas, event)


def wheel(canvas: QWidget, delta: int) -> None:
    centre = QPointF(canvas.rect().center())
    event = QWheelEvent(
        centre,
        canvas.mapToGlobal(centre),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)

"""Mouse, wheel, trackpad and keys to camera poses: turntable, pan, zoom, and a fly camera.

Left drag turns about the target, Shift or the middle button pans, the wheel zooms. On a trackpad
two fingers turn, with Shift they pan and with Ctrl they zoom; a pinch zooms, twisting it turns, and
a two-finger double tap resets, as in common 3-D programs. While the right button is held, the mouse
looks around and W A S D Q E fly; those keys do not trigger shortcuts meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from PyQt6.QtCore import QElapsedTimer, QEvent, QObject, QPointF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from renderers.camera import CameraPose, fly, look, orbit, pan, zoom

_TURN_DEG_PER_PX = 0.35
_LOOK_DEG_PER_PX = 0.15
_ZOOM_PER_NOTCH = 1.15
_SCROLL_DEG_PER_PX = 0.3
_ZOOM_PER_PX = 1.006
_CLICK_PX = 4.0
_LEAST_PINCH, _MOST_PINCH = 0.5, 2.0
_FLY_SPEED = 0.8
_FAST = 3.0
_TICK_MS = 16
_LONGEST_STEP_S = 0.1

_MOVES: dict[int, tuple[float, float, float]] = {
    Qt.Key.Key_W: (0.0, 0.0, 1.0),
    Qt.Key.Key_S: (0.0, 0.0, -1.0),
    Qt.Key.Key_D: (1.0, 0.0, 0.0),
    Qt.Key.Key_A: (-1.0, 0.0, 0.0),
    Qt.Key.Key_E: (0.0, 1.0, 0.0),
    Qt.Key.Key_Q: (0.0, -1.0, 0.0),
}
"""Right, up, forward per key."""


class CloudNavigator(QObject):
    """Filters a canvas's events and emits the resulting poses.

    `tan_half` returns the tangent of half the vertical field of view, so that a panned point stays
    under the cursor.
    """

    moved = pyqtSignal(object)
    """Emitted with a new CameraPose."""
    pressed = pyqtSignal()
    clicked = pyqtSignal(QPointF)
    """Emitted for the left button if it moved nothing."""
    double_clicked = pyqtSignal()
    home_pressed = pyqtSignal()

    def __init__(self, canvas: QWidget, tan_half: Callable[[], float]) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._tan_half = tan_half
        self._pose = CameraPose()
        self._button = Qt.MouseButton.NoButton
        self._last = self._pressed_at = QPointF()
        self._is_click = False
        self._held: set[int] = set()
        self._fast = False
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._advance)
        self._elapsed = QElapsedTimer()
        if sys.platform != "darwin":  # macOS sends the same pinch as a native gesture
            canvas.grabGesture(Qt.GestureType.PinchGesture)
        canvas.installEventFilter(self)

    @property
    def is_flying(self) -> bool:
        """Whether the right button is held."""
        return self._button is Qt.MouseButton.RightButton

    def set_pose(self, pose: CameraPose) -> None:
        """Continue from `pose`; emits nothing."""
        self._pose = pose

    def stop(self) -> None:
        """Release buttons and keys."""
        self._button = Qt.MouseButton.NoButton
        self._held.clear()
        self._timer.stop()

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:
        """True for the events that were used."""
        if event is None:
            return False
        kind = event.type()
        if kind in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.WindowDeactivate):
            self.stop()
            return False
        if isinstance(event, QMouseEvent):
            return self._mouse(kind, event)
        if isinstance(event, QWheelEvent):
            self._scroll(event)
            return True
        if isinstance(event, QNativeGestureEvent):
            return self._gesture(event)
        if isinstance(event, QGestureEvent):
            return self._touch(event)
        return isinstance(event, QKeyEvent) and self._key(kind, event)

    def _mouse(self, kind: QEvent.Type, event: QMouseEvent) -> bool:
        if kind == QEvent.Type.MouseButtonDblClick:
            if event.button() == Qt.MouseButton.LeftButton:
                self.double_clicked.emit()
            return True
        if kind == QEvent.Type.MouseButtonPress:
            if self._button is Qt.MouseButton.NoButton:
                self.pressed.emit()
                self._button, self._last = event.button(), event.position()
                self._pressed_at, self._is_click = event.position(), True
                self._canvas.setFocus(Qt.FocusReason.MouseFocusReason)
            return True
        if kind == QEvent.Type.MouseButtonRelease:
            if event.button() is self._button:
                is_click = self._is_click and event.button() is Qt.MouseButton.LeftButton
                self.stop()
                if is_click:
                    self.clicked.emit(event.position())
            return True
        if kind == QEvent.Type.MouseMove and self._button is not Qt.MouseButton.NoButton:
            way = event.position() - self._pressed_at
            if self._is_click and way.manhattanLength() < _CLICK_PX:
                return True  # a hand that clicks is not perfectly still
            self._is_click = False
            step = event.position() - self._last
            self._last = event.position()
            self._drag(step, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        return False

    def _drag(self, step: QPointF, shift: bool) -> None:
        if self._button is Qt.MouseButton.RightButton:
            turn = _LOOK_DEG_PER_PX
            self._emit(look(self._pose, -turn * step.x(), turn * step.y()))
        elif self._button is Qt.MouseButton.MiddleButton or shift:
            self._pan(step)
        elif self._button is Qt.MouseButton.LeftButton:
            turn = _TURN_DEG_PER_PX
            self._emit(orbit(self._pose, -turn * step.x(), turn * step.y()))

    def _scroll(self, event: QWheelEvent) -> None:
        if not is_trackpad(event):
            self._emit(zoom(self._pose, _ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120)))
            return
        if event.phase() == Qt.ScrollPhase.ScrollMomentum:
            return  # a view that keeps turning by inertia is hard to stop at the right place
        step, keys = QPointF(event.pixelDelta()), event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self._emit(zoom(self._pose, _ZOOM_PER_PX ** step.y()))
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            self._pan(step)
        else:
            turn = _SCROLL_DEG_PER_PX
            self._emit(orbit(self._pose, -turn * step.x(), turn * step.y()))

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        kind = event.gestureType()
        if kind == Qt.NativeGestureType.ZoomNativeGesture:
            self._pinch(1.0 + event.value())
        elif kind == Qt.NativeGestureType.RotateNativeGesture:
            self._emit(orbit(self._pose, event.value(), 0.0))
        elif kind == Qt.NativeGestureType.SmartZoomNativeGesture:
            self.home_pressed.emit()
        else:
            return False
        return True

    def _touch(self, event: QGestureEvent) -> bool:
        gesture = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(gesture, QPinchGesture):
            return False
        self._pinch(gesture.scaleFactor())
        turn = gesture.rotationAngle() - gesture.lastRotationAngle()
        self._emit(orbit(self._pose, turn, 0.0))
        if gesture.state() != Qt.GestureState.GestureStarted:
            self._pan(gesture.centerPoint() - gesture.lastCenterPoint())
        event.accept()
        return True

    def _pinch(self, factor: float) -> None:
        self._emit(zoom(self._pose, min(max(factor, _LEAST_PINCH), _MOST_PINCH)))

    def _pan(self, step: QPointF) -> None:
        share = 2.0 * self._tan_half() / max(1, self._canvas.height())
        self._emit(pan(self._pose, -share * step.x(), share * step.y()))

    def _key(self, kind: QEvent.Type, event: QKeyEvent) -> bool:
        if kind == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._held.discard(event.key())
            if not self._held:
                self._timer.stop()
            return self.is_flying and event.key() in _MOVES
        if kind == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Home:
            self.home_pressed.emit()
            return True
        if not self.is_flying or event.key() not in _MOVES:
            return False
        # Accepting the override keeps the key from shortcuts; the press itself follows.
        event.accept()
        if kind == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._held.add(event.key())
            self._fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if not self._timer.isActive():
                self._elapsed.start()
                self._timer.start()
        return True

    def _advance(self) -> None:
        seconds = min(self._elapsed.restart() / 1000, _LONGEST_STEP_S)
        reach = _FLY_SPEED * max(0.5, self._pose.distance) * seconds * (_FAST if self._fast else 1)
        right, up, forward = (
            reach * sum(_MOVES[key][axis] for key in self._held) for axis in range(3)
        )
        self._emit(fly(self._pose, right, up, forward))

    def _emit(self, pose: CameraPose) -> None:
        self._pose = pose
        self.moved.emit(pose)


def is_trackpad(event: QWheelEvent) -> bool:
    """Whether fingers rather than a wheel scrolled: trackpads report pixels and phases."""
    if event.pixelDelta().isNull():
        return False
    device = event.device()
    by_pad = device is not None and device.type() == QInputDevice.DeviceType.TouchPad
    return by_pad or event.phase() != Qt.ScrollPhase.NoScrollPhase

"""Position of a picture in a pane, and mouse input on it."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, pyqtSignal
from PyQt6.QtGui import QEnterEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QWidget

from widgets import linked_view
from widgets.linked_view import LinkedView
from widgets.picture import Picture

GRIP_PX = 6


class PictureSurface(QWidget):
    """Maps between pane and picture; turns wheel, drag, pinch and click into signals.

    Wheel and pinch zoom about the cursor, dragging pans: both change the shared view.

    Attributes
    ----------
    pressed
        Emitted when a mouse button went down on the pane.
    hovered
        Emitted with the picture pixel (x, y) under the cursor, fractions included.
    unhovered
        Emitted when the cursor left the picture.
    picked
        Emitted with the picture pixel (x, y) that was clicked.
    enlarge_requested
        Emitted on a double click.
    scan_line_moved
        Emitted with the picture row that the scan line was dragged to.
    """

    pressed = pyqtSignal()
    hovered = pyqtSignal(float, float)
    unhovered = pyqtSignal()
    picked = pyqtSignal(float, float)
    enlarge_requested = pyqtSignal()
    scan_line_moved = pyqtSignal(int)

    def __init__(self, view: LinkedView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._picture: Picture | None = None
        self._scan_row: int | None = None
        self._holds_scan_line = False
        self._pressed_at: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._is_hovered = False
        view.changed.connect(self.update)
        self.setMouseTracking(True)
        # A click takes the focus from a number field, so that keys reach the window again.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    @property
    def picture_size(self) -> QSizeF:
        """Width and height of the picture in its own pixels; empty if there is none."""
        if self._picture is None:
            return QSizeF(0, 0)
        return QSizeF(self._picture.width, self._picture.height)

    def picture_area(self) -> QRectF:
        """The part of the pane for pictures: all of it."""
        return QRectF(self.rect())

    def visible_rect(self) -> QRectF:
        """The part of the pane that the picture covers; the whole pane without a picture."""
        area = self.picture_area()
        return self.picture_rect().intersected(area) if self._picture is not None else area

    def picture_rect(self) -> QRectF:
        """The whole picture's rectangle in the pane, zoomed and moved; may exceed the pane."""
        view = self._view
        return linked_view.picture_rect(
            view.zoom, view.centre, self.picture_size, self.picture_area()
        )

    def to_picture(self, point: QPointF) -> QPointF:
        """The picture pixel under a point of the pane."""
        return linked_view.to_picture(point, self.picture_rect(), self.picture_size)

    def to_screen(self, point: QPointF) -> QPointF:
        """The point of the pane at a picture pixel."""
        return linked_view.to_screen(point, self.picture_rect(), self.picture_size)

    def picture_point(self, point: QPoint) -> tuple[float, float] | None:
        """The picture pixel (x, y) under a point of the pane; None outside the picture."""
        if not self._is_inside(QPointF(point)):
            return None
        at = self.to_picture(QPointF(point))
        return at.x(), at.y()

    def one_to_one(self) -> None:
        """Show one picture pixel on one screen pixel, in all linked panes."""
        if self._picture is not None:
            area = self.picture_area().size()
            self._view.one_to_one(self.picture_size, area, self.devicePixelRatioF())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is None or event.button() not in (
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.MiddleButton,
        ):
            return
        self.pressed.emit()
        point = event.position()
        self._pressed_at = point
        self._dragged_from = None
        self._holds_scan_line = self._is_on_scan_line(point)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is None:
            return
        point = event.position()
        if self._holds_scan_line:
            height = int(self.picture_size.height())
            row = min(height - 1, max(0, int(self.to_picture(point).y())))
            self.scan_line_moved.emit(row)
            return
        if self._pressed_at is not None:
            self._drag(point)
        self._update_cursor(point)
        self._emit_hover(point)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is None or self._pressed_at is None:
            return
        was_click = self._dragged_from is None and not self._holds_scan_line
        self._pressed_at = self._dragged_from = None
        self._holds_scan_line = False
        self._update_cursor(event.position())
        self.update()
        if was_click and event.button() == Qt.MouseButton.LeftButton:
            self._pick(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.enlarge_requested.emit()

    def enterEvent(self, event: QEnterEvent | None) -> None:
        if event is not None:
            self._emit_hover(event.position())

    def leaveEvent(self, _event: QEvent | None) -> None:
        self._set_unhovered()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is None or self._picture is None:
            return
        pixels = event.pixelDelta()
        steps = pixels.y() / 240 if not pixels.isNull() else event.angleDelta().y() / 480
        self._zoom(2.0**steps, event.position())
        event.accept()

    def event(self, event: QEvent | None) -> bool:
        if isinstance(event, QNativeGestureEvent) and self._picture is not None:
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._zoom(1.0 + event.value(), event.position())
                return True
            if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self._view.reset()
                return True
        return super().event(event)

    def _is_inside(self, point: QPointF) -> bool:
        if self._picture is None or not self.picture_area().contains(point):
            return False
        at = self.to_picture(point)
        return 0 <= at.x() < self._picture.width and 0 <= at.y() < self._picture.height

    def _is_on_scan_line(self, point: QPointF) -> bool:
        if self._scan_row is None or not self._is_inside(point):
            return False
        line = self.to_screen(QPointF(0, self._scan_row + 0.5)).y()
        return abs(point.y() - line) <= GRIP_PX

    def _drag(self, point: QPointF) -> None:
        start = self._dragged_from or self._pressed_at
        if start is None or self._picture is None:
            return
        moved = point - start
        if self._dragged_from is None and (
            moved.manhattanLength() < QApplication.startDragDistance()
        ):
            return
        self._dragged_from = point
        rect = self.picture_rect()
        self._view.pan(-moved.x() / rect.width(), -moved.y() / rect.height())

    def _zoom(self, factor: float, point: QPointF) -> None:
        at, size = self.to_picture(point), self.picture_size
        anchor = QPointF(
            min(1.0, max(0.0, at.x() / size.width())), min(1.0, max(0.0, at.y() / size.height()))
        )
        self._view.zoom_at(factor, anchor)

    def _pick(self, point: QPointF) -> None:
        if self._is_inside(point):
            at = self.to_picture(point)
            self.picked.emit(at.x(), at.y())

    def _emit_hover(self, point: QPointF) -> None:
        if self._is_inside(point):
            self._is_hovered = True
            at = self.to_picture(point)
            self.hovered.emit(at.x(), at.y())
        else:
            self._set_unhovered()

    def _set_unhovered(self) -> None:
        if self._is_hovered:
            self._is_hovered = False
            self.unhovered.emit()

    def _update_cursor(self, point: QPointF) -> None:
        if self._dragged_from is not None and not self._view.is_fit:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._is_on_scan_line(point):
            self.setCursor(Qt.CursorShape.SplitVCursor)
        else:
            self.unsetCursor()

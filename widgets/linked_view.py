"""One zoom and one centre shared by all picture panes, so that they always show the same place.

All positions are normalised picture coordinates, (0, 0) top left to (1, 1) bottom right, since
panes differ in size and slices differ in shape.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, QPointF, QRectF, QSizeF, pyqtSignal

MAX_ZOOM = 64.0
MIN_ZOOM = 0.05


def fit_scale(picture: QSizeF, area: QSizeF) -> float:
    """Screen pixels per picture pixel at which the whole picture just fits into the area."""
    if picture.isEmpty() or area.isEmpty():
        return 1.0
    return min(area.width() / picture.width(), area.height() / picture.height())


def picture_rect(zoom: float, centre: QPointF, picture: QSizeF, area: QRectF) -> QRectF:
    """The whole picture's rectangle on screen; larger than `area` when zoomed in.

    Along each axis the picture is centred while it is smaller than the area, and never leaves a gap
    at one side once it is larger.
    """
    scale = fit_scale(picture, area.size()) * zoom
    width, height = picture.width() * scale, picture.height() * scale
    left = _placed(area.left(), area.width(), width, centre.x())
    top = _placed(area.top(), area.height(), height, centre.y())
    return QRectF(left, top, width, height)


def _placed(start: float, room: float, length: float, centre: float) -> float:
    if length <= room:
        return start + (room - length) / 2
    return min(start, max(start + room - length, start + room / 2 - centre * length))


def to_picture(point: QPointF, rect: QRectF, picture: QSizeF) -> QPointF:
    """The picture pixel under a screen point, given the picture's rectangle (`picture_rect`)."""
    if rect.isEmpty():
        return QPointF(0, 0)
    return QPointF(
        (point.x() - rect.left()) / rect.width() * picture.width(),
        (point.y() - rect.top()) / rect.height() * picture.height(),
    )


def to_screen(point: QPointF, rect: QRectF, picture: QSizeF) -> QPointF:
    """The screen point of a picture pixel; the inverse of `to_picture`."""
    if picture.isEmpty():
        return rect.center()
    return QPointF(
        rect.left() + point.x() / picture.width() * rect.width(),
        rect.top() + point.y() / picture.height() * rect.height(),
    )


def zoomed(zoom: float, centre: QPointF, factor: float, anchor: QPointF) -> tuple[float, QPointF]:
    """Zoom and centre after zooming by `factor` about the fixed picture point `anchor`."""
    new = min(MAX_ZOOM, max(min(1.0, zoom), zoom * factor))
    moved = anchor + (centre - anchor) * (zoom / new)
    return new, clamped(new, moved)


def clamped(zoom: float, centre: QPointF) -> QPointF:
    """The nearest centre at which a picture of this zoom still fills its fitted frame."""
    half = min(0.5, 0.5 / zoom)
    return QPointF(
        min(1 - half, max(half, centre.x())),
        min(1 - half, max(half, centre.y())),
    )


class LinkedView(QObject):
    """The zoom (1 = fit) and the centre that every picture pane follows.

    Attributes
    ----------
    changed
        Emitted after either changed.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zoom = 1.0
        self._centre = QPointF(0.5, 0.5)

    @property
    def zoom(self) -> float:
        """Magnification relative to "the whole picture fits"."""
        return self._zoom

    @property
    def centre(self) -> QPointF:
        """The normalised picture point in the middle of each pane."""
        return QPointF(self._centre)

    @property
    def is_fit(self) -> bool:
        """Whether the whole picture is shown, as large as it fits."""
        return self._zoom == 1.0

    def zoom_at(self, factor: float, anchor: QPointF) -> None:
        """Zoom by `factor` about the fixed normalised picture point `anchor`."""
        self._set(*zoomed(self._zoom, self._centre, factor, anchor))

    def pan(self, dx: float, dy: float) -> None:
        """Move the centre by a fraction of the picture's width and height."""
        self._set(self._zoom, clamped(self._zoom, self._centre + QPointF(dx, dy)))

    def reset(self) -> None:
        """Show the whole picture."""
        self._set(1.0, QPointF(0.5, 0.5))

    def one_to_one(
        self,
        picture: QSizeF,
        area: QSizeF,
        device_ratio: float = 1.0,
        anchor: QPointF | None = None,
    ) -> None:
        """Show one picture pixel on one device pixel in a pane whose picture area is `area`."""
        zoom = 1.0 / (fit_scale(picture, area) * device_ratio)
        zoom = min(MAX_ZOOM, max(MIN_ZOOM, zoom))
        self._set(zoom, clamped(zoom, self._centre if anchor is None else anchor))

    def _set(self, zoom: float, centre: QPointF) -> None:
        if zoom == self._zoom and centre == self._centre:
            return
        self._zoom, self._centre = zoom, QPointF(centre)
        self.changed.emit()

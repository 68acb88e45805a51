"""The audience window: the pictures alone, for a projector or a second screen."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPoint, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QGuiApplication, QScreen
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.ui.display import Display
from app.ui.main_window import NAME
from app.views import table as views
from widgets.cloud_pane import CloudPane
from widgets.linked_view import LinkedView
from widgets.presenter_band import PresenterBand
from widgets.stage import Stage

LEAST_WIDTH_PX = 640
"""Narrower than this, a window beside the main one would show too little."""
TITLE_BAR_PX = 36
_SHAPE = QSize(1920, 1080)


class OutputWindow(QWidget):
    """A second stage without controls.

    Opening it does not take the keyboard focus; when clicked it handles the main window's keys.

    Attributes
    ----------
    closed
        Emitted when the window is being closed.
    """

    closed = pyqtSignal()

    def __init__(self, view: LinkedView, actions: Sequence[QAction]) -> None:
        super().__init__()
        self.setWindowTitle(f"Audience window – {NAME}")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.addActions(actions)
        self.cloud = CloudPane()
        self.stage = Stage(view, self.cloud, [spec.layout for spec in views.every_view()])
        self.band = PresenterBand(self)
        self.display = Display(self.stage, self.cloud, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stage, 1)
        column.addWidget(self.band)

    def show_on(self, screen: QScreen | None, main: QWidget) -> None:
        """Fill `screen`; None shows an ordinary window beside `main`, or in front of it."""
        if screen is None:
            own = main.screen()
            if own is not None:
                self.setGeometry(beside(main.frameGeometry(), own.availableGeometry()))
            self.show()
            self.raise_()
            return
        self.setGeometry(screen.geometry())
        self.showFullScreen()

    def discard(self) -> None:
        """Close and delete the window."""
        self.cloud.close()
        self.close()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.closed.emit()
        super().closeEvent(event)


def beside(main: QRect, room: QRect) -> QRect:
    """Where in `room` a second window of 16:9 goes: beside `main` if it fits there, else over it.

    Over it, it takes two thirds of the room's width at the right, between the bars of the window.
    """
    parts = (
        QRect(QPoint(main.right() + 1, room.top()), room.bottomRight()),
        QRect(room.topLeft(), QPoint(main.left() - 1, room.bottom())),
        QRect(QPoint(room.left(), main.bottom() + 1), room.bottomRight()),
        QRect(room.topLeft(), QPoint(room.right(), main.top() - 1)),
    )
    for part in parts:
        size = _SHAPE.scaled(_inside(part.size()), Qt.AspectRatioMode.KeepAspectRatio)
        if size.width() >= LEAST_WIDTH_PX:
            return QRect(part.topLeft() + QPoint(0, TITLE_BAR_PX), size)
    most = _inside(QSize(room.width() * 2 // 3, room.height()))
    size = _SHAPE.scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
    above = (room.height() - size.height()) // 2
    return QRect(QPoint(room.right() - size.width() + 1, room.top() + above), size)


def _inside(size: QSize) -> QSize:
    """The room for a picture in a window of that size; not negative."""
    return QSize(max(0, size.width()), max(0, size.height() - TITLE_BAR_PX))


def other_screen(window: QWidget) -> QScreen | None:
    """Return a screen that `window` is not on, or None."""
    own = window.screen()
    return next((s for s in QGuiApplication.screens() if s is not own), None)

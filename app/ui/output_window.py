"""The audience window: the pictures alone, for a projector or a second screen."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QGuiApplication, QScreen
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.ui.display import Display
from app.views import table as views
from widgets.cloud_pane import CloudPane
from widgets.linked_view import LinkedView
from widgets.presenter_band import PresenterBand
from widgets.stage import Stage


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
        self.setWindowTitle("FlashDepth Live – audience window")
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

    def show_on(self, screen: QScreen | None) -> None:
        """Fill `screen`; None shows an ordinary window."""
        if screen is None:
            self.resize(960, 540)
            self.show()
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


def other_screen(window: QWidget) -> QScreen | None:
    """Return a screen that `window` is not on, or None."""
    own = window.screen()
    return next((s for s in QGuiApplication.screens() if s is not own), None)

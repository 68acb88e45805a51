"""For an audience: full screen without controls, big type, a second screen with pictures alone."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QGuiApplication, QScreen
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.core.results import FrameResult
from app.engine.prescale import ViewportRequest
from app.settings.settings import Settings, SettingsModel
from app.ui.captions import caption
from app.ui.display import Display
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.idle import IdleController
from app.ui.main_window import MainWindow
from app.ui.resolve import display_options
from app.views import table as views
from widgets.cloud_pane import CloudPane
from widgets.linked_view import LinkedView
from widgets.presenter_band import PresenterBand
from widgets.stage import Stage
from widgets.theme import PRESENTER_SCALE, set_type_scale

_LOOK_MS = 500
HIDE_CURSOR_S = 2.0
_SCALE_PER_PX = 1 / 720
_SCALE_STEP = 0.5


def audience_scale(height_px: int) -> float:
    """How much larger an audience needs the type in a window of that height, in logical pixels."""
    steps = round(height_px * _SCALE_PER_PX / _SCALE_STEP)
    return max(PRESENTER_SCALE, steps * _SCALE_STEP)


class OutputWindow(QWidget):
    """The pictures once more, without controls, for a projector.

    It never takes the keyboard by opening; clicked, it passes the main window's keys on.

    Attributes
    ----------
    closed
        The user closed it.
    """

    closed = pyqtSignal()

    def __init__(self, view: LinkedView, actions: Sequence[QAction]) -> None:
        super().__init__()
        self.setWindowTitle("FlashDepth Live – output")
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
        """Fill `screen`, or be an ordinary window where there is no second one."""
        if screen is None:
            self.resize(960, 540)
            self.show()
            return
        self.setGeometry(screen.geometry())
        self.showFullScreen()

    def let_go(self) -> None:
        """Close for good."""
        self.cloud.close()
        self.close()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.closed.emit()
        super().closeEvent(event)


class PresenterController(FeatureController):
    """Kiosk, presenter's type and words, and the output window."""

    def __init__(
        self,
        window: MainWindow,
        engine: Engine,
        display: Display,
        model: SettingsModel,
        idle: IdleController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._engine = engine
        self._display = display
        self._model = model
        self._idle = idle
        self._is_dressed = False
        self._scale = 1.0
        self._peeks = False
        self._cursor_hidden = False
        self._instead = ""
        self.output: OutputWindow | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._unsubscribe = model.subscribe(self._on_settings)
        display.shown.connect(self._on_shown)
        window.inspector_button.clicked.connect(self.toggle_inspector)
        idle.touched.connect(self._show_cursor)
        window.installEventFilter(self)

    def start(self) -> None:
        """Take the settings into force."""
        self._show_settings()
        self._timer.start()

    def close(self) -> None:
        """Close the output window, show the cursor, undress."""
        self._timer.stop()
        self._unsubscribe()
        self._show_cursor()
        self.close_output()
        if self._is_dressed:
            self._dress(False)

    # -- kiosk ---------------------------------------------------------------------------------

    @property
    def is_kiosk(self) -> bool:
        """The window fills the screen with pictures alone."""
        return self._window.isFullScreen()

    def toggle_kiosk(self) -> None:
        """Fill the screen with the pictures alone, or be a window again. Keys go on working."""
        if self.is_kiosk:
            self.leave_kiosk()
        else:
            self._peeks = False
            self._window.set_chrome_visible(False)
            self._window.showFullScreen()

    def leave_kiosk(self) -> None:
        """Be a window with controls again."""
        self._window.showNormal()
        self._window.set_chrome_visible(True)
        self._peeks = False
        self.show_inspector()
        self._show_cursor()

    # -- the inspector -------------------------------------------------------------------------

    def toggle_inspector(self) -> None:
        """Show or hide it. Before an audience only for the moment: the setting stays."""
        if self._is_presenting:
            self._peeks = not self._peeks
            self.show_inspector()
        else:
            self._model.replace(inspector=not self._model.value.inspector)

    def show_inspector(self) -> None:
        """Have it on screen as wanted; before an audience it stays away unless called for."""
        shown = self._peeks if self._is_presenting else self._model.value.inspector
        self._window.inspector.setVisible(shown)
        self._window.inspector_button.setChecked(shown)

    @property
    def _is_presenting(self) -> bool:
        return self.is_kiosk or self._model.value.presenter

    # -- output --------------------------------------------------------------------------------

    def toggle_output(self) -> None:
        """Open the window without controls, on the second screen if there is one, or close it."""
        if self.output is not None:
            self.close_output()
            return
        output = self.output = OutputWindow(self._window.view, self._window.actions())
        output.closed.connect(self.close_output)
        output.display.apply(display_options(self._model.value))
        output.cloud.set_viewpoint(self._window.cloud.viewpoint())
        self._window.cloud.view_changed.connect(output.cloud.set_viewpoint)
        output.show_on(other_screen(self._window))
        self._dress_output()
        if self._display.last is not None:
            output.display.show(self._display.last)
        self._tell()

    def close_output(self) -> None:
        """Close the window without controls, if it is open."""
        output, self.output = self.output, None
        if output is not None:
            output.let_go()

    def viewport_request(self) -> ViewportRequest:
        """What both windows painted last."""
        painted = self._display.viewport_request()
        if self.output is None:
            return painted
        return painted.and_those(self.output.display.viewport_request())

    # -- what comes in -------------------------------------------------------------------------

    def set_instead(self, why: str) -> None:
        """Why what is shown is not what was chosen, or ""."""
        self._instead = why
        self._tell()

    def _on_shown(self, result: FrameResult) -> None:
        self._engine.inference.request_viewport(self.viewport_request())
        self._tell()  # another source is known by its name once it is open
        if self.output is not None and self.output.isVisible():
            self.output.display.show(result)

    def _on_settings(self, _settings: Settings, _changed: frozenset[str]) -> None:
        self._show_settings()

    def _show_settings(self) -> None:
        settings = self._model.value
        self.show_inspector()
        if settings.presenter != self._is_dressed:
            self._dress(settings.presenter)
        if self.output is not None:
            self.output.display.apply(display_options(settings))
        self._tell()

    def _tell(self) -> None:
        settings = self._model.value
        info = self._engine.capture.status.info
        words = ("", "")
        if settings.presenter:
            words = caption(settings, info.title if info is not None else "", self._instead)
        for band in (self._window.band, self.output.band if self.output else None):
            if band is not None:
                band.tell(*words)

    def _dress(self, presenter: bool) -> None:
        self._is_dressed = presenter
        self._peeks = False
        self._dress_window()
        self._dress_output()

    def _dress_window(self) -> None:
        scale = audience_scale(self._window.height()) if self._is_dressed else 1.0
        if scale != self._scale:
            self._scale = scale
            self._window.set_type_scale(scale)

    def _dress_output(self) -> None:
        if self.output is not None:
            scale = audience_scale(self.output.height()) if self._is_dressed else 1.0
            set_type_scale(self.output.stage, scale)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """The type follows the window's size."""
        if self._is_dressed and event is not None and event.type() == QEvent.Type.Resize:
            self._dress_window()
        return super().eventFilter(watched, event)

    # -- the cursor ----------------------------------------------------------------------------

    def _look(self) -> None:
        if self.is_kiosk and not self._cursor_hidden and self._idle.idle_s() >= HIDE_CURSOR_S:
            self._cursor_hidden = True
            QGuiApplication.setOverrideCursor(Qt.CursorShape.BlankCursor)
            self._window.stage.unhovered.emit()  # no cross hair without a cursor

    def _show_cursor(self) -> None:
        if self._cursor_hidden:
            self._cursor_hidden = False
            QGuiApplication.restoreOverrideCursor()


def other_screen(window: QWidget) -> QScreen | None:
    """A screen that `window` is not on, or None."""
    own = window.screen()
    return next((s for s in QGuiApplication.screens() if s is not own), None)

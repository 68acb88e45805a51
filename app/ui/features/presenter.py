"""Presenting to an audience: full screen without controls, large type, an output window."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication

from app.core.results import FrameResult
from app.engine.prescale import ViewportRequest
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.captions import caption
from app.ui.display import Display
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.idle import IdleController
from app.ui.main_window import MainWindow
from app.ui.output_window import OutputWindow, other_screen
from app.ui.resolve import display_options
from widgets.theme import PRESENTER_SCALE, set_type_scale

_POLL_MS = 500
HIDE_CURSOR_S = 2.0
_SCALE_PER_PX = 1 / 720
_SCALE_STEP = 0.5


def audience_scale(height_px: int) -> float:
    """Return how large type must be for an audience in a window of that height, as a factor."""
    steps = round(height_px * _SCALE_PER_PX / _SCALE_STEP)
    return max(PRESENTER_SCALE, steps * _SCALE_STEP)


class PresenterController(FeatureController):
    """Full screen, presenter mode with large type and captions, and the output window.

    Attributes
    ----------
    captioned
        Emitted with what is on screen, as a title, and a detail that explains it; "" for none.
    """

    captioned = pyqtSignal(str, str)

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
        self._is_large = False
        self._was_maximized = False
        self._is_teaching = False
        self._scale = 1.0
        self._is_inspector_called = False
        self._is_cursor_hidden = False
        self._instead = ""
        self.output: OutputWindow | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._unsubscribe = model.subscribe(self._on_settings)
        display.shown.connect(self._on_shown)
        window.inspector_button.clicked.connect(self.toggle_inspector)
        window.full_screen_button.clicked.connect(self.toggle_kiosk)
        idle.touched.connect(self._show_cursor)
        window.installEventFilter(self)

    def start(self) -> None:
        """Apply the settings and begin to watch the cursor."""
        self._show_settings()
        self._timer.start()

    def close(self) -> None:
        """Close the output window and restore cursor and type."""
        self._timer.stop()
        self._unsubscribe()
        self._show_cursor()
        self.close_output()
        if self._is_large:
            self._set_large(False)

    # -- kiosk ---------------------------------------------------------------------------------

    @property
    def is_kiosk(self) -> bool:
        """Whether the window fills the screen with pictures alone."""
        return self._window.isFullScreen()

    def toggle_kiosk(self) -> None:
        """Fill the screen with pictures alone, or show the controls again; keys keep working."""
        if self.is_kiosk:
            self.leave_kiosk()
        else:
            self._is_inspector_called = False
            self._was_maximized = self._window.isMaximized()
            self._window.set_chrome_visible(False)
            self._window.showFullScreen()
            self._show_readings()

    def leave_kiosk(self) -> None:
        """Show the window with its controls again."""
        if self._was_maximized:
            self._window.showMaximized()
        else:
            self._window.showNormal()
        self._window.set_chrome_visible(True)
        self._is_inspector_called = False
        self.show_inspector()
        self._show_readings()
        self._show_cursor()

    def set_teaching(self, is_teaching: bool) -> None:
        """Keep the readings on screen while a lesson is, since its text speaks of them."""
        self._is_teaching = is_teaching
        self._show_readings()

    def _show_readings(self) -> None:
        """Show cross hair, values and timings, except to an audience."""
        self._window.stage.set_plain(self._is_presenting and not self._is_teaching)

    # -- the inspector -------------------------------------------------------------------------

    def toggle_inspector(self) -> None:
        """Show or hide the inspector; the setting does not change while presenting."""
        if self._is_presenting:
            self._is_inspector_called = not self._is_inspector_called
            self.show_inspector()
        else:
            self._model.replace(inspector=not self._model.value.inspector)

    def show_inspector(self) -> None:
        """Show the inspector by the setting, or while presenting only on demand."""
        shown = self._is_inspector_called if self._is_presenting else self._model.value.inspector
        self._window.inspector.setVisible(shown)
        self._window.inspector_button.setChecked(shown)

    @property
    def _is_presenting(self) -> bool:
        return self.is_kiosk or self._model.value.presenter

    # -- output --------------------------------------------------------------------------------

    def toggle_output(self) -> None:
        """Open the output window, on the second screen if there is one, or close it."""
        if self.output is not None:
            self.close_output()
            return
        output = self.output = OutputWindow(self._window.view, self._window.actions())
        output.closed.connect(self.close_output)
        output.display.apply(display_options(self._model.value))
        output.cloud.set_viewpoint(self._window.cloud.viewpoint())
        output.stage.set_plain(True)
        self._window.cloud.view_changed.connect(output.cloud.set_viewpoint)
        screen = other_screen(self._window)
        output.show_on(screen, self._window)
        if screen is None:
            self.said.emit(
                "There is one screen: the audience window is an ordinary window here. Move it to a "
                "projector, or connect one and press F8 twice."
            )
        self._scale_output()
        if self._display.last is not None:
            output.display.show(self._display.last)
        self._show_caption()

    def close_output(self) -> None:
        """Close the output window, if it is open."""
        output, self.output = self.output, None
        if output is not None:
            output.discard()

    def viewport_request(self) -> ViewportRequest:
        """Return what the panes of both windows painted last."""
        painted = self._display.viewport_request()
        if self.output is None:
            return painted
        return painted.merged_with(self.output.display.viewport_request())

    # -- what comes in -------------------------------------------------------------------------

    def set_instead(self, why: str) -> None:
        """Set why what is shown is not the chosen source, or ""."""
        self._instead = why
        self._show_caption()

    def _on_shown(self, result: FrameResult) -> None:
        self._engine.inference.request_viewport(self.viewport_request())
        self._show_caption()  # a source has its title once it is open
        if self.output is not None and self.output.isVisible():
            self.output.display.show(result)

    def _on_settings(self, _settings: Settings, _changed: frozenset[str]) -> None:
        self._show_settings()

    def _show_settings(self) -> None:
        settings = self._model.value
        self.show_inspector()
        self._show_readings()
        if settings.presenter != self._is_large:
            self._set_large(settings.presenter)
        if self.output is not None:
            self.output.display.apply(display_options(settings))
        self._show_caption()

    def _show_caption(self) -> None:
        settings = self._model.value
        info = self._engine.capture.status.info
        words = ("", "")
        if settings.presenter:
            is_shown = info is not None and not self._display.is_stale
            words = caption(settings, info.title if info and is_shown else "", self._instead)
        self.captioned.emit(*words)
        if self.output is not None:
            self.output.band.show_text(*words)

    def _set_large(self, is_large: bool) -> None:
        self._is_large = is_large
        self._window.transport.set_compact(is_large)
        self._is_inspector_called = False
        self._scale_window()
        self._scale_output()

    def _scale_window(self) -> None:
        scale = audience_scale(self._window.height()) if self._is_large else 1.0
        if scale != self._scale:
            self._scale = scale
            self._window.set_type_scale(scale)

    def _scale_output(self) -> None:
        if self.output is not None:
            scale = audience_scale(self.output.height()) if self._is_large else 1.0
            set_type_scale(self.output.stage, scale)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Scale the type with the window."""
        if self._is_large and event is not None and event.type() == QEvent.Type.Resize:
            self._scale_window()
        return super().eventFilter(watched, event)

    # -- the cursor ----------------------------------------------------------------------------

    def _poll(self) -> None:
        if self.is_kiosk and not self._is_cursor_hidden and self._idle.idle_s() >= HIDE_CURSOR_S:
            self._is_cursor_hidden = True
            QGuiApplication.setOverrideCursor(Qt.CursorShape.BlankCursor)
            self._window.stage.unhovered.emit()  # no cross hair without a cursor

    def _show_cursor(self) -> None:
        if self._is_cursor_hidden:
            self._is_cursor_hidden = False
            QGuiApplication.restoreOverrideCursor()

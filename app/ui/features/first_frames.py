"""The first frames: a hint at what can be opened, and a signal when every pane has a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.core.results import FrameResult
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.sources.parsing import is_built_in
from app.system import startup
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow
from app.ui.screenshot import Screenshot

HINT = "Drop a video or a picture folder here, or choose a camera in the Source menu."

_PATIENCE_MS = 300


class FirstFramesController(FeatureController):
    """Watches until every pane on screen has painted a frame.

    Attributes
    ----------
    all_shown
        Emitted once, when every pane has.
    opened
        Emitted once, when the first picture is on screen, or does not come at once: what the window
        can do without may be loaded from then on.
    """

    all_shown = pyqtSignal()
    opened = pyqtSignal()

    def __init__(
        self,
        window: MainWindow,
        display: Display,
        model: SettingsModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._display = display
        self._model = model
        self._are_all_shown = False
        self._is_hint_shown = False
        self._screenshot: Screenshot | None = None
        self._unsubscribe = model.subscribe(self._on_settings)
        window.stage.rgb.hint_dismissed.connect(self._on_hint_dismissed)
        display.shown.connect(self._on_shown)
        display.previewed.connect(self._on_previewed)
        self._is_opened = self._is_pictured = False
        self._opening = QTimer(self)
        self._opening.setSingleShot(True)
        self._opening.timeout.connect(self._open)

    def start(self) -> None:
        """Show the hint, unless it was dismissed or a source was chosen before."""
        settings = self._model.value
        if not settings.hint_seen and is_built_in(settings.source):
            self._is_hint_shown = True
            self._window.stage.rgb.set_hint(HINT)
        self._opening.start(_PATIENCE_MS)

    def close(self) -> None:
        """Stop following the settings."""
        self._opening.stop()
        self._unsubscribe()

    def _on_hint_dismissed(self) -> None:
        self._model.replace(hint_seen=True)

    def _on_previewed(self) -> None:
        if not self._is_pictured:
            self._opening.start(0)  # when it is painted

    def _open(self) -> None:
        if not self._is_pictured and self._window.stage.rgb.frames_painted:
            self._is_pictured = True
            startup.reached("first_picture")
        if not self._is_opened:
            self._is_opened = True
            self.opened.emit()

    def _on_shown(self, result: FrameResult) -> None:
        if self._are_all_shown or not self.is_everything_shown():
            return
        self._are_all_shown = True
        if result.lanes:
            startup.reached("first_depth")
        self.all_shown.emit()

    def is_everything_shown(self) -> bool:
        """Return whether every pane on screen has painted a frame or has none to paint."""
        stage = self._window.stage
        if self._display.last is None:
            return False
        blank = self._display.blank_panes()
        return all(
            name in blank or getattr(stage.pane(name), "frames_painted", 0) > 0
            for name in stage.shown()
        )

    def take_screenshot_when_ready(self, path: Path, shown_source: Callable[[], str]) -> None:
        """Save the window to `path` once every visible pane has shown a frame.

        `shown_source` returns the spec of the source that is on screen.
        """
        self._screenshot = Screenshot(
            path, self._window, self._model, self.is_everything_shown, shown_source
        )
        self._screenshot.start()

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        """Remove the hint for good once a source was opened."""
        if self._is_hint_shown and "source" in changed and not settings.hint_seen:
            self._window.stage.rgb.set_hint(None)
            self._model.replace(hint_seen=True)

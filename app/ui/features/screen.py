"""Shows what the engine has finished."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.core.calibrated import with_calibration
from app.engine.commands import CaptureRequest
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.status import StatusController
from app.ui.resolve import display_options
from models.frames import Frame

_PREVIEW_MS = 80
"""Painting more often would delay what the pictures wait for."""


class ScreenController(FeatureController):
    """Takes the newest result from the engine and shows it by the current settings.

    Until a source's first result it shows the frames that wait for the networks.

    Attributes
    ----------
    source_changed
        Emitted when another source was opened, before anything of it is shown.
    """

    source_changed = pyqtSignal()

    def __init__(
        self,
        model: SettingsModel,
        engine: Engine,
        controller: Controller,
        display: Display,
        status: StatusController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._controller = controller
        self._engine = engine
        self._display = display
        self._status = status
        self._first_segment = 0
        self._request: CaptureRequest | None = None
        self._has_shown_any = False
        self._previewed: Frame | None = None
        self._was_loading = True
        self._preview_timer = QTimer(self)
        self._preview_timer.setInterval(_PREVIEW_MS)
        self._preview_timer.timeout.connect(self._preview)
        self._unsubscribe = model.subscribe(self._on_settings)
        engine.changed.connect(self._on_engine)
        controller.calibration_changed.connect(self._on_calibration)
        self.source_changed.connect(status.forget)
        self.source_changed.connect(controller.forget_source)

    def start(self) -> None:
        """Apply the settings to the display and say what it waits for."""
        self._display.apply(display_options(self._model.value))
        self._display.show_waiting(is_loading=True)
        self._preview_timer.start()

    def close(self) -> None:
        """Show no more results, even if a wake-up from the engine's threads is still queued."""
        self._preview_timer.stop()
        self._engine.changed.disconnect(self._on_engine)
        self._unsubscribe()

    def why_nothing_was_shown(self) -> str:
        """Return the source's message if no picture was ever shown because of it, else ""."""
        status = self._engine.capture.status
        is_away = status.failed or status.info is not None
        return status.message if is_away and not self._has_shown_any else ""

    def _on_settings(self, settings: Settings, _changed: frozenset[str]) -> None:
        self._display.apply(display_options(settings))

    def _on_calibration(self) -> None:
        if self._display.last is not None:
            self._display.show(with_calibration(self._display.last, self._controller.calibration))

    def _on_engine(self) -> None:
        status = self._engine.capture.status
        if status.first_segment != self._first_segment:
            self._first_segment = status.first_segment
            self._display.forget()
            self._preview_timer.start()
        if status.request is not self._request:
            self._request = status.request
            self.source_changed.emit()
        is_loading = self._was_loading and not self._engine.inference.is_configured
        if self._was_loading and not is_loading and self._display.last is None:
            self._display.show_waiting(is_loading=False)
        self._was_loading = is_loading
        # At the start the empty panes say which model they wait for.
        loading = "" if is_loading else self._engine.inference.state
        message = loading or status.opening or ("" if status.failed else status.message)
        if not message and status.info is not None and status.info.live:
            message = status.info.note
        is_away = status.failed or (bool(status.message) and status.info is not None)
        self._display.set_source_message(message, is_away)
        result = self._engine.results.take(0)
        if result is not None and result.frame.segment >= self._first_segment:
            self._has_shown_any = True
            self._preview_timer.stop()
            self._previewed = None
            result = with_calibration(result, self._controller.calibration)
            self._display.show(result)
            self._display.shown.emit(result)
        elif self._display.last is None:
            self._preview()
        self._status.show_transport()

    def _preview(self) -> None:
        """Show the frame that waits for the networks, if it is new and of this source."""
        frame = self._engine.waiting_frame
        if frame is None or frame is self._previewed or frame.segment < self._first_segment:
            return
        self._has_shown_any = True
        self._previewed = frame
        self._display.preview(frame)

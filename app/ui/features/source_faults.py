"""A source that cannot be opened: one sentence over the pictures, and what to do about it."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QTimer

from app.engine.commands import CaptureStatus
from app.settings.model import SettingsModel
from app.sources.parsing import chooser_of
from app.ui.controller import Controller
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow
from widgets.notices import Notice

TOPIC = "source"
TRY_AGAIN = "Try again"
CHOOSE_ANOTHER = "Choose another…"
AUDIENCE_MS = 8000
"""How long the sentence stays where an audience sees the window."""


class SourceFaultController(FeatureController):
    """Says what cannot be opened, and lets the settings name what goes on playing.

    An audience, which sees the window in full screen and in presenter mode, gets the sentence
    without buttons and only for a moment.
    """

    def __init__(
        self,
        window: MainWindow,
        engine: Engine,
        model: SettingsModel,
        controller: Controller,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._engine = engine
        self._model = model
        self._controller = controller
        self._notices = window.stage.notices
        self._fault: tuple[object, str, str] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._hide)
        self._notices.pressed.connect(self._on_pressed)
        engine.changed.connect(self._on_engine)

    def close(self) -> None:
        """Say nothing any more."""
        self._timer.stop()
        self._engine.changed.disconnect(self._on_engine)

    def _on_engine(self) -> None:
        status = self._engine.capture.status
        fault = _fault_of(status)
        if fault == self._fault:
            return
        self._fault = fault
        if fault is None:
            self._hide()
            return
        if status.refusal is not None and status.request is not None:
            self._controller.take_back(status.refusal.request, status.request)
        self._show(fault[2])

    def _show(self, sentence: str) -> None:
        is_for_audience = self._window.isFullScreen() or self._model.value.presenter
        buttons = () if is_for_audience else (TRY_AGAIN, CHOOSE_ANOTHER)
        self._notices.show_notice(TOPIC, Notice(sentence, "bad", buttons))
        if is_for_audience:
            self._timer.start(AUDIENCE_MS)
        else:
            self._timer.stop()

    def _hide(self) -> None:
        self._notices.remove(TOPIC)

    def _on_pressed(self, topic: str, button: str) -> None:
        if topic != TOPIC or self._fault is None:
            return
        spec = self._fault[1]
        if button == TRY_AGAIN:
            self._hide()
            self._controller.open_source(spec)
        else:
            self._window.source_menu.ask_for_another(chooser_of(spec))


def _fault_of(status: CaptureStatus) -> tuple[object, str, str] | None:
    """Return (what it is told apart by, spec, sentence) of what cannot be shown, or None."""
    if status.refusal is not None:
        refusal = status.refusal
        return id(refusal), refusal.request.spec, refusal.sentence
    return (status.request, status.spec, status.message) if status.failed else None

"""The tool bar and the transport."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject

from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow


class ControlsController(FeatureController):
    """Connects controls that stand for one setting or one command each."""

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        controller: Controller,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        transport = window.transport
        self._show_value: dict[str, Callable[[Any], None]] = {
            "memory": window.memory_button.setChecked,
            "view": window.views.set_current,
            "loop": transport.set_loop,
            "pacing": transport.set_pacing,
        }
        window.memory_button.clicked.connect(controller.toggle_memory)
        window.reset_button.clicked.connect(controller.reset_memory)
        window.views.chosen.connect(partial(controller.set, "view"))
        transport.pause_toggled.connect(controller.set_paused)
        transport.step_requested.connect(controller.step)
        transport.seek_requested.connect(controller.seek)
        transport.loop_toggled.connect(partial(controller.set, "loop"))
        transport.pacing_changed.connect(partial(controller.set, "pacing"))
        self._unsubscribe = model.subscribe(self._on_settings)

    def start(self) -> None:
        """Show the settings in force."""
        self._show(self._model.value, self._show_value)

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        self._show(settings, changed & self._show_value.keys())

    def _show(self, settings: Settings, keys: Iterable[str]) -> None:
        for key in keys:
            self._show_value[key](getattr(settings, key))

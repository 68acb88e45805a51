"""The inspector: shows the settings and passes on what the user changes there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from PyQt6.QtCore import QObject, pyqtSignal

from app.settings.settings import Settings, SettingsModel
from app.ui.controller import Controller
from app.ui.features.recording import RecordingController
from app.ui.features.sound import SoundController
from widgets.settings_panel import SettingsPanel

log = logging.getLogger(__name__)


class InspectorController(QObject):
    """Between the panel and the settings.

    commands : what each button that is no setting does, by its name.
    said : one sentence about a value that cannot be had.
    """

    said = pyqtSignal(str)

    def __init__(
        self,
        panel: SettingsPanel,
        model: SettingsModel,
        controller: Controller,
        recording: RecordingController,
        commands: Mapping[str, Callable[[], object]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._model = model
        self._controller = controller
        self._recording = recording
        self._commands = dict(commands)
        panel.changed.connect(self._on_changed)
        panel.button_pressed.connect(self._on_button)
        panel.record_toggled.connect(self._on_record_toggled)
        recording.changed.connect(panel.record.set_recording)

    def show(self, settings: Settings) -> None:
        """Show what is in force."""
        self._panel.show_values(settings.as_dict())

    def tell_about_sound(self, sound: SoundController) -> None:
        """Offer what can be played and recorded here. Loads the audio library: a moment."""
        self._panel.compare.set_sound_available(sound.unavailable_reason())
        self._panel.compare.set_sound_devices(sound.outputs())
        self._panel.record.set_sound_inputs(*sound.inputs())

    def _on_changed(self, key: str, value: object) -> None:
        try:
            self._controller.change(key, value)
        except ValueError as error:
            self.said.emit(str(error))
            self.show(self._model.value)

    def _on_button(self, command: str) -> None:
        if command in self._commands:
            self._commands[command]()
        elif command != "record":  # the record button tells by record_toggled
            log.warning("nobody grants %s", command)

    def _on_record_toggled(self, start: bool) -> None:
        if start != self._recording.is_recording:
            self._recording.toggle()

"""The inspector: shows the settings, and takes what is wished there to whoever can grant it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from PyQt6.QtCore import QObject, pyqtSignal

from app.controller import Controller
from app.desks.recording import RecordingDesk
from app.desks.sound import SoundDesk
from app.settings import Settings, SettingsModel
from widgets.settings_panel import SettingsPanel

log = logging.getLogger(__name__)


class InspectorDesk(QObject):
    """Between the panel and the settings.

    wishes : what each button that is no setting does, by its name.
    said : one sentence about a value that cannot be had.
    """

    said = pyqtSignal(str)

    def __init__(
        self,
        panel: SettingsPanel,
        model: SettingsModel,
        controller: Controller,
        recording: RecordingDesk,
        wishes: Mapping[str, Callable[[], object]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._model = model
        self._controller = controller
        self._recording = recording
        self._wishes = dict(wishes)
        panel.changed.connect(self._on_changed)
        panel.wished.connect(self._on_wished)
        panel.record_toggled.connect(self._on_record_toggled)
        recording.changed.connect(panel.record.set_recording)

    def show(self, settings: Settings) -> None:
        """Show what is in force."""
        self._panel.show_values(settings.as_dict())

    def tell_about_sound(self, sound: SoundDesk) -> None:
        """Offer what can be played and recorded here. Loads the audio library: a moment."""
        self._panel.compare.set_sound_available(sound.why_not())
        self._panel.compare.set_sound_devices(sound.outputs())
        self._panel.record.set_sound_inputs(*sound.inputs())

    def _on_changed(self, key: str, value: object) -> None:
        try:
            self._controller.change(key, value)
        except ValueError as error:
            self.said.emit(str(error))
            self.show(self._model.value)

    def _on_wished(self, wish: str) -> None:
        if wish in self._wishes:
            self._wishes[wish]()
        elif wish != "record":  # the record button tells by record_toggled
            log.warning("nobody grants %s", wish)

    def _on_record_toggled(self, start: bool) -> None:
        if start != self._recording.is_recording:
            self._recording.toggle()

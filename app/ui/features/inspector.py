"""The inspector: shows the settings and applies what the user changes there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from PyQt6.QtCore import QObject

from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.sources.parsing import is_adjustable
from app.ui.controller import Controller
from app.ui.features.feature import FeatureController
from app.ui.features.first_frames import FirstFramesController
from app.ui.features.recording import RecordingController
from app.ui.features.sound import SoundController
from models import registry
from models.errors import UserError
from widgets.settings_panel import SettingsPanel

log = logging.getLogger(__name__)

_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "rgb": ("Source", "Display"),
    "depth_a": ("Model", "Display"),
    "depth_b": ("Model", "Display"),
    "cloud": ("Cloud",),
}
_OF_VIEWS = ("Compare", "Display")


class InspectorController(FeatureController):
    """Connects the panel with the settings.

    Parameters
    ----------
    commands
        What each button does, by its id.
    """

    def __init__(
        self,
        panel: SettingsPanel,
        model: SettingsModel,
        controller: Controller,
        recording: RecordingController,
        sound: SoundController,
        first_frames: FirstFramesController,
        commands: Mapping[str, Callable[[], object]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._model = model
        self._controller = controller
        self._recording = recording
        self._sound = sound
        self._commands = dict(commands)
        panel.changed.connect(self._on_changed)
        panel.button_pressed.connect(self._on_button)
        panel.record_toggled.connect(self._on_record_toggled)
        recording.changed.connect(panel.record.set_recording)
        # Listing what can be played and recorded loads the audio library, which takes a moment.
        first_frames.all_shown.connect(self._list_sound_devices)
        self._unsubscribe = model.subscribe(self._on_settings)

    def start(self) -> None:
        """Show the settings in force."""
        self._show_settings()

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    def follow_pane(self, pane: str) -> None:
        """Open the sections that concern a pane of the stage."""
        self._panel.follow(_SECTIONS.get(pane, _OF_VIEWS))

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        if changed & {"model_a", "model_b"}:
            self._panel.model.set_default_size(default_size_words(settings))
        if "source" in changed:
            self._panel.set_scene_shown(is_adjustable(settings.source))
        self._panel.show_values({key: getattr(settings, key) for key in changed})

    def _show_settings(self) -> None:
        self._panel.set_scene_shown(is_adjustable(self._model.value.source))
        self._panel.model.set_default_size(default_size_words(self._model.value))
        self._panel.show_values(self._model.value.as_dict())

    def _list_sound_devices(self) -> None:
        self._panel.compare.set_sound_available(self._sound.unavailable_reason())
        self._panel.compare.set_sound_devices(self._sound.outputs())
        self._panel.record.set_sound_inputs(*self._sound.inputs())

    def _on_changed(self, key: str, value: object) -> None:
        try:
            self._controller.change(key, value)
        except ValueError as error:
            self.said.emit(str(error))
            self._show_settings()

    def _on_button(self, command: str) -> None:
        if command in self._commands:
            self._commands[command]()
        elif command != "record":  # which emits record_toggled
            log.warning("no command is called %s", command)

    def _on_record_toggled(self, start: bool) -> None:
        if start != self._recording.is_recording:
            self._recording.toggle()


def default_size_words(settings: Settings) -> str:
    """Return "Default (288 px)", with the size of each lane's model where it is known."""
    sizes = [_own_size(model) for model in (settings.model_a, settings.model_b)]
    known = dict.fromkeys(str(size) for size in sizes if size is not None)
    return f"Default ({' / '.join(known)} px)" if known else "Default"


def _own_size(model: str) -> int | None:
    try:
        return registry.find(model).input_size
    except UserError:
        return None

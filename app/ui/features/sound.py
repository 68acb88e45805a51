"""A tone per lane that roughens as the lane flickers; silent until asked for."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QTimer

from app.audio.player import Sonifier
from app.core.results import FrameResult
from app.recording.sound import input_names
from app.settings.settings import Settings, SettingsModel
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from models.errors import UserError

_LOOK_MS = 1000


class SoundController(FeatureController):
    """Follows the setting `sound`; turns it off again, with the reason, where there is no audio
    or no longer any.

    Attributes
    ----------
    said
        One sentence why there is no sound.
    """

    def __init__(
        self,
        model: SettingsModel,
        display: Display,
        sonifier: Sonifier | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._sonifier = sonifier or Sonifier()
        self._unsubscribe = model.subscribe(self._on_settings)
        self._look = QTimer(self)  # a device that was unplugged says nothing by itself
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self.look_after)
        display.shown.connect(self.show)

    def start(self) -> None:
        """Sound if the settings say so."""
        self._sonifier.volume = self._model.value.sound_volume
        self._turn_on_or_off()

    def unavailable_reason(self) -> str:
        """One sentence why there can be no sound here, or "". Loads the audio library."""
        return self._sonifier.unavailable_reason()

    def outputs(self) -> tuple[str, ...]:
        """Names of what can play the tones now; empty without audio."""
        try:
            return tuple(dict.fromkeys(one.name for one in self._sonifier.devices()))
        except (OSError, ImportError):
            return ()

    def inputs(self) -> tuple[tuple[str, ...], str]:
        """Names of what can be recorded, and one sentence where there is none."""
        try:
            return input_names(), ""
        except UserError as error:
            return (), str(error)

    def close(self) -> None:
        """Give the audio device back."""
        self._unsubscribe()
        self._look.stop()
        self._sonifier.close()

    def show(self, result: FrameResult) -> None:
        """Let the tones follow this frame's flicker."""
        if self._sonifier.muted or result.analysis is None or result.analysis.flicker is None:
            return
        flicker = result.analysis.flicker
        self._sonifier.set_flicker({name: lane.recent for name, lane in flicker.lanes.items()})

    def look_after(self) -> None:
        """Say so, and untick the sound, if its device went away."""
        if self._sonifier.lost():
            self._give_up("The audio device went away; choose another and turn the sound on again.")

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        self._sonifier.volume = settings.sound_volume
        if changed & {"sound", "sound_device"}:
            self._turn_on_or_off()

    def _turn_on_or_off(self) -> None:
        settings = self._model.value
        if not settings.sound:
            self._look.stop()
            self._sonifier.mute()
        elif reason := self._play_on(settings.sound_device):
            self._give_up(reason)
        else:
            self._look.start()

    def _play_on(self, name: str) -> str:
        """Play on the output of that name. Returns "" or why it cannot."""
        if reason := self._sonifier.unavailable_reason():
            return reason
        found = next((one.index for one in self._sonifier.devices() if one.name == name), None)
        if name and found is None:
            return f"The audio device {name} is not there; choose another one to play on."
        return self._sonifier.set_device(found) or self._sonifier.unmute()

    def _give_up(self, reason: str) -> None:
        self._look.stop()
        self._sonifier.mute()
        self.said.emit(reason)
        self._model.replace(sound=False)

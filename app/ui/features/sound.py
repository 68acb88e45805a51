"""A tone per lane that gets rougher as the lane flickers."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QTimer

from app.audio.player import Sonifier
from app.core.results import FrameResult
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from models.errors import UserError

_POLL_MS = 1000


class SoundController(FeatureController):
    """Follows the setting `sound`; turns it off with a reason where there is no audio output."""

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
        self._timer = QTimer(self)  # a device that is unplugged gives no notice
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.check_device)
        display.shown.connect(self.show)

    def start(self) -> None:
        """Play if the settings say so."""
        self._sonifier.volume = self._model.value.sound_volume
        self._turn_on_or_off()

    def unavailable_reason(self) -> str:
        """Return why there can be no sound here, or "". Loads the audio library."""
        return self._sonifier.unavailable_reason()

    def outputs(self) -> tuple[str, ...]:
        """Return the names of the audio outputs; empty without audio."""
        try:
            return tuple(dict.fromkeys(one.name for one in self._sonifier.devices()))
        except (OSError, ImportError):
            return ()

    def inputs(self) -> tuple[tuple[str, ...], str]:
        """Return the names of the audio inputs, and one sentence if there are none."""
        from app.recording.sound import input_names

        try:
            return input_names(), ""
        except UserError as error:
            return (), str(error)

    def close(self) -> None:
        """Release the audio device."""
        self._unsubscribe()
        self._timer.stop()
        self._sonifier.close()

    def show(self, result: FrameResult) -> None:
        """Set the tones by this frame's flicker."""
        if self._sonifier.muted or result.analysis is None or result.analysis.flicker is None:
            return
        flicker = result.analysis.flicker
        self._sonifier.set_flicker({name: lane.recent for name, lane in flicker.lanes.items()})

    def check_device(self) -> None:
        """Turn the sound off and say so, if its device went away."""
        if self._sonifier.lost():
            self._give_up("The audio output went away; choose another one and turn sound on again.")

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        self._sonifier.volume = settings.sound_volume
        if changed & {"sound", "sound_device"}:
            self._turn_on_or_off()

    def _turn_on_or_off(self) -> None:
        settings = self._model.value
        if not settings.sound:
            self._timer.stop()
            self._sonifier.mute()
        elif reason := self._play_on(settings.sound_device):
            self._give_up(reason)
        else:
            self._timer.start()

    def _play_on(self, name: str) -> str:
        """Play on the output of that name. Returns "" or the reason why not."""
        if reason := self._sonifier.unavailable_reason():
            return reason
        found = next((one.index for one in self._sonifier.devices() if one.name == name), None)
        if name and found is None:
            return f"Can't find the audio output {name}; choose another one."
        return self._sonifier.set_device(found) or self._sonifier.unmute()

    def _give_up(self, reason: str) -> None:
        self._timer.stop()
        self._sonifier.mute()
        self.said.emit(reason)
        self._model.replace(sound=False)

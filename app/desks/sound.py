"""A tone per lane that roughens as the lane flickers; silent until asked for."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from app.recording.sound import input_names
from app.results import FrameResult
from app.settings import Settings, SettingsModel
from app.sound import Sonifier
from models.errors import UserError


class SoundDesk(QObject):
    """Follows the setting `sound`; turns it off again, with the reason, where there is no audio.

    said : one sentence why there is no sound.
    """

    said = pyqtSignal(str)

    def __init__(self, model: SettingsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._sonifier = Sonifier()
        self._unsubscribe = model.subscribe(self._on_settings)

    def start(self) -> None:
        """Sound if the settings say so."""
        self._on_settings(self._model.value, frozenset({"sound"}))

    def why_not(self) -> str:
        """One sentence why there can be no sound here, or "". Loads the audio library."""
        return self._sonifier.why_not()

    def inputs(self) -> tuple[tuple[str, ...], str]:
        """Names of what can be recorded, and one sentence where there is none."""
        try:
            return input_names(), ""
        except UserError as error:
            return (), str(error)

    def close(self) -> None:
        """Give the audio device back."""
        self._unsubscribe()
        self._sonifier.close()

    def show(self, result: FrameResult) -> None:
        """Let the tones follow this frame's flicker."""
        if self._sonifier.muted or result.analysis is None or result.analysis.flicker is None:
            return
        flicker = result.analysis.flicker
        self._sonifier.hear({name: lane.recent for name, lane in flicker.lanes.items()})

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        self._sonifier.volume = settings.sound_volume
        if "sound" not in changed:
            return
        if not settings.sound:
            self._sonifier.mute()
        elif reason := self._sonifier.unmute():
            self.said.emit(reason)
            self._model.replace(sound=False)

"""Presets: Ctrl+1 to Ctrl+9 recall a whole set-up, with Shift they store it."""

from __future__ import annotations

import logging

from PyQt6.QtCore import QObject, pyqtSignal

from app.presets import Preset, PresetStore, checked, preset_of
from app.settings import SettingsModel

log = logging.getLogger(__name__)


class PresetsDesk(QObject):
    """Recalls and stores; the file is read when a preset is first wanted.

    said : one sentence about what happened.
    """

    said = pyqtSignal(str)

    def __init__(
        self, model: SettingsModel, store: PresetStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._store = store
        self._loaded: dict[int, Preset] | None = None

    def recall(self, slot: int) -> None:
        """Put preset `slot` into force."""
        preset = self._presets().get(slot)
        if preset is None:
            self.said.emit(f"Preset {slot} is empty; Ctrl+Shift+{slot} stores what is set up now.")
            return
        try:
            self._model.replace(**checked(preset))
        except ValueError as error:
            log.warning("preset %d: %s", slot, error)
            self.said.emit(f"Preset {slot} does not fit any more; store it anew.")
            return
        self.said.emit(f"Preset {slot}")

    def store(self, slot: int) -> None:
        """Keep what is set up now as preset `slot`."""
        presets = self._presets() | {slot: preset_of(self._model.value)}
        try:
            self._store.save(presets)
        except OSError as error:
            log.warning("presets cannot be saved: %s", error)
            self.said.emit(f"The preset could not be saved: {error.strerror or error}.")
            return
        self._loaded = presets
        self.said.emit(f"Stored as preset {slot}; Ctrl+{slot} recalls it.")

    def _presets(self) -> dict[int, Preset]:
        if self._loaded is None:
            self._loaded, note = self._store.load()
            if note:
                self.said.emit(note)
        return self._loaded

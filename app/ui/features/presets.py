"""Presets: Ctrl+1 to Ctrl+9 recall a set of settings, with Shift they store it under a name."""

from __future__ import annotations

import logging

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QWidget

from app.settings.model import SettingsModel
from app.settings.presets import (
    NamedPreset,
    Preset,
    PresetStore,
    checked,
    preset_of,
    view_title,
)
from app.settings.settings import Settings
from app.settings.slot_store import MAX_NAME, SLOTS
from app.sources.parsing import remembered
from app.ui.features.feature import FeatureController
from widgets.announcement import Announcement
from widgets.plain import InputDialog, menu_words

log = logging.getLogger(__name__)

_CUT = ", without the user name, password and query of its address, which are not stored"


class PresetsController(FeatureController):
    """Recalls, stores and names presets.

    Parameters
    ----------
    window
        Parent of the dialogue that asks for a name.
    announcement
        Shows over the pictures what was recalled.

    Attributes
    ----------
    changed
        Emitted with a slot, its preset before and its preset now, each None if empty.
    titled
        Emitted with the id of an action that recalls or stores a preset, and its title; "" for one
        that has nothing to recall.
    """

    changed = pyqtSignal(int, object, object)
    titled = pyqtSignal(str, str)

    def __init__(
        self,
        model: SettingsModel,
        store: PresetStore,
        window: QWidget | None = None,
        announcement: Announcement | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._store = store
        self._window = window
        self._announcement = announcement
        self._presets: dict[int, NamedPreset] = {}
        self._addresses: dict[str, str] = {}  # complete ones of this session; files keep less
        self._unsubscribe = model.subscribe(self._on_settings)
        self._on_settings(model.value, frozenset({"source"}))

    def start(self) -> None:
        """Read the file and title the actions."""
        self._load()

    def close(self) -> None:
        """Hide the announcement."""
        self._unsubscribe()
        if self._announcement is not None:
            self._announcement.end()

    def recall(self, slot: int) -> None:
        """Apply preset `slot`."""
        self._load()
        preset = self._presets.get(slot)
        if preset is None:
            self.said.emit(
                f"Preset {slot} is empty; press Ctrl+Shift+{slot} to store the current setup."
            )
            return
        try:
            self._model.replace(**self._with_known_address(checked(preset.values)))
        except ValueError as error:
            log.warning("preset %d: %s", slot, error)
            self.said.emit(f"Preset {slot} no longer works with this version; store it again.")
            return
        self.said.emit(f"Preset {slot}, {preset.name}: {preset.summary}")
        if self._announcement is not None:
            self._announcement.show_text(f"{slot}  {preset.name}")

    def store(self, slot: int, name: str = "") -> bool:
        """Store the current settings as preset `slot`, named after the view if `name` is empty.

        Returns whether it was saved.
        """
        values = preset_of(self._model.value)
        preset = NamedPreset(" ".join(name.split())[:MAX_NAME] or view_title(values), values)
        if not self.put(slot, preset):
            return False
        source = str(values["source"])
        cut = "" if remembered(source) == source else _CUT
        self.said.emit(f"Stored preset {slot}, {preset.name}; press Ctrl+{slot} to recall it{cut}.")
        return True

    def ask_and_store(self, slot: int) -> None:
        """Ask for a name and then store the current settings as preset `slot`."""
        self._load()
        before = self._presets.get(slot)
        dialog = InputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(f"Store preset {slot}")
        replaced = f"\nIt replaces {before.name}." if before is not None else ""
        dialog.setLabelText(f"Name of the preset that Ctrl+{slot} recalls:{replaced}")
        dialog.setTextValue(
            before.name if before is not None else view_title(preset_of(self._model.value))
        )
        dialog.setOkButtonText("Store")

        def named(name: str) -> None:
            self.store(slot, name)

        dialog.textValueSelected.connect(named)
        dialog.open()

    def put(self, slot: int, preset: NamedPreset | None) -> bool:
        """Put `preset` into `slot`, or empty it; return whether it was saved."""
        self._load()
        before = self._presets.get(slot)
        try:
            self._show(*self._store.put(slot, preset))
        except OSError as error:
            log.warning("presets cannot be saved: %s", error)
            self.said.emit(f"Can't save the preset: {error.strerror or error}.")
            return False
        self.changed.emit(slot, before, preset)
        return True

    def _load(self) -> None:
        """Read the file again: another window may have stored a preset."""
        self._show(*self._store.load())

    def _show(self, presets: dict[int, NamedPreset], note: str) -> None:
        self._presets = presets
        if note:
            self.said.emit(note)
        for slot in SLOTS:
            preset = presets.get(slot)
            recall = menu_words(f"{preset.name}  –  {preset.summary}") if preset is not None else ""
            self.titled.emit(f"presets.recall{slot}", f"&{slot}  {recall}" if recall else "")
            replaced = menu_words(f"in place of {preset.name}") if preset is not None else "(empty)"
            self.titled.emit(f"presets.store{slot}", f"&{slot}  {replaced}")

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        kept = remembered(settings.source)
        if "source" in changed and kept != settings.source:
            self._addresses[kept] = settings.source

    def _with_known_address(self, values: Preset) -> Preset:
        known = self._addresses.get(values.get("source", ""))
        return values if known is None else values | {"source": known}

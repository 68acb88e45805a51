"""Presets: set-ups under nine numbers, in a file beside the settings that windows share."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.settings.plain import from_dict
from app.settings.settings import SETTINGS, Settings
from app.sources.parsing import is_built_in, remembered
from app.system.json_files import locked, read_json, write_atomically
from app.system.redaction import without_secrets
from app.views import table as views
from models import registry
from models.plain_text import single_line

log = logging.getLogger(__name__)

VERSION = 1
SLOTS = tuple(range(1, 10))
Preset = dict[str, Any]
MAX_NAME = 40


@dataclass(frozen=True, slots=True)
class NamedPreset:
    """A preset and its name.

    Attributes
    ----------
    name : str
        What the user calls it, 1 to `MAX_NAME` characters.
    values : dict
        The settings it recalls, by key.
    """

    name: str
    values: Preset

    @property
    def summary(self) -> str:
        """View, lanes and source in a few words, without passwords."""
        lanes = " and ".join(
            registry.title(model)
            for key in ("model_a", "model_b")
            if (model := self.values.get(key, registry.OFF)) != registry.OFF
        )
        address = without_secrets(str(self.values.get("source", "")))
        source = address.rstrip("/").rsplit("/", 1)[-1]
        if is_built_in(address):
            source = "built-in scene"
        return " · ".join(part for part in (view_title(self.values), lanes, source) if part)


def view_title(values: Mapping[str, Any]) -> str:
    """Return the title of the view that `values` recall, the default name of a preset."""
    key = values.get("view", views.DEFAULT)
    return views.find(key).title if key in views.KEYS else "Setup"


class PresetStore:
    """Loads and saves the presets of one profile in the file `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @staticmethod
    def beside(settings_file: Path) -> PresetStore:
        """Return the store of the profile whose settings are in `settings_file`."""
        return PresetStore(settings_file.with_name(f"{settings_file.stem}.presets.json"))

    def load(self) -> tuple[dict[int, NamedPreset], str]:
        """Return the presets by slot, and a note for the user, empty if there was no problem.

        A damaged file, or one of a newer version, is renamed and kept; a damaged preset is left
        out.
        """
        kept, note = read_json(
            self._path,
            "presets",
            VERSION,
            lambda kept: (dict(kept["presets"]), dict(kept.get("names", {}))),
        )
        presets, names = kept or ({}, {})
        loaded = {}
        for slot in SLOTS:
            if isinstance(presets.get(str(slot)), dict):
                values, name = checked(presets[str(slot)]), names.get(str(slot))
                usable = isinstance(name, str) and 0 < len(name) <= MAX_NAME
                shown = single_line(str(name)) if usable else view_title(values)
                loaded[slot] = NamedPreset(shown, values)
        return loaded, note

    def put(self, slot: int, preset: NamedPreset | None) -> tuple[dict[int, NamedPreset], str]:
        """Write or, with None, remove one preset; the others stay as they are in the file.

        Returns all presets, and a note for the user as `load` does. Raises OSError if the file
        cannot be written.
        """
        with locked(self._path):
            presets, note = self.load()
            presets.pop(slot, None)
            if preset is not None:
                presets[slot] = preset
            document = {
                "version": VERSION,
                "presets": {str(n): _for_file(one.values) for n, one in sorted(presets.items())},
                "names": {str(n): one.name for n, one in sorted(presets.items())},
            }
            write_atomically(self._path, json.dumps(document, indent=2) + "\n", private=True)
        return presets, note


def _for_file(values: Preset) -> Preset:
    source = values.get("source")
    return values if source is None else values | {"source": remembered(str(source))}


def preset_of(settings: Settings) -> Preset:
    """Return what a preset stores of `settings`: all but those whose scope is the machine."""
    return {k: value for k, value in settings.as_dict().items() if SETTINGS[k].scope.is_in_presets}


def checked(preset: Mapping[str, Any]) -> Preset:
    """Return `preset` without unusable keys and values, ready for `SettingsModel.replace`."""
    settings, refused = from_dict(preset)
    if refused:
        log.warning("not used from a preset: %s", ", ".join(refused))
    return {
        key: getattr(settings, key)
        for key in preset
        if key not in refused and SETTINGS[key].scope.is_in_presets
    }

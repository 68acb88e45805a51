"""Presets: set-ups under nine numbers, in a file beside the settings that windows share."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.settings.plain import from_dict
from app.settings.settings import SETTINGS, Settings
from app.settings.slot_store import MAX_NAME, SLOTS, SlotStore
from app.sources.parsing import is_built_in, remembered
from app.system.redaction import without_secrets
from app.views import table as views
from models import registry
from models.plain_text import single_line

log = logging.getLogger(__name__)

Preset = dict[str, Any]


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


class PresetStore(SlotStore[NamedPreset]):
    """The presets of one profile."""

    what = "presets"
    suffix = "presets.json"
    is_private = True

    def decode(self, document: Mapping[str, Any]) -> dict[int, NamedPreset]:
        presets, names = dict(document["presets"]), dict(document.get("names", {}))
        loaded = {}
        for slot in SLOTS:
            if isinstance(presets.get(str(slot)), dict):
                values, name = checked(presets[str(slot)]), names.get(str(slot))
                usable = isinstance(name, str) and 0 < len(name) <= MAX_NAME
                shown = single_line(str(name)) if usable else view_title(values)
                loaded[slot] = NamedPreset(shown, values)
        return loaded

    def encode(self, kept: Mapping[int, NamedPreset]) -> dict[str, Any]:
        return {
            "presets": {str(slot): _for_file(one.values) for slot, one in kept.items()},
            "names": {str(slot): one.name for slot, one in kept.items()},
        }


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

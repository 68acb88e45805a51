"""Settings from plain values (files, presets, lessons) and from text (command line)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from app.settings.rules import Between, shortened
from app.settings.settings import SETTINGS, Settings

_TYPES: Mapping[str, type] = {f.name: type(f.default) for f in dataclasses.fields(Settings)}
_RANGE = ("range_far", "range_near")


def from_dict(values: Mapping[str, Any]) -> tuple[Settings, list[str]]:
    """Return settings from plain values, and the keys that took their default instead."""
    settings, refused = Settings(), []
    for key, value in values.items():
        try:
            settings = dataclasses.replace(settings, **{key: coerced(key, value)})
        except (TypeError, ValueError, OverflowError):
            refused.append(key)
    if not set(_RANGE).isdisjoint(refused):
        try:  # each end may be usable only together with the other
            ends = {key: coerced(key, values[key]) for key in _RANGE}
            settings = dataclasses.replace(settings, **ends)
            refused = [key for key in refused if key not in _RANGE]
        except (KeyError, TypeError, ValueError, OverflowError):
            pass
    return settings, refused


def coerced(key: str, value: Any) -> Any:
    """Return `value` in the type of the setting `key`: an int may stand for a float.

    Raises
    ------
    ValueError
        If there is no such setting.
    TypeError
        If the value has another type.
    OverflowError
        If no float holds the number.
    """
    kind = _TYPES.get(key)
    if kind is None:
        raise ValueError(f"there is no setting {key!r}")
    if kind is tuple and isinstance(value, list):
        return tuple(value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TypeError(f"{key} must be {kind.__name__}, not {value!r}")
    return value


def parsed(key: str, text: str) -> Any:
    """Return the value of the setting `key` that was written as `text` on the command line.

    A 0 that stands for "automatic" is refused: leaving the option out says the same.

    Raises
    ------
    ValueError
        If the text is no usable value; the message follows the option's name.
    """
    rule = SETTINGS[key].rule
    if isinstance(rule, Between):
        rule = dataclasses.replace(rule, zero="")
    try:
        value = _TYPES[key](text)
    except ValueError:
        value = None
    if (wrong := rule.broken_by(value)) is not None:
        raise ValueError(f"it {wrong}, not {shortened(text)}")
    return value

"""Settings as a lesson writes them, and which ones a lesson may set."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from app.settings.rules import shortened
from app.settings.settings import SETTINGS, Settings
from app.sources.parsing import may_open_at_start

_TYPES: Mapping[str, type] = {f.name: type(f.default) for f in dataclasses.fields(Settings)}
_LANES = ("model_a", "model_b")
_NOT_FOR_LESSONS = frozenset({"source_fps", "source_pixels", "workspace", "inspector"})


def may_set(key: str) -> bool:
    """Whether a lesson may set it: it belongs to a set-up, not to the machine or the room."""
    known = SETTINGS.get(key)
    return known is not None and known.scope.is_in_presets and key not in _NOT_FOR_LESSONS


def read_value(key: str, text: str) -> Any:
    """The value of the setting `key`, written as in a lesson.

    Raises
    ------
    ValueError
        What is wrong, without a full stop.
    """
    if not may_set(key):
        near = get_close_matches(key, filter(may_set, SETTINGS), n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise ValueError(f"there is no setting {shortened(key)} for a lesson{hint}")
    value: Any = _typed(key, text)
    if (wrong := SETTINGS[key].rule.broken_by(value)) is not None:
        raise ValueError(f"{key} {wrong}, not {shortened(text)}")
    if key in _LANES:
        _check_model(value)
    if key == "source" and not may_open_at_start(value):
        raise ValueError("a lesson opens a built-in scene or a file, no camera, screen or stream")
    return value


def _typed(key: str, text: str) -> object:
    kind = _TYPES[key]
    if kind is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    try:
        return kind(text)
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise ValueError(f"{key} must be {what}, not {shortened(text)}") from None


def _check_model(name: str) -> None:
    from models import registry
    from models.errors import UsageError

    if ":" in name:
        raise ValueError("a lesson uses the models of the list, not files or repositories")
    try:
        registry.find(name)
    except UsageError as error:
        raise ValueError(str(error).rstrip(".?")) from None

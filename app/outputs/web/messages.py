"""What a viewer may say, and nothing else: a short JSON object with "do" and at most two values."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.outputs.contents import CONTENTS

LONGEST = 512
"""Characters of a message."""
COMMANDS = ("next_view", "wipe", "panic")
"""What the remote control can do."""


@dataclass(frozen=True, slots=True)
class Show:
    """Show this content from now on."""

    content: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The picture of this number was drawn; the next one may come."""

    number: int


@dataclass(frozen=True, slots=True)
class Probe:
    """Read the values at this point, in shares of the frame; None ends it."""

    at: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Freeze:
    """Hold the picture, or go on."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class Remote:
    """Do one of COMMANDS; `value` is the wipe's position, 0 to 1."""

    command: str
    value: float = 0.0


Message: TypeAlias = Show | Seen | Probe | Freeze | Remote


def parse_message(text: str) -> Message | None:
    """Return what a viewer says; None for anything that no page of ours would send."""
    if len(text) > LONGEST:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or len(said) > 3:
        return None
    do = said.get("do")
    read = _READERS.get(do) if isinstance(do, str) else None
    return None if read is None else read(said)


def _show(said: Mapping[str, Any]) -> Message | None:
    content = said.get("content")
    return Show(content) if isinstance(content, str) and content in CONTENTS else None


def _seen(said: Mapping[str, Any]) -> Message | None:
    number = said.get("number")
    return Seen(number) if type(number) is int and 0 <= number < 1 << 53 else None


def _probe(said: Mapping[str, Any]) -> Message | None:
    x, y = _share(said.get("x")), _share(said.get("y"))
    if x is None or y is None:
        return Probe(None) if said.get("x") is None else None
    return Probe((x, y))


def _freeze(said: Mapping[str, Any]) -> Message | None:
    is_on = said.get("on")
    return Freeze(is_on) if isinstance(is_on, bool) else None


def _remote(said: Mapping[str, Any]) -> Message | None:
    command, value = said.get("command"), _share(said.get("value", 0.0))
    is_known = isinstance(command, str) and command in COMMANDS
    return Remote(str(command), value) if is_known and value is not None else None


def _share(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= 1 else None


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Message | None]] = {
    "show": _show, "seen": _seen, "probe": _probe, "freeze": _freeze, "remote": _remote,
}  # fmt: skip

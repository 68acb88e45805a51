"""What a setting may be: one small rule per field, told in words when it is broken."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Rule(Protocol):
    """Says what is wrong with a value of the right type."""

    def broken_by(self, value: object) -> str | None:
        """What the value should have been, to follow the field's name; None if it is usable."""


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `low` to `high`, both included; neither NaN nor infinite."""

    low: float
    high: float

    def broken_by(self, value: object) -> str | None:
        if isinstance(value, (int, float)) and self.low <= value <= self.high:
            return None
        return f"lies between {self.low:g} and {self.high:g}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few values."""

    choices: tuple[object, ...]

    def broken_by(self, value: object) -> str | None:
        return None if value in self.choices else f"is one of {self.choices}"


@dataclass(frozen=True, slots=True)
class SomeOf:
    """A tuple of different values among a few, at least one."""

    choices: tuple[object, ...]

    def broken_by(self, value: object) -> str | None:
        if (
            isinstance(value, tuple)
            and value
            and set(value) <= set(self.choices)
            and len(set(value)) == len(value)
        ):
            return None
        return f"are among {self.choices}, each once"


@dataclass(frozen=True, slots=True)
class Written:
    """Text written like `pattern`; `like` shows an example."""

    pattern: str
    like: str

    def broken_by(self, value: object) -> str | None:
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return None
        return f"is written like {self.like}"


@dataclass(frozen=True, slots=True)
class Name:
    """A name or path that the system can be asked for; may be empty."""

    most: int = 4096

    def broken_by(self, value: object) -> str | None:
        if isinstance(value, str) and len(value) <= self.most and "\0" not in value:
            try:
                os.fsencode(value)
            except UnicodeEncodeError:
                return "holds characters that no file name has"
            return None
        return f"is a name of at most {self.most} characters"


def check(values: Mapping[str, object], rules: Mapping[str, Rule]) -> None:
    """Raises ValueError that names the first value which breaks its rule."""
    for key, rule in rules.items():
        wrong = rule.broken_by(values[key])
        if wrong is not None:
            raise ValueError(f"{key} {wrong}, not {_shortened(values[key])}")


def _shortened(value: object) -> str:
    text = ascii(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"

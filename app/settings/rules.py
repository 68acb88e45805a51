"""What a setting may be: small rules, which also say what is wrong with an unusable value."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


class Rule(Protocol):
    """Says what is wrong with a value of the right type, and what a usable one is called."""

    def in_words(self, value: object) -> str:
        """Return what the window calls a usable value."""

    def broken_by(self, value: object) -> str | None:
        """Return what the value should have been, to follow its name; None if it is usable."""


@dataclass(frozen=True, slots=True)
class OnOff:
    """True or False."""

    def in_words(self, value: object) -> str:
        return "on" if value else "off"

    def broken_by(self, value: object) -> str | None:
        return None if isinstance(value, bool) else "must be true or false"


@dataclass(frozen=True, slots=True)
class Between:
    """A finite number within bounds.

    Attributes
    ----------
    low, high : float
        The bounds, both included.
    zero : str
        What 0 stands for, such as "Automatic"; 0 is then allowed whatever the bounds are.
    """

    low: float
    high: float
    zero: str = ""

    @property
    def lowest(self) -> float:
        """The smallest number allowed."""
        return min(0.0, self.low) if self.zero else self.low

    def in_words(self, value: object) -> str:
        return self.zero if self.zero and value == 0 else f"{value:g}"

    def broken_by(self, value: object) -> str | None:
        zero = self.low > self.lowest
        if isinstance(value, (int, float)) and (
            self.low <= value <= self.high or (zero and value == 0)
        ):
            return None
        return f"must be between {self.low:g} and {self.high:g}" + (" or is 0" if zero else "")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few values; `words` are what the window calls each of them."""

    words: Mapping[object, str]

    def in_words(self, value: object) -> str:
        return self.words[value]

    def broken_by(self, value: object) -> str | None:
        return None if value in tuple(self.words) else f"must be one of {_listed(self.words)}"


@dataclass(frozen=True, slots=True)
class SomeOf:
    """A tuple of different values among a few, at least one; `words` say what each is called."""

    words: Mapping[object, str]

    def in_words(self, value: object) -> str:
        return ", ".join(words for each, words in self.words.items() if each in tuple(value))  # type: ignore[arg-type]

    def broken_by(self, value: object) -> str | None:
        if (
            isinstance(value, tuple)
            and value
            and set(value) <= set(self.words)
            and len(set(value)) == len(value)
        ):
            return None
        return f"must be among {_listed(self.words)}, each once"


@dataclass(frozen=True, slots=True)
class Written:
    """Text that matches `pattern` as a whole; `like` describes it."""

    pattern: str
    like: str

    def in_words(self, value: object) -> str:
        return str(value)

    def broken_by(self, value: object) -> str | None:
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return None
        return f"must be written as {self.like}"


@dataclass(frozen=True, slots=True)
class Lines:
    """A tuple of texts that each match `pattern` as a whole; may be empty."""

    pattern: str
    like: str

    def in_words(self, value: object) -> str:
        return ", ".join(value)  # type: ignore[arg-type]

    def broken_by(self, value: object) -> str | None:
        one = Written(self.pattern, self.like)
        if isinstance(value, tuple) and not any(map(one.broken_by, value)):
            return None
        return f"must be texts written as {self.like}"


@dataclass(frozen=True, slots=True)
class Name:
    """A name or path that can be passed to the operating system; may be empty.

    Attributes
    ----------
    most : int
        The largest number of characters.
    """

    most: int = 4096

    def in_words(self, value: object) -> str:
        return str(value)

    def broken_by(self, value: object) -> str | None:
        if isinstance(value, str) and len(value) <= self.most and "\0" not in value:
            try:
                os.fsencode(value)
            except UnicodeEncodeError:
                return "has characters that are not allowed in a file name"
            return None
        return f"must be at most {self.most} characters long"


def shortened(value: object) -> str:
    """Return `value` as it stands in an error message, at most 60 characters."""
    text = ascii(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _listed(values: Collection[object]) -> str:
    return ", ".join(map(str, values))

"""What is known about one setting beside its name, type and default value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.settings.rules import Between, OneOf, OnOff, Rule

_ON_OFF = OnOff()


class Scope(Enum):
    """What a setting belongs to, which decides who stores it."""

    SET_UP = "presets and the settings file"
    SILENT_START = "presets; every start uses the default"
    MACHINE = "the settings file; it describes the machine, the room or the day, not a set-up"

    @property
    def is_in_presets(self) -> bool:
        """Whether a preset stores and recalls the setting."""
        return self is not Scope.MACHINE


@dataclass(frozen=True, slots=True)
class Option:
    """The command-line option of a setting: its name, and what `--help` says about it."""

    flag: str
    metavar: str
    help: str

    @property
    def dest(self) -> str:
        """The attribute that argparse stores the value in."""
        return self.flag.removeprefix("--").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its rule, its row in the inspector and its command-line option.

    Attributes
    ----------
    rule : Rule
        Which values are usable.
    label, tip : str
        The row's name and tooltip.
    not_shown : str
        Why the inspector has no row for it; empty where it has one.
    control : str
        Kind of row (`widgets.inspector.section.ROWS`) where it does not follow from the rule.
    unit : str
        Shown behind a number.
    per_shown : float
        Units of the setting in one unit that is shown: 60 for seconds shown in minutes.
    step, decimals : float, int
        What one step of the row changes, and the decimals it shows, in units that are shown.
    slider : (float, float)
        Ends of the slider below a number, which are the common range; what is typed may lie
        beyond, within the rule's bounds.
    choices : tuple of (value, str)
        Values that the row's menu offers, with their words; a `OneOf` brings its own.
    placeholder : str
        What an empty path stands for.
    scope : Scope
        Who stores it.
    title_of : callable or None
        What the window calls a value, where neither the menu nor the rule can say.
    is_announced : bool
        A key that changes it says the new value over the pictures; False where it changes along
        with another setting, which says it.
    option : Option or None
        Its command-line option.
    """

    rule: Rule = _ON_OFF
    label: str = ""
    tip: str = ""
    not_shown: str = ""
    control: str = ""
    unit: str = ""
    per_shown: float = 1.0
    step: float = 1.0
    decimals: int = 0
    slider: tuple[float, float] = (0.0, 0.0)
    choices: tuple[tuple[object, str], ...] = ()
    placeholder: str = ""
    scope: Scope = Scope.SET_UP
    title_of: Callable[[Any], str] | None = None
    is_announced: bool = True
    option: Option | None = None

    @property
    def menu(self) -> tuple[tuple[Any, str], ...]:
        """The values to choose from in a menu, with their words."""
        return tuple(self.rule.words.items()) if isinstance(self.rule, OneOf) else self.choices

    def in_words(self, value: object) -> str:
        """Return what the window calls a value, such as "Viridis", "off" or "15 frames"."""
        if self.title_of is not None:
            return self.title_of(value)
        offered = (words for known, words in self.menu if known == value)
        return next(offered, "") or self.rule.in_words(value)

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and the largest number allowed; (0, 0) where it is no number."""
        return (self.rule.lowest, self.rule.high) if isinstance(self.rule, Between) else (0.0, 0.0)


P = ParamSpec("P")
T = TypeVar("T")


def _as_field(make: Callable[P, Setting]) -> Callable[Concatenate[T, P], T]:
    def setting(default: T, /, *args: P.args, **kwargs: P.kwargs) -> T:
        metadata = {"setting": make(*args, **kwargs)}
        return dataclasses.field(default=default, metadata=metadata)

    return setting


setting = _as_field(Setting)
"""``name: int = setting(default, …)`` in a dataclass: the arguments of `Setting` after the default.

A type checker sees the default value's type.
"""

"""The description of a setting's row in the inspector."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One setting as a row of the inspector.

    Attributes
    ----------
    key : str
        The setting's name.
    kind : str
        Which row: a key of `widgets.inspector.section.ROWS`.
    label, tip : str
        The row's name and tooltip.
    bounds : (float, float)
        The smallest and the largest value, both included, in the setting's unit; for numbers.
    is_whole : bool
        Whether the number is an int.
    step, decimals : float, int
        What one step changes, and the decimals shown, in the unit that is shown.
    unit : str
        Written behind the number.
    per_shown : float
        Units of the setting in one unit that is shown: 60 for seconds shown in minutes.
    zero : str
        Written instead of 0, such as "Automatic"; empty where 0 is a number like others.
    slider : (float, float)
        Ends of the slider below a number; values beyond them can still be typed.
    choices : tuple of (value, str)
        The menu's values and words.
    placeholder : str
        What an empty path stands for.
    """

    key: str
    kind: str
    label: str
    tip: str
    bounds: tuple[float, float] = (0.0, 0.0)
    is_whole: bool = False
    step: float = 1.0
    decimals: int = 0
    unit: str = ""
    per_shown: float = 1.0
    zero: str = ""
    slider: tuple[float, float] = (0.0, 0.0)
    choices: tuple[tuple[object, str], ...] = ()
    placeholder: str = ""

    @property
    def suffix(self) -> str:
        """The unit with the space before it, where one belongs there."""
        return self.unit if self.unit in ("", "°") else f" {self.unit}"

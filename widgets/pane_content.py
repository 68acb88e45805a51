"""Content of panes, as plain values without a toolkit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.frames import UInt8
from models.geometry import Calibration
from renderers.prescale import Prescaled

CALIBRATED = "m, calibrated"
"""The unit of what two points at known distances turned into metres."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Meaning of the two ends of a colour table.

    Attributes
    ----------
    low, high
        Values of levels 1 and 255.
    unit
        Words above the bar, such as "relative" or "1/m".
    low_word, high_word
        Meaning of the ends, such as "far" and "near".
    gamma
        Exponent from the value's fraction of the scale to the colour.
    marks
        Values to write beside the bar; round ones at even distances if there are none.
    to_metres
        From the values, which are disparity, to the metres that are written in their place.
    """

    low: float
    high: float
    unit: str
    low_word: str = "far"
    high_word: str = "near"
    gamma: float = 1.0
    marks: tuple[float, ...] = ()
    to_metres: Calibration | None = None

    def share(self, value: float) -> float:
        """Position of a value on the bar, 0–1 within the scale."""
        share = (value - self.low) / (self.high - self.low)
        return share if self.gamma == 1.0 else float(max(0.0, share) ** self.gamma)


@dataclass(frozen=True, slots=True, eq=False)
class Second:
    """Lane B's half of a pane that shows both lanes.

    Attributes
    ----------
    levels : (H, W) uint8
        Through the same table as the first.
    names : tuple of str
        The titles of lane A and lane B.
    prescaled : sequence of Prescaled
        `levels` at sizes at which the pane painted them before.
    blink_hz : float
        How often a second the lanes change places; 0 parts the pane by a divider instead.
    """

    levels: UInt8
    names: tuple[str, str]
    prescaled: Sequence[Prescaled] = ()
    blink_hz: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class PaneContent:
    """A picture of levels, with the words and marks around it.

    Attributes
    ----------
    levels : (H, W) uint8
        0 is unknown, 1 to 255 are coloured by `table`. Not copied.
    table : (256, 3) uint8
        Colours. Not copied.
    title, caption : str
        The left and the right of the header; an empty title leaves the one that is there.
    scale : Scale or None
        What the colour bar says; None shows no bar.
    scale_table : (256, 3) uint8 or None
        Colours of the bar where it explains `overlay` and not the levels.
    overlay : (h, w, 4) uint8 or None
        Laid over the picture, straight alpha.
    row_marks, row_breaks : sequence of (float, str)
        Words at the left edge, and lines across ("cut" or "reset"), by share of the height.
    footnote : str
        What the picture does not say, along its lower edge; of panes of a lane's inside.
    prescaled : sequence of Prescaled
        `levels` at sizes at which the pane painted them before.
    second : Second or None
        Lane B, for a pane of two lanes.
    """

    levels: UInt8
    table: UInt8
    scale: Scale | None
    title: str = ""
    caption: str = ""
    scale_table: UInt8 | None = None
    overlay: UInt8 | None = None
    row_marks: Sequence[tuple[float, str]] = ()
    row_breaks: Sequence[tuple[float, str]] = ()
    footnote: str = ""
    prescaled: Sequence[Prescaled] = ()
    second: Second | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RgbContent:
    """A picture in colours of its own, without a scale.

    Attributes
    ----------
    rgb : (H, W, 3) uint8
        Not copied.
    title, caption : str
        As of `PaneContent`.
    """

    rgb: UInt8
    title: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No picture; `reason` says in its place why there is none."""

    reason: str


Content = PaneContent | RgbContent | Nothing
"""What one pane shows."""

Contents = Mapping[str, Content]
"""What a view's panes show, by the panes' names."""

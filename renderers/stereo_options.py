"""How stereo pairs are made, without what makes them: settings read this at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_STRENGTH = 0.1
"""Parallax as a share of the width; more cannot be fused on any screen."""

STEREO_FORMS: Mapping[object, str] = {
    "anaglyph": "Red-cyan glasses",
    "beside": "Side by side",
    "above": "Top and bottom",
}
"""What menus call the ways to show both views in one picture, by key."""


@dataclass(frozen=True, slots=True)
class StereoOptions:
    """How the views are made, and how they are put together.

    Attributes
    ----------
    strength
        Parallax between the far and the near end, as a share of the picture's width, 0 to
        MOST_STRENGTH.
    zero
        Nearness of what lies in the plane of the screen, 0 to 1.
    form
        A key of STEREO_FORMS.
    """

    strength: float = 0.03
    zero: float = 0.5
    form: str = "anaglyph"

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= MOST_STRENGTH:
            raise ValueError(f"a parallax is 0 to {MOST_STRENGTH} of the width")
        if not 0.0 <= self.zero <= 1.0:
            raise ValueError("the screen lies at a nearness from 0 to 1")
        if self.form not in STEREO_FORMS:
            raise ValueError(f"there is no stereo picture of the form {self.form!r}")

"""`screen[:X,Y,W,H]`: the screen, or a part of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from app.sources.spec import OpenRequest, SourceSpec
from models.errors import UsageError

if TYPE_CHECKING:
    from app.core.source import Source


_SMALLEST_PX = 16


@dataclass(frozen=True, slots=True)
class ScreenSpec(SourceSpec):
    """The main screen, or the rectangle (x, y, width, height) of the desktop, in pixels."""

    region: tuple[int, int, int, int] | None

    prefix = "screen"
    usages = ("screen[:X,Y,W,H]",)
    suggestions: ClassVar = {"desktop": "screen"}

    @classmethod
    def of(cls, rest: str | None) -> ScreenSpec:
        """See SourceSpec."""
        if rest is None:
            return cls(None)
        numbers = re.fullmatch(r"(-?\d+)\s*,\s*(-?\d+)\s*,\s*(\d+)\s*,\s*(\d+)", rest)
        if numbers is None:
            raise UsageError(
                "Write a part of the screen as screen:X,Y,W,H, as in screen:0,0,1280,720, not "
                f"screen:{rest[:80]}."
            )
        x, y, width, height = (int(number) for number in numbers.groups())
        if width < _SMALLEST_PX or height < _SMALLEST_PX:
            raise UsageError(
                f"A part of the screen must be at least 16x16 pixels, not {width}x{height}."
            )
        return cls((x, y, width, height))

    @property
    def is_live(self) -> bool:
        """See SourceSpec."""
        return True

    def open(self, request: OpenRequest) -> Source:
        """See SourceSpec."""
        from app.sources.screen import open_screen

        del request
        return open_screen(self.region)

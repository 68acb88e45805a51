"""`window:TITLE`: another program's window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.sources.spec import OpenRequest, SourceSpec
from models.errors import UsageError

if TYPE_CHECKING:
    from app.core.source import Source


@dataclass(frozen=True, slots=True)
class WindowSpec(SourceSpec):
    """Another program's window, by (a part of) its title."""

    name: str

    prefix = "window"
    usages = ("window:TITLE",)

    @classmethod
    def of(cls, rest: str | None) -> WindowSpec:
        """See SourceSpec."""
        if not rest:
            raise UsageError(
                "Specify a window, as in window:TITLE; a part of its title is enough, and the "
                "Source menu lists them."
            )
        return cls(rest)

    @property
    def title(self) -> str:
        """See SourceSpec."""
        return self.name

    @property
    def is_live(self) -> bool:
        """See SourceSpec."""
        return True

    def open(self, request: OpenRequest) -> Source:
        """See SourceSpec."""
        from app.sources.window import open_window

        del request
        return open_window(self.name)

"""The protocol of a window system, and its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class WindowClosedError(Exception):
    """The window does not exist any more."""


@dataclass(frozen=True, slots=True)
class DesktopWindow:
    """A top-level window of another program. `handle` is the window system's number for it."""

    handle: int
    title: str


@dataclass(frozen=True, slots=True)
class Place:
    """Position of a window's content on the desktop, in pixels."""

    left: int
    top: int
    width: int
    height: int


class Desktop(Protocol):
    """A connection to the window system. Made and used in one thread."""

    def windows(self) -> list[DesktopWindow]:
        """Windows of other programs that have a title, the foremost first."""
        ...

    def place(self, handle: int) -> Place | None:
        """Its position; None while it is minimised or hidden.

        Raises
        ------
        WindowClosedError
            If it does not exist any more.
        """
        ...

    def close(self) -> None:
        """End the connection."""
        ...

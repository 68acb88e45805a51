"""What a kind of source is: how its spec is written, when it may be opened, and how it opens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from app.core.source import Source


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """How a source is asked to open; every kind takes from it what concerns it.

    Attributes
    ----------
    size : tuple of int or None
        (width, height) in pixels asked of a camera or rendered; files keep their own.
    with_flow : bool
        Scenes also give optical flow and covisibility.
    fps, pixel_format : float or None, str or None
        Asked of a camera; None leaves them to the system.
    awaited : bool
        A camera that is not plugged in is waited for, as one that lost its signal.
    """

    size: tuple[int, int] | None = None
    with_flow: bool = False
    fps: float | None = None
    pixel_format: str | None = None
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """A line of the Source menu that opens `spec`. `icon` is a name in `resources/icons`."""

    text: str
    spec: str
    tip: str
    icon: str


class SourceSpec(ABC):
    """A source as `--source` names it, understood but not opened: one subclass per kind.

    Subclasses are frozen dataclasses that hold what was understood. They import what opens the
    source only in `open`, because every command parses specs and few open every kind.

    Attributes
    ----------
    prefix : str
        The word before the colon, "camera" in "camera:0"; "" for a kind that has none and
        therefore overrides `parse`, as paths and URLs do.
    usages : tuple of str
        How it may be written, for help and error messages, such as "camera:NAME".
    suggestions : mapping
        Lower-case words that are no spec, with the spec to suggest, such as
        {"webcam": "camera:0"}.
    menu : tuple of MenuChoice
        Lines of the Source menu that need no dialog.
    may_open_at_start : bool
        A remembered source of this kind is opened again at the next start without being asked
        for. False for everything that uses a camera, the screen or the network.
    is_remote : bool
        Seeking in it takes its time.
    chooser : str
        How another of this kind is chosen in the window: "file", "address", or "" for the menu.
    is_built_in : bool
        It is always there, so the menu does not list it among recent sources.
    """

    __slots__ = ()

    prefix: ClassVar[str] = ""
    usages: ClassVar[tuple[str, ...]]
    suggestions: ClassVar[Mapping[str, str]] = MappingProxyType({})
    menu: ClassVar[tuple[MenuChoice, ...]] = ()
    may_open_at_start: ClassVar[bool] = False
    is_remote: ClassVar[bool] = False
    chooser: ClassVar[str] = ""
    is_built_in: ClassVar[bool] = False

    @classmethod
    def parse(cls, text: str) -> SourceSpec | None:
        """What `text` means, or None if it is another kind. Raises UsageError if it is unusable."""
        prefix, colon, rest = text.partition(":")
        return cls.of(rest.strip() if colon else None) if prefix.lower() == cls.prefix else None

    @classmethod
    def of(cls, rest: str | None) -> SourceSpec:
        """The spec for what follows the colon; None where there is no colon. Raises UsageError."""
        raise TypeError(f"{cls.__name__} defines neither parse nor of for {rest!r}")

    @property
    def title(self) -> str:
        """How the source is called before it is open; "" leaves it as it is written."""
        return ""

    @property
    def is_live(self) -> bool:
        """Frames come by themselves and cannot be asked for again (newest wins)."""
        return False

    @property
    def is_adjustable(self) -> bool:
        """Settings say what it shows (`app.core.source.Adjustable`)."""
        return False

    @abstractmethod
    def open(self, request: OpenRequest) -> Source:
        """Open it. Raises SourceError if it cannot be opened."""

"""The protocol of an output, and the values that go in and out of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from app.core.results import FrameResult
from app.outputs.scene import Scene
from models.frames import UInt8


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How an output is opened; it is opened again when they change.

    Attributes
    ----------
    size
        (width, height) in pixels of what is sent, both even.
    fps
        Pictures per second.
    is_for_network
        A page can be opened from other machines, not only from this one.
    contents
        What the viewers of a page may choose among, keys of `app.outputs.contents.CONTENTS`.
    """

    size: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    is_for_network: bool = False
    contents: tuple[str, ...] = ("view",)


@dataclass(frozen=True, slots=True, eq=False)
class Outgoing:
    """A picture that goes out.

    Attributes
    ----------
    content
        Key of what it is.
    rgb
        (H, W, 3) uint8, C-contiguous; fits into the size that was asked for.
    result
        The result that it was made of.
    scene
        What was on screen with it.
    is_new
        False where an output that keeps a steady rate gets the same picture again.
    """

    content: str
    rgb: UInt8
    result: FrameResult
    scene: Scene
    is_new: bool = True


class Output(Protocol):
    """One thing that pictures are sent to. All calls come from one thread, `open` first.

    Attributes
    ----------
    size
        (width, height) in pixels that pictures are made to fit into.
    fps
        Pictures per second, at most.
    is_steady
        It gets a picture at every tick, the last one again where there is no newer one.
    """

    size: tuple[int, int]
    fps: float
    is_steady: bool

    def open(self) -> str:
        """Open the device or address; returns a few words for the window, such as its name.

        Raises
        ------
        UserError
            If that is not possible.
        """
        ...

    def wanted(self, scene: Scene) -> Collection[str]:
        """The contents to send now, keys of CONTENTS; nothing is composed for the others."""
        ...

    def send(self, outgoing: Outgoing) -> None:
        """Send a picture; may take as long as a frame.

        Raises
        ------
        UserError
            If nothing can be sent any more; the output ends.
        """
        ...

    def close(self) -> None:
        """Release everything, within bounds; called once, also where `open` failed."""
        ...

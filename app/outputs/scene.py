"""What the window shows beside the results: where its panes are, and the words around them.

The GUI thread publishes a new `Scene` when something of it changed; outputs read the newest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.views.spec import ViewSettings
from models.frames import UInt8

Shares = tuple[float, float, float, float]
"""Left, top, width and height as shares of something wider, 0 to 1."""

CLOUD = "cloud"


class OutputSettings(ViewSettings, Protocol):
    """The settings that outputs read, by their keys."""

    @property
    def colormap(self) -> str: ...
    @property
    def edges(self) -> bool: ...
    @property
    def output_content(self) -> str: ...
    @property
    def view(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Place:
    """A picture on the stage.

    Attributes
    ----------
    pane : str
        Name of its pane.
    at : Shares
        Where on the stage its visible part is.
    part : Shares
        Which part of the picture that is.
    lane : str
        "a" or "b" where the pane is one lane's; it goes out with the lane's letter.
    """

    pane: str
    at: Shares
    part: Shares = (0.0, 0.0, 1.0, 1.0)
    lane: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is on screen besides the newest result.

    Attributes
    ----------
    settings : OutputSettings
        The settings in force.
    size : (int, int)
        Width and height of the stage in pixels.
    places : tuple of Place
        The pictures on it.
    wipe : float
        Share of the wipe's pane that shows lane A.
    side : str
        "a" or "b", the lane that a blinking pane shows.
    cloud : (H, W, 3) uint8 or None
        The point cloud as it was grabbed last, RGB; None where it is not needed or hidden.
    caption : (str, str)
        Headline and sentence on how to read the view; nothing of the machine.
    """

    settings: OutputSettings
    size: tuple[int, int] = (16, 9)
    places: tuple[Place, ...] = ()
    wipe: float = 0.5
    side: str = "a"
    cloud: UInt8 | None = None
    caption: tuple[str, str] = ("", "")

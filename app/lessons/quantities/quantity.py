"""What a quantity of a lesson is: how it is called, and the meter that computes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.core.results import FrameResult, LaneResult
from app.settings.settings import Settings
from models import registry
from renderers.cloud_ruler import Pixel


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured.

    Attributes
    ----------
    value
        A number, or one of the quantity's words.
    said
        One sentence with the numbers.
    """

    value: float | str
    said: str


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """What is on screen at one moment.

    Attributes
    ----------
    result
        The frame with its lanes and analysis.
    settings
        The settings that it is shown with.
    ruler
        Both ends of the ruler in the cloud, as pixels of the picture; None without one.
    """

    result: FrameResult
    settings: Settings
    ruler: tuple[Pixel, Pixel] | None = None

    def lane(self, name: str) -> LaneResult | None:
        """The lane's result, unless it still belongs to another model or input size."""
        lane = self.result.lanes.get(name)
        chosen = self.settings.model_a if name == "a" else self.settings.model_b
        if not self.settings.memory:
            chosen = registry.without_memory(chosen)
        return lane if lane is not None and lane.model == chosen else None


class Meter(Protocol):
    """Follows the screen and measures. Memory and work per frame are small."""

    def add(self, screen: Screen) -> None:
        """Take in the next result that is shown."""

    def reading(self) -> Reading | None:
        """What is measured now; None while too little was seen."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that a closing question asks for.

    Attributes
    ----------
    key
        What lessons call it.
    title
        What the teacher's sheet calls it.
    make
        Makes a meter.
    frames
        How many results it needs at least to see, for the check without a window.
    words
        Its values, if it is no number.
    stride
        The check reads every `stride`-th frame of the source, as a slow machine shows them.
    resets_at
        The check without a window resets the memory before this frame; 0 for no reset.
    ruler
        Where the check without a window lays the ruler.
    needs
        What has to be on screen; shown while nothing can be measured.
    """

    key: str
    title: str
    make: Callable[[], Meter]
    frames: int = 1
    words: tuple[str, ...] = ()
    stride: int = 1
    resets_at: int = 0
    ruler: tuple[Pixel, Pixel] | None = None
    needs: str = "Waiting for the next frames."

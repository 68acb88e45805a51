"""By how much lane B puts a deceiving surface of the built-in scene too far, in percent."""

from __future__ import annotations

from app.lessons.quantities.depth_error import depth_error
from app.lessons.quantities.quantity import Quantity, Reading, Screen
from app.lessons.quantities.scene_pixels import surface_pixels
from models.scene_places import GLASS_PANE, ON_BACK_WALL


class _Meter:
    def __init__(self) -> None:
        self._newest: Screen | None = None

    def add(self, screen: Screen) -> None:
        if screen.lane("b") is not None:
            self._newest = screen

    def reading(self) -> Reading | None:
        screen = self._newest
        if screen is None:
            return None
        place = GLASS_PANE if screen.settings.scene_glass else ON_BACK_WALL
        pixels = surface_pixels(screen.result.frame, place)
        error = None if pixels is None else depth_error(screen, "b", pixels)
        return None if error is None else error.reading("The surface")


QUANTITY = Quantity(
    "surface-error",
    "by how much B puts the glass, or else what hangs on the back wall, too far, in percent",
    _Meter,
    frames=6,
    needs="Waiting for the surface to come into the picture.",
)

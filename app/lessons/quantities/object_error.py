"""By how much lane B puts the object of the built-in scene too far, in percent."""

from __future__ import annotations

from app.lessons.quantities.depth_error import depth_error
from app.lessons.quantities.quantity import Quantity, Reading, Screen
from app.lessons.quantities.scene_pixels import object_pixels


class _Meter:
    def __init__(self) -> None:
        self._newest: Screen | None = None

    def add(self, screen: Screen) -> None:
        if screen.settings.scene_object != "none" and screen.lane("b") is not None:
            self._newest = screen

    def reading(self) -> Reading | None:
        screen = self._newest
        pixels = None if screen is None else object_pixels(screen.result.frame, screen.settings)
        if screen is None or pixels is None:
            return None
        error = depth_error(screen, "b", pixels)
        return None if error is None else error.reading("It")


QUANTITY = Quantity(
    "object-error",
    "by how much B puts the object too far, in percent of its distance, after a fit to the truth",
    _Meter,
    frames=6,
    needs="Waiting for the object to come into the picture.",
)

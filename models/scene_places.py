"""Where the things are that can be added to the demonstration scene. Metres; z up, y into the room.

Imports little, so that what measures them does not load the renderer.
"""

from __future__ import annotations

from dataclasses import dataclass

CAMERA_Y = -1.5
"""Middle of the camera's path, from which the distance of the object counts."""
OBJECT_X = 0.15
OBJECT_SIDE = 0.5
"""Diameter of the ball and side of the box at their usual size."""


@dataclass(frozen=True, slots=True)
class Upright:
    """A rectangle that faces the camera: its middle and its size."""

    x: float
    y: float
    z: float
    width: float
    height: float


ON_BACK_WALL = Upright(0.05, 5.39, 1.66, 3.0, 1.44)
"""Mirror or photograph; a pattern covers more."""
GLASS_PANE = Upright(1.4, 1.25, 0.99, 1.3, 1.82)

"""Settings of the built-in scene."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings.rules import Between, OneOf
from app.settings.setting import Scope, setting
from models.scene_options import DISTANCE_M, OBJECTS, RAISE_M, SIZE, WALLS


@dataclass(frozen=True)
class SceneSettings:
    """What the built-in scene shows."""

    # fmt: off
    scene_wall: str = setting(
        "pictures", OneOf(WALLS), "Back wall",
        "What is on the back wall; ground truth is the surface, never what a mirror or print shows",
        scope=Scope.SILENT_START)
    scene_glass: bool = setting(
        False, label="Pane of glass",
        tip="A pane stands before the table; ground truth is the pane, not what is behind it",
        scope=Scope.SILENT_START)
    scene_object: str = setting(
        "none", OneOf(OBJECTS), "Object",
        "Put an object into the middle of the room; the visitor and the balls leave",
        scope=Scope.SILENT_START)
    scene_distance: float = setting(
        3.0, Between(*DISTANCE_M), "Distance",
        "From the middle of the camera's path to the object, along the floor",
        control="slider", unit="m", step=0.1, scope=Scope.SILENT_START)
    scene_raise: float = setting(
        0.0, Between(*RAISE_M), "Height",
        "Moves the object up in the picture at the same distance, so that its disparity stays",
        control="slider", unit="m", step=0.05, scope=Scope.SILENT_START)
    scene_size: float = setting(
        1.0, Between(*SIZE), "Size", "Size of the object relative to its usual one",
        control="slider", step=0.05, scope=Scope.SILENT_START)
    scene_shadow: bool = setting(
        True, label="Shadow", tip="The object casts a shadow and darkens the floor around it",
        scope=Scope.SILENT_START)
    # fmt: on

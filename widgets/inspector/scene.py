"""What the built-in scene shows; for experiments on what networks go by."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtWidgets import QWidget

from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section

_OF_THE_OBJECT = ("scene_distance", "scene_raise", "scene_size", "scene_shadow")


class SceneSection(Section):
    """The back wall, a pane of glass, and an object with its place, size and shadow."""

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__("Scene", specs, parent)
        self.add_rows("scene_wall", "scene_glass", "scene_object", *_OF_THE_OBJECT)

    def show_values(self, values: Mapping[str, object]) -> None:
        super().show_values(values)
        if "scene_object" in values:
            for key in _OF_THE_OBJECT:
                is_there = values["scene_object"] != "none"
                self.set_row_enabled(key, is_there, "Choose an object first.")

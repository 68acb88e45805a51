"""How disparity becomes colour, and which way up the picture is."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtWidgets import QWidget

from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section, show_note

PER_FRAME_WARNING = "A per-frame range flickers by itself; it is here to show how it misleads."


class DisplaySection(Section):
    """Range, colour map, edges, mirror and rotation, and how the window looks.

    Buttons: "range.take" (make the range on screen the fixed one).
    """

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__("Display", specs, parent)
        self.add_rows("range_mode")
        self._warning = self.add_note()
        self.add_rows("range_locked", "range_near", "range_far")
        self.add_button(
            "range.take", "Use current range", "Set the fixed range to what is on screen now"
        )
        self.add_rows("colormap", "edges", "mirror", "rotate", "theme", "type_scale")

    def show_values(self, values: Mapping[str, object]) -> None:
        super().show_values(values)
        if "range_mode" in values:
            mode = values["range_mode"]
            for key in ("range_near", "range_far"):
                self.set_row_enabled(key, mode == "fixed", "Set Range to Fixed first.")
            self.set_row_enabled(
                "range_locked", mode == "stable", "Only the stabilised range can be locked."
            )
            show_note(self._warning, PER_FRAME_WARNING if mode == "per-frame" else "")

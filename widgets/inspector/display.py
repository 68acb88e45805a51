"""How disparity becomes colour, and which way up the picture is."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtWidgets import QWidget

from renderers.colormap import COLORMAPS
from widgets.inspector.rows import ChoiceRow, NumberRow, ToggleRow
from widgets.inspector.section import Section, show_note

RANGES: tuple[tuple[object, str], ...] = (
    ("stable", "Stabilised"),
    ("fixed", "Fixed"),
    ("per-frame", "Per frame"),
)
ROTATIONS: tuple[tuple[object, str], ...] = (
    (0, "None"),
    (90, "90° clockwise"),
    (180, "180°"),
    (270, "90° anticlockwise"),
)
PER_FRAME_WARNING = "Per-frame range flickers by itself: it is here to show why it misleads."


class DisplaySection(Section):
    """Range, colour map, edges, mirror and rotation.

    Wishes: "range.take" (make the range on screen the fixed one).
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Display", parent)
        self.add_row(
            ChoiceRow(
                "range_mode",
                "Range",
                RANGES,
                "Which disparity gets which colour, the same for both lanes: stabilised follows "
                "robust percentiles slowly (N)",
            )
        )
        self._warning = self.add_note()
        self.add_row(
            ToggleRow("range_locked", "Lock the range", "Hold the range that is on screen now")
        )
        for key, label, tip in (
            ("range_near", "Near end", "Disparity shown as nearest when the range is fixed"),
            ("range_far", "Far end", "Disparity shown as farthest when the range is fixed"),
        ):
            self.add_row(NumberRow(key, label, (-1e6, 1e6), tip, step=0.05, decimals=3))
        self.add_button(
            "range.take", "Fix what is on screen", "Make the present range the fixed one"
        )
        self.add_row(
            ChoiceRow(
                "colormap",
                "Colours",
                [(name, name.capitalize()) for name in COLORMAPS],
                "Colour map of both lanes; all but Turbo are safe for colour-blind viewers (C)",
            )
        )
        self.add_row(ToggleRow("edges", "Depth edges over RGB", "Outline jumps in depth (E)"))
        self.add_row(
            ToggleRow("mirror", "Mirror", "Swap left and right before anything looks at the frame")
        )
        self.add_row(ChoiceRow("rotate", "Rotate", ROTATIONS, "Turn the source's frames"))

    def show_values(self, values: Mapping[str, object]) -> None:
        super().show_values(values)
        if "range_mode" in values:
            mode = values["range_mode"]
            for key in ("range_near", "range_far"):
                self.set_row_enabled(key, mode == "fixed", "Choose the fixed range first.")
            self.set_row_enabled(
                "range_locked", mode == "stable", "Only the stabilised range moves."
            )
            show_note(self._warning, PER_FRAME_WARNING if mode == "per-frame" else "")

"""Unattended shows: fallbacks, the attract loop, the frame budget, full screen."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtWidgets import QWidget

from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section


class BoothSection(Section):
    """Fallback and backup clip, attract loop, frame budget.

    Buttons: "booth.full_screen", "booth.output".
    """

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__("Booth", specs, parent)
        self.add_rows(
            "fallback_after_s", "fallback_clip", "panic_clip", "attract_after_s", "input_budget",
            "budget_fps", "presenter",
        )  # fmt: skip
        self.add_button(
            "booth.full_screen",
            "Full screen",
            "Pictures and words only; all keys still work, Esc leaves (F11)",
            "fullscreen",
        )
        self.add_button(
            "booth.output",
            "Audience window",
            "Pictures and words only, on the second screen if there is one (F8)",
            "presenter",
        )

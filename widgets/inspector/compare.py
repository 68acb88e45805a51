"""How the two lanes are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtWidgets import QWidget

from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section


class CompareSection(Section):
    """Difference, blink, flicker, stereo, charts, sound, report.

    Buttons: "report", "pins.clear".
    """

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__("Compare", specs, parent)
        self.add_rows(
            "difference_alignment", "blink_hz", "flicker_window", "stereo_form",
            "stereo_parallax", "stereo_zero", "inside_a", "inside_b", "inside_block", "charts",
            "sound", "sound_volume", "sound_device",
        )  # fmt: skip
        self.add_button(
            "pins.clear", "Remove pins", "Remove all pinned points (Shift+P); P pins one", "pin"
        )
        self.add_button(
            "report",
            "Report…",
            "Compare two models over a clip in one HTML file",
            "report",
        )

    def set_sound_available(self, reason: str = "") -> None:
        """Disable sound with the reason why there is none; "" enables it."""
        for key in ("sound", "sound_volume", "sound_device"):
            self.set_row_enabled(key, not reason, reason)

    def set_sound_devices(self, names: Sequence[str]) -> None:
        """Offer these outputs."""
        self.menu("sound_device").offer(names)

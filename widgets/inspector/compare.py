"""How the two lanes are held against each other."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtWidgets import QWidget

from widgets.inspector.rows import ChoiceRow, SliderRow, ToggleRow
from widgets.inspector.section import Section

ALIGNMENTS: tuple[tuple[object, str], ...] = (
    ("clip", "Over the shot"),
    ("frame", "Each frame"),
    ("none", "None"),
)
DEVICES: tuple[tuple[object, str], ...] = (("", "The system's choice"),)


class CompareSection(Section):
    """Difference, blink, flicker, charts, sound, report.

    Wishes: "report", "pins.clear".
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Compare", parent)
        self.add_row(
            ChoiceRow(
                "difference_alignment",
                "Align B to A",
                ALIGNMENTS,
                "Scale and shift found before the difference is taken: relative disparity has "
                "neither of its own (D)",
            )
        )
        self.add_row(
            SliderRow(
                "blink_hz",
                "Blink rate",
                (0.2, 15.0),
                "How often a second the lanes change places (B)",
                step=0.1,
                suffix=" Hz",
            )
        )
        self.add_row(
            SliderRow(
                "flicker_window",
                "Flicker over",
                (1, 60),
                "Frames that the flicker heat map adds up (F)",
                whole=True,
                suffix=" frames",
            )
        )
        self.add_row(ToggleRow("charts", "Charts", "Plot pinned points, flicker and drift"))
        self.add_row(
            ToggleRow(
                "sound",
                "Sound",
                "A tone for each lane, A left and B right, rougher as the lane flickers",
            )
        )
        self.add_row(
            SliderRow("sound_volume", "Volume", (0.0, 1.0), "Loudness of the tones", step=0.05)
        )
        self._devices = ChoiceRow(
            "sound_device", "Play on", DEVICES, "The output that the tones are played on"
        )
        self.add_row(self._devices)
        self.add_button("pins.clear", "Remove pins", "Forget the pinned points (P pins one)", "pin")
        self.add_button(
            "report", "Report…", "Compare both lanes over the whole clip in one HTML file", "report"
        )

    def set_sound_available(self, reason: str = "") -> None:
        """Grey the sound out with the reason why there is none; "" makes it usable."""
        for key in ("sound", "sound_volume", "sound_device"):
            self.set_row_enabled(key, not reason, reason)

    def set_sound_devices(self, names: Sequence[str]) -> None:
        """Replace the menu of outputs."""
        self._devices.set_choices([*DEVICES, *((name, name) for name in names)])

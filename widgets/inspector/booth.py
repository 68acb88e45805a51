"""What keeps the show going: fallbacks, the attract loop, the frame budget, full screen."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from widgets.inspector.paths import ClipRow
from widgets.inspector.rows import ChoiceRow, NumberRow, ToggleRow
from widgets.inspector.section import Section

BUDGETS: tuple[tuple[object, str], ...] = (
    ("auto", "If presenting"),
    ("on", "Always"),
    ("off", "Never: held"),
)
_BUILT_IN = "Built-in scene"


class MinutesRow(NumberRow):
    """A setting in seconds, shown in minutes."""

    def show_value(self, value: object) -> None:
        if isinstance(value, (int, float)):
            super().show_value(value / 60)

    def _say(self, value: object) -> None:
        if isinstance(value, (int, float)):
            super()._say(60.0 * value)


class BoothSection(Section):
    """Fallback, canned replay, attract loop, frame budget.

    Wishes: "booth.full_screen", "booth.output".
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Booth", parent)
        self.add_row(
            NumberRow(
                "fallback_after_s",
                "Fall back",
                (0.0, 3600.0),
                "A camera or stream that stays away so long is replaced by the fallback clip "
                "until it is back",
                step=1.0,
                decimals=0,
                zero="Never",
                suffix=" s",
            )
        )
        for key, label, tip in (
            ("fallback_clip", "Fallback clip", "Shown while a camera or stream stays away"),
            ("panic_clip", "Canned clip", "Shown at once at F12, and away again"),
        ):
            self.add_row(ClipRow(key, label, f"{tip}: a video or a recording", _BUILT_IN))
        self.add_row(
            MinutesRow(
                "attract_after_s",
                "Attract",
                (0.0, 1440.0),
                "Minutes without a touch after which the views go round by themselves",
                step=1.0,
                decimals=1,
                zero="Never",
                suffix=" min",
            )
        )
        self.add_row(
            ChoiceRow(
                "input_budget",
                "Auto size",
                BUDGETS,
                "Whether the networks' input size steps down when frames take too long and up "
                "again when there is room",
            )
        )
        self.add_row(
            NumberRow(
                "budget_fps",
                "Budget",
                (1.0, 240.0),
                "Frames per second that the input size is chosen for",
                step=1.0,
                decimals=0,
                suffix=" fps",
            )
        )
        self.add_row(
            ToggleRow("presenter", "Presenter type", "Type that reads from the back of a room")
        )
        self.add_button(
            "booth.full_screen",
            "Full screen without menus",
            "No menus, no pointer; every key still works (F11, Esc leaves)",
            "fullscreen",
        )
        self.add_button(
            "booth.output",
            "Output window",
            "The pictures alone, on the second screen if there is one (F8)",
            "presenter",
        )

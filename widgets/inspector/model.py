"""What the networks run on, at which size, and with which memory."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtWidgets import QWidget

from widgets.inspector.rows import ChoiceRow, SliderRow, ToggleRow, WholeRow
from widgets.inspector.section import Section, show_note

INPUT_SIZES: tuple[tuple[object, str], ...] = (
    (0, "The model's own"),
    *((size, str(size)) for size in (168, 224, 280, 336, 392, 448, 518, 616, 756, 1148)),
)
PRECISIONS: tuple[tuple[object, str], ...] = (
    ("auto", "Automatic"),
    ("float32", "float32"),
    ("bfloat16", "bfloat16"),
)
DEVICES: tuple[tuple[object, str], ...] = (("auto", "Automatic"), ("cpu", "CPU"))


class ModelSection(Section):
    """Input size, memory, smoothing, device, precision and threads.

    Wishes: "memory.reset".
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Model", parent)
        self._sizes = ChoiceRow(
            "input_size",
            "Input size",
            INPUT_SIZES,
            "Short side in pixels of the picture the network gets; the work grows with its square",
        )
        self.add_row(self._sizes)
        self._cost = self.add_note()
        self.add_row(
            ToggleRow(
                "memory",
                "Memory across frames",
                "Off runs every temporal lane frame by frame, as if each were the first (M)",
            )
        )
        self.add_button("memory.reset", "Reset memory", "Forget the past now (R)", "reset")
        self.add_row(
            SliderRow(
                "ema_factor",
                "EMA factor",
                (0.0, 0.99),
                "How much of the past a +EMA lane keeps: 0 none, 0.99 nearly all",
                step=0.01,
            )
        )
        self._devices = ChoiceRow("device", "Device", DEVICES, "What the networks run on")
        self.add_row(self._devices)
        self.add_row(
            ChoiceRow(
                "precision",
                "Precision",
                PRECISIONS,
                "Numbers the networks compute with; bfloat16 is faster where the device has it",
            )
        )
        self.add_row(
            WholeRow(
                "threads",
                "Threads",
                (0, 256),
                "CPU threads for the networks; automatic chooses by the number of cores",
                zero="Automatic",
            )
        )

    def set_cost(self, text: str) -> None:
        """Say under the input size what it costs, such as "518×392, about 31 ms a frame"."""
        show_note(self._cost, text)

    def set_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        """Replace the menu of devices: (name such as "cuda:0", words)."""
        self._devices.set_choices(devices)

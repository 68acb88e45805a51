"""Device, input size and memory of the networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtWidgets import QWidget

from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section, show_note


class ModelSection(Section):
    """Input size, memory, smoothing, device, precision and threads.

    Buttons: "memory.reset".
    """

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__("Model", specs, parent)
        self.add_rows("input_size")
        self._cost = self.add_note()
        self.add_rows("memory")
        self.add_button("memory.reset", "Reset memory", "Forget earlier frames now (R)", "reset")
        self.add_rows("ema_factor", "device", "precision", "threads")

    def set_cost(self, text: str) -> None:
        """Show the cost below the input size, such as "518×392, about 31 ms a frame"."""
        show_note(self._cost, text)

    def set_default_size(self, words: str) -> None:
        """Say what the default input size is, such as "Default (288 px)"."""
        choices = self._specs["input_size"].choices
        self.menu("input_size").set_choices([(choices[0][0], words), *choices[1:]])

    def set_devices(self, devices: Sequence[tuple[str, str, str]]) -> None:
        """Replace the menu of devices: (name such as "cuda:0", words, why not or "")."""
        refused: dict[object, str] = {name: reason for name, _, reason in devices if reason}
        self.menu("device").set_choices([(name, words) for name, words, _ in devices], refused)

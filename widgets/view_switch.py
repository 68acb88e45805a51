"""One of several views, chosen by a row of buttons."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from widgets.controls import tool_button

VIEWS = (
    ("side", "side", "Side by side"),
    ("wipe", "wipe", "Wipe between A and B (W)"),
    ("blink", "blink", "Blink between A and B (B)"),
    ("difference", "difference", "Signed difference A − B (D)"),
    ("flicker", "flicker", "Flicker heat maps (F)"),
    ("xt", "xt", "One line over time: x-t slices (X)"),
)


class ViewSwitch(QWidget):
    """Buttons of which one is down.

    chosen : name of the view whose button was pressed.
    """

    chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for name, icon_name, tip in VIEWS:
            button = tool_button(icon_name, tip, self, checks=True)
            button.setObjectName(name)
            button.clicked.connect(self._on_clicked)
            row.addWidget(button)
            self._buttons[name] = button

    def set_current(self, name: str) -> None:
        """Show which view is on. Raises KeyError for an unknown one."""
        for other, button in self._buttons.items():
            button.setChecked(other == name)
        self._buttons[name].setChecked(True)

    def _on_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, QToolButton):
            self.chosen.emit(sender.objectName())

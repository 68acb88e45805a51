"""A row of buttons that chooses one of several views."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from widgets.controls import tool_button


@dataclass(frozen=True, slots=True)
class SwitchEntry:
    """One button.

    Attributes
    ----------
    name
        Of the view.
    icon
        Name of its picture.
    tip
        What it does, and its key.
    """

    name: str
    icon: str
    tip: str


class ViewSwitch(QWidget):
    """Buttons of which one is down.

    Attributes
    ----------
    chosen
        Emitted with the name of the view whose button was pressed.
    """

    chosen = pyqtSignal(str)

    def __init__(self, entries: Iterable[SwitchEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for entry in entries:
            button = tool_button(entry.icon, entry.tip, self, checks=True)
            button.setObjectName(entry.name)
            button.clicked.connect(self._on_clicked)
            row.addWidget(button)
            self._buttons[entry.name] = button

    def set_current(self, name: str) -> None:
        """Mark the current view.

        Raises
        ------
        KeyError
            For an unknown one.
        """
        for other, button in self._buttons.items():
            button.setChecked(other == name)
        self._buttons[name].setChecked(True)

    def _on_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, QToolButton):
            self.chosen.emit(sender.objectName())

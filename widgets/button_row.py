"""Buttons side by side, one of which is down."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget


class ButtonRow(QWidget):
    """A choice among a few, with a button for each.

    Attributes
    ----------
    chosen
        Emitted with the name of the button that was pressed.
    """

    chosen = pyqtSignal(str)

    def __init__(self, spacing_px: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(spacing_px)

    def add(self, name: str, button: QToolButton) -> None:
        """Add a button at the end."""
        button.setCheckable(True)
        button.setObjectName(name)
        button.clicked.connect(self._on_clicked)
        self._row.addWidget(button)
        self._buttons[name] = button

    @property
    def current(self) -> str:
        """Name of the button that is down; "" before one was set."""
        return next((name for name, each in self._buttons.items() if each.isChecked()), "")

    def set_current(self, name: str) -> None:
        """Press the button of that name, and release the others.

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
            sender.setChecked(True)  # a click on the current one leaves it down
            self.chosen.emit(sender.objectName())

"""A row of tabs, one of which is current."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from widgets.plain import set_tip
from widgets.theme import SPACE_XS


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: the name that `chosen` carries, its words and its tool tip."""

    name: str
    title: str
    tip: str


class Tabs(QWidget):
    """Buttons with words, of which one is down.

    Attributes
    ----------
    chosen
        Emitted with the name of the tab that was pressed.
    """

    chosen = pyqtSignal(str)

    def __init__(self, tabs: Iterable[Tab], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Workspaces")
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        for tab in tabs:
            button = self._buttons[tab.name] = QToolButton(self)
            button.setText(tab.title)
            button.setObjectName(tab.name)
            button.setProperty("role", "tab")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            set_tip(button, tab.tip)
            button.setAccessibleName(f"{tab.title}: {tab.tip}")
            button.clicked.connect(self._on_clicked)
            row.addWidget(button)

    @property
    def current(self) -> str:
        """Name of the tab that is down; "" before one was set."""
        return next((name for name, each in self._buttons.items() if each.isChecked()), "")

    def set_current(self, name: str) -> None:
        """Mark the current tab.

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

"""A row of buttons that chooses one of several views, and a menu of the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu, QToolButton, QWidget

from widgets import theme
from widgets.button_row import ButtonRow
from widgets.controls import tool_button
from widgets.plain import menu_words, set_tip


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


class ViewSwitch(ButtonRow):
    """Buttons with pictures, of which one is down.

    Attributes
    ----------
    folded
        The same choice as one button with a menu, for where the buttons have no room.
    """

    def __init__(self, entries: Iterable[SwitchEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        entries = tuple(entries)
        self.folded = ViewMenu(entries)
        self.folded.chosen.connect(self.chosen)
        for entry in entries:
            self.add(entry.name, tool_button(entry.icon, entry.tip, self))

    def set_current(self, name: str) -> None:
        super().set_current(name)
        self.folded.set_current(name)


class ViewMenu(QToolButton):
    """A button with the picture of the current view, and a menu of all.

    Attributes
    ----------
    chosen
        Emitted with the name of the view that was chosen in the menu.
    """

    chosen = pyqtSignal(str)

    def __init__(self, entries: Iterable[SwitchEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "button")
        self.setText("View  ▾")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self, "Choose how the lanes are compared")
        self.setAccessibleName("View")
        self._menu = QMenu(self)
        self._actions: dict[str, QAction] = {}
        for entry in entries:
            action = QAction(theme.icon(entry.icon), menu_words(entry.tip), self._menu)
            action.setCheckable(True)
            action.setObjectName(entry.name)
            action.triggered.connect(self._on_triggered)
            self._menu.addAction(action)
            self._actions[entry.name] = action
        self.setMenu(self._menu)

    def set_current(self, name: str) -> None:
        """Mark the current view, and show its picture.

        Raises
        ------
        KeyError
            For an unknown one.
        """
        for other, action in self._actions.items():
            action.setChecked(other == name)
        self.setIcon(self._actions[name].icon())

    def _on_triggered(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            sender.setChecked(True)  # choosing the current one leaves it ticked
            self.chosen.emit(sender.objectName())

"""A row of tabs, one of which is current."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QToolButton, QWidget

from widgets.button_row import ButtonRow
from widgets.plain import set_tip
from widgets.theme import SPACE_XS


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: the name that `chosen` carries, its words and its tool tip."""

    name: str
    title: str
    tip: str


class Tabs(ButtonRow):
    """Buttons with words, of which one is down."""

    def __init__(self, tabs: Iterable[Tab], parent: QWidget | None = None) -> None:
        super().__init__(SPACE_XS, parent)
        self.setAccessibleName("Workspaces")
        for tab in tabs:
            button = QToolButton(self)
            button.setText(tab.title)
            button.setProperty("role", "tab")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            set_tip(button, tab.tip)
            button.setAccessibleName(f"{tab.title}: {tab.tip}")
            self.add(tab.name, button)

"""Menus and shortcuts as one table: the cheat sheet, the menus and the keys cannot disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenuBar, QWidget

from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do by menu and by key.

    key : as in QKeySequence ("Ctrl+R"), or empty.
    do : called without arguments.
    listed : it has a line in the cheat sheet. sheet_key, sheet_text : what that line says, where
        one line stands for several actions; else `key` and `text`.
    is_apart : a line in the menu sets it apart from what is above.
    is_on : says from the settings whether it is ticked; None makes an action without a tick.
    """

    id: str
    menu: str
    text: str
    key: str
    do: Callable[[], None]
    tip: str = ""
    is_on: Callable[[Settings], bool] | None = None
    listed: bool = True
    sheet_key: str = ""
    sheet_text: str = ""
    is_apart: bool = False


class Actions:
    """The table made real: QActions on a window and in its menu bar."""

    def __init__(self, window: QWidget, menu_bar: QMenuBar, table: Iterable[Action]) -> None:
        self.table = tuple(table)
        self._made: dict[str, QAction] = {}
        menus = {}
        for row in self.table:
            if row.id in self._made:
                raise ValueError(f"two actions are called {row.id}")
            if row.menu not in menus:
                menu = menu_bar.addMenu(row.menu)
                if menu is None:
                    raise RuntimeError("Qt made no menu")
                menus[row.menu] = menu
                menu.setToolTipsVisible(True)
            action = QAction(row.text, window)
            if row.key:
                action.setShortcut(QKeySequence(row.key))
                action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setToolTip(row.tip or row.text)
            action.setCheckable(row.is_on is not None)
            action.triggered.connect(_without_argument(row.do))
            if row.is_apart:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(action)
            window.addAction(action)
            self._made[row.id] = action

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id]

    def show(self, settings: Settings) -> None:
        """Tick what is on; nothing is triggered."""
        for row in self.table:
            if row.is_on is not None:
                self._made[row.id].setChecked(row.is_on(settings))

    def cheat_sheet(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """By menu, the key and the text of every action that has a key."""
        sheet: dict[str, list[tuple[str, str]]] = {}
        for row in self.table:
            if row.key and row.listed:
                words = row.sheet_text or row.text.replace("&", "").rstrip("…")
                lines = sheet.setdefault(row.menu.replace("&", ""), [])
                lines.append((row.sheet_key or row.key, words))
        return list(sheet.items())


def _without_argument(do: Callable[[], None]) -> Callable[[bool], None]:
    """A slot that drops the `checked` that QAction.triggered brings."""

    def triggered(_checked: bool = False) -> None:
        do()

    return triggered

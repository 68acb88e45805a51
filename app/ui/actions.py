"""The table of actions made into menus and shortcuts, and the cheat sheet that lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu, QMenuBar, QWidget

from app.settings.settings import Settings
from widgets.plain import set_tip


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the user can do by menu and by key.

    Attributes
    ----------
    key
        The shortcut as in QKeySequence, such as "Ctrl+R", or "".
    do
        Called without arguments.
    is_on
        Returns from the settings whether it is ticked; None makes an action without a tick.
    listed
        It has a line in the cheat sheet.
    sheet_key, sheet_text
        What that line says where one line stands for several actions; else `key` and `text`.
    is_apart
        A separator stands above it or, for the first action of a sub-menu, above the sub-menu.
    is_announced
        The settings that it changed are said over the pictures; False where it says more itself.
    submenu
        Title of the sub-menu of `menu` that holds it, or "".
    """

    id: str
    menu: str
    text: str
    key: str
    do: Callable[[], object]
    tip: str = ""
    is_on: Callable[[Settings], bool] | None = None
    listed: bool = True
    sheet_key: str = ""
    sheet_text: str = ""
    is_apart: bool = False
    is_announced: bool = True
    submenu: str = ""


def is_on(key: str, settings: Settings) -> bool:
    """Return whether the boolean setting `key` is on."""
    return bool(getattr(settings, key))


def is_set_to(key: str, value: object, settings: Settings) -> bool:
    """Return whether the setting `key` is `value`."""
    return bool(getattr(settings, key) == value)


class Actions:
    """The QActions made of a table, in a window's menu bar.

    Parameters
    ----------
    run
        Carries an action out; None calls its `do`.

    Raises
    ------
    ValueError
        If two rows have the same id or the same key.
    """

    def __init__(
        self,
        window: QWidget,
        menu_bar: QMenuBar,
        table: Iterable[Action],
        run: Callable[[Action], object] | None = None,
    ) -> None:
        self.table: tuple[Action, ...] = ()
        self._run = run or _do
        self._window, self._menu_bar = window, menu_bar
        self._made: dict[str, QAction] = {}
        self._settings: Settings | None = None
        self._menus: dict[tuple[str, ...], QMenu] = {}
        self._orders: dict[QMenu, list[QAction]] = {}
        self._places: dict[str, QMenu] = {}
        self.add(table)

    def add(self, rows: Iterable[Action]) -> None:
        """Add actions at the end of their menus.

        Raises
        ------
        ValueError
            If two rows of the table have the same id or the same key.
        """
        rows, menus = tuple(rows), self._menus
        _refuse_repeated((*self.table, *rows))
        self.table = (*self.table, *rows)
        for row in rows:
            if (row.menu,) not in menus:
                menus[row.menu,] = _added(self._menu_bar, row.menu)
            place = (row.menu, row.submenu) if row.submenu else (row.menu,)
            is_first = place not in menus
            if row.is_apart:
                menus[(row.menu,) if is_first else place].addSeparator()
            if is_first:
                menus[place] = _added(menus[row.menu,], row.submenu)
            action = self._action(row, self._window)
            menus[place].addAction(action)
            self._window.addAction(action)
            self._made[row.id] = action
            self._places[row.id] = menus[place]
        if self._settings is not None:
            self.show(self._settings)

    def _action(self, row: Action, window: QWidget) -> QAction:
        action = QAction(row.text, window)
        if row.key:
            action.setShortcut(QKeySequence(row.key))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        set_tip(action, _tip(row))
        action.setCheckable(row.is_on is not None)

        def triggered(_checked: bool = False) -> None:
            self._run(row)
            if self._settings is not None:  # Qt unticks what is chosen again, though it stays on
                self.show(self._settings)

        action.triggered.connect(triggered)
        return action

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id]

    def set_text(self, action_id: str, text: str) -> None:
        """Change an action's title in its menu.

        Raises
        ------
        KeyError
            For an unknown id.
        """
        self._made[action_id].setText(text)

    def set_in_menu(self, action_id: str, is_in_menu: bool) -> None:
        """Take an action out of its menu, or put it back in its place; its key works all the same.

        Raises
        ------
        KeyError
            For an unknown id.
        """
        action, menu = self._made[action_id], self._places[action_id]
        order = self._orders.setdefault(menu, menu.actions())
        shown = menu.actions()
        if not is_in_menu:
            menu.removeAction(action)
        elif action not in shown:
            later = order[order.index(action) + 1 :]
            menu.insertAction(next((each for each in later if each in shown), None), action)

    def show(self, settings: Settings) -> None:
        """Tick what is on and untick what is not; no action is triggered."""
        self._settings = settings
        for row in self.table:
            if row.is_on is not None:
                action, is_on = self._made[row.id], row.is_on(settings)
                if action.isChecked() != is_on:
                    action.setChecked(is_on)

    def cheat_sheet(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return by menu the key and the text of every listed action that has a key."""
        sheet: dict[str, list[tuple[str, str]]] = {}
        for row in self.table:
            if (row.key or row.sheet_key) and row.listed:
                words = row.sheet_text or row.text.replace("&", "").rstrip("…")
                lines = sheet.setdefault(row.menu.replace("&", ""), [])
                lines.append((row.sheet_key or row.key, words))
        return list(sheet.items())


def _do(row: Action) -> None:
    row.do()


def _refuse_repeated(table: Iterable[Action]) -> None:
    """Raise ValueError for an id or a key that two rows have; Qt would ignore both of the keys."""
    ids: set[str] = set()
    by_key: dict[str, str] = {}
    for row in table:
        if row.id in ids:
            raise ValueError(f"two actions are called {row.id}")
        ids.add(row.id)
        key = QKeySequence(row.key).toString()
        if key and by_key.setdefault(key, row.id) != row.id:
            raise ValueError(f"the actions {by_key[key]} and {row.id} share the key {row.key}")


def _tip(row: Action) -> str:
    words = row.tip or row.text.replace("&", "").rstrip("…")
    return f"{words} ({row.key})" if row.key else words


def _added(place: QMenuBar | QMenu, title: str) -> QMenu:
    menu = place.addMenu(title)
    if menu is None:
        raise RuntimeError("Qt made no menu")
    menu.setToolTipsVisible(True)
    return menu

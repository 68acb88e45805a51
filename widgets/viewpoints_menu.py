"""The menu of viewpoints, the same in the cloud's header and in the inspector."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu, QToolButton, QWidget

from widgets.plain import InputDialog, menu_words, set_tip

MAX_NAME = 40


class ViewpointsMenu(QMenu):
    """Recall, save and remove viewpoints by number and name.

    Parameters
    ----------
    keys_on
        The widget in whose window Alt with the number recalls a viewpoint.

    Attributes
    ----------
    recalled, removed
        Emitted with the number of a viewpoint.
    saved
        Emitted with the name of a new viewpoint, or of one to replace.
    """

    recalled = pyqtSignal(int)
    removed = pyqtSignal(int)
    saved = pyqtSignal(str)
    reset_requested = pyqtSignal()

    def __init__(self, keys_on: QWidget, parent: QWidget | None = None) -> None:
        super().__init__("Viewpoints", parent or keys_on)
        self._keys_on = keys_on
        self._recalls: list[QAction] = []
        self._names: dict[int, str] = {}
        self._separator = self.addSeparator()
        save = self.addAction("&Save viewpoint…")
        self._remove = QMenu("&Remove", self)
        self.addMenu(self._remove)
        self.addSeparator()
        reset = self.addAction("Reset viewpoint\tHome")
        if save is not None and reset is not None:
            save.triggered.connect(self.ask_for_name)
            reset.triggered.connect(self._emit_reset)
        self.set_viewpoints({})

    def set_viewpoints(self, names: Mapping[int, str]) -> None:
        """Offer these viewpoints, name by number."""
        self._names = dict(names)
        for action in self._recalls:
            self._keys_on.removeAction(action)
            self.removeAction(action)
            action.deleteLater()
        self._recalls = []
        self._remove.clear()
        for number, name in sorted(names.items()):
            words = menu_words(name)
            action = QAction(f"&{number}  {words}", self)
            set_tip(action, name)
            action.setShortcut(QKeySequence(f"Alt+{number}"))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(partial(self._emit_recalled, number))
            self.insertAction(self._separator, action)
            self._keys_on.addAction(action)
            self._recalls.append(action)
            remove = self._remove.addAction(f"{number}  {words}")
            if remove is not None:
                set_tip(remove, name)
                remove.triggered.connect(partial(self._emit_removed, number))
        self._remove.setEnabled(bool(names))

    def ask_for_name(self) -> None:
        """Ask for the name of the current viewpoint; `saved` is emitted with the answer."""
        dialog = InputDialog(self._keys_on.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Save viewpoint")
        dialog.setLabelText("Name (a viewpoint of the same name is replaced):")
        free = next((n for n in range(1, 10) if n not in self._names), 9)
        dialog.setTextValue(f"Viewpoint {free}")
        dialog.textValueSelected.connect(self._on_named)
        dialog.open()

    def _on_named(self, name: str) -> None:
        name = " ".join(name.split())[:MAX_NAME]
        if name:
            self.saved.emit(name)

    def _emit_recalled(self, number: int, _checked: bool = False) -> None:
        self.recalled.emit(number)

    def _emit_removed(self, number: int, _checked: bool = False) -> None:
        self.removed.emit(number)

    def _emit_reset(self, _checked: bool = False) -> None:
        self.reset_requested.emit()


def viewpoints_button(menu: ViewpointsMenu, parent: QWidget) -> QToolButton:
    """A small flat button that opens `menu`."""
    button = QToolButton(parent)
    button.setText("Viewpoints ▾")
    button.setProperty("role", "segment")
    set_tip(button, "Save the current viewpoint, or recall one (Alt+1–9)")
    button.setAccessibleName("Viewpoints of the point cloud")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(menu)
    return button

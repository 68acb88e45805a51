"""A titled part of the inspector that folds away."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.inspector.rows import Row
from widgets.theme import SPACE, SPACE_XS


class Section(QWidget):
    """Rows of controls under a heading.

    changed : the user wants a setting otherwise: (key, value), keys being settings' field names.
    button_pressed : the user pressed a button that is no setting: its id, such as "memory.reset".
    folded : the section was folded (True) or opened.
    """

    changed = pyqtSignal(str, object)
    button_pressed = pyqtSignal(str)
    folded = pyqtSignal(bool)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, Row] = {}
        self._buttons: dict[str, QPushButton] = {}
        self._labels: dict[str, QLabel] = {}
        self._head = QToolButton(self)
        self._head.setText(title)
        self._head.setProperty("role", "section")
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._head.setCheckable(True)
        self._head.setChecked(True)
        self._head.setToolTip(f"Fold or open the {title} section")
        self._head.clicked.connect(self._on_head)
        self._body = QWidget(self)
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(SPACE, 0, SPACE, SPACE + SPACE_XS)
        self._grid.setHorizontalSpacing(SPACE)
        self._grid.setVerticalSpacing(SPACE_XS + 2)
        self._grid.setColumnStretch(1, 1)
        line = QFrame(self)
        line.setProperty("role", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (line, self._head, self._body):
            column.addWidget(part)
        self._draw_head()

    @property
    def title(self) -> str:
        return self._head.text()

    @property
    def keys(self) -> tuple[str, ...]:
        """Settings keys this section shows."""
        return tuple(self._rows)

    @property
    def is_open(self) -> bool:
        return self._head.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Fold or open; nothing is emitted."""
        self._head.setChecked(is_open)
        self._draw_head()

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show the settings in `values` that this section has; nothing is emitted."""
        for key, row in self._rows.items():
            if key in values:
                row.show_value(values[key])

    def row(self, key: str) -> Row:
        """The control of a settings key. Raises KeyError."""
        return self._rows[key]

    def button(self, button_id: str) -> QPushButton:
        """The button of a button_id. Raises KeyError."""
        return self._buttons[button_id]

    def label_width(self) -> int:
        """Width the widest label of a row wants, in pixels."""
        return max((label.sizeHint().width() for label in self._labels.values()), default=0)

    def set_label_width(self, width: int) -> None:
        """Make the column of labels this wide, so that sections line up."""
        self._grid.setColumnMinimumWidth(0, width)

    # -- building ----------------------------------------------------------------------------

    def add_row(self, row: Row) -> None:
        """Append a control, named at its left unless it names itself."""
        at = self._grid.rowCount()
        if row.label:
            label = QLabel(row.label, self._body)
            label.setProperty("role", "quiet")
            label.setToolTip(row.tip)
            label.setBuddy(row.control)
            self._labels[row.key] = label
            self._grid.addWidget(label, at, 0)
            self._grid.addWidget(row.control, at, 1)
        else:
            self._grid.addWidget(row.control, at, 0, 1, 2)
        row.changed.connect(self.changed)
        self._rows[row.key] = row

    def add_note(self) -> QLabel:
        """Append a line of quiet small text and return it, empty and hidden."""
        note = QLabel(self._body)
        note.setProperty("role", "small")
        note.setWordWrap(True)
        note.hide()
        self._grid.addWidget(note, self._grid.rowCount(), 0, 1, 2)
        return note

    def add_button(self, button_id: str, words: str, tip: str, icon_name: str = "") -> QPushButton:
        """Append a button that emits `button_pressed(button_id)`."""
        button = QPushButton(words, self._body)
        if icon_name:
            button.setIcon(theme.icon(icon_name))
        button.setToolTip(tip)
        button.setObjectName(button_id)
        button.clicked.connect(self._on_button)
        self._buttons[button_id] = button
        self._grid.addWidget(button, self._grid.rowCount(), 0, 1, 2)
        return button

    def add_widget(self, widget: QWidget) -> None:
        """Append a widget over the whole width."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def set_row_enabled(self, key: str, is_enabled: bool, reason: str = "") -> None:
        """Grey a control out, with the reason in its tooltip, or make it usable again."""
        row = self._rows[key]
        row.control.setEnabled(is_enabled)
        row.control.setToolTip(row.tip if is_enabled or not reason else f"{row.tip}\n{reason}")
        if key in self._labels:
            self._labels[key].setEnabled(is_enabled)

    # -- inside ------------------------------------------------------------------------------

    def _on_head(self) -> None:
        self._draw_head()
        self.folded.emit(not self.is_open)

    def _draw_head(self) -> None:
        name = "chevron-down" if self.is_open else "chevron-right"
        self._head.setIcon(theme.icon(name, theme.COLOURS.quiet))
        self._body.setVisible(self.is_open)

    def _on_button(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.button_pressed.emit(sender.objectName())


def show_note(note: QLabel, text: str) -> None:
    """Say `text` in a note made by `Section.add_note`, or hide it when there is none."""
    note.setText(text)
    note.setVisible(bool(text))

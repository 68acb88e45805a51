"""A titled part of the inspector that folds away."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QFrame,
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.inspector.number_slider import GeometricRow, NumberSliderRow
from widgets.inspector.paths import ClipRow, FolderRow
from widgets.inspector.row_spec import RowSpec
from widgets.inspector.rows import ChoiceRow, NumberRow, Row, SliderRow, ToggleRow
from widgets.plain import Label, set_tip
from widgets.theme import SPACE, SPACE_XS

ROWS: Mapping[str, Callable[[RowSpec], Row]] = {
    "toggle": ToggleRow,
    "choice": ChoiceRow,
    "number": NumberRow,
    "slider": SliderRow,
    "number and slider": NumberSliderRow,
    "geometric": GeometricRow,
    "folder": FolderRow,
    "clip": ClipRow,
}
"""The kinds of rows, by `RowSpec.kind`."""


_WIDEST_LABEL = "Flicker window "
"""Labels longer than this take two lines, so that the panel leaves its width to pictures."""


class Section(QWidget):
    """Rows of controls under a heading; a section says which settings stand in it, in which order.

    Parameters
    ----------
    title : str
        The heading.
    specs : mapping of str to RowSpec
        What every setting's row looks like, by key.

    Attributes
    ----------
    changed : signal (str, object)
        The user wants a setting to change: key and value.
    button_pressed : signal (str)
        A button that is no setting was pressed: its id, such as "memory.reset".
    folded : signal (bool)
        The section was folded (True) or opened.
    """

    changed = pyqtSignal(str, object)
    button_pressed = pyqtSignal(str)
    folded = pyqtSignal(bool)

    def __init__(
        self, title: str, specs: Mapping[str, RowSpec], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._specs = specs
        self._rows: dict[str, Row] = {}
        self._buttons: dict[str, QPushButton] = {}
        self._labels: dict[str, Label] = {}
        self._head = QToolButton(self)
        self._head.setText(title)
        self._head.setProperty("role", "section")
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._head.setCheckable(True)
        self._head.setChecked(True)
        set_tip(self._head, f"Expand or collapse {title}")
        self._head.clicked.connect(self._on_head)
        self._body = QWidget(self)
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(SPACE, 0, SPACE, SPACE + SPACE_XS)
        self._grid.setHorizontalSpacing(SPACE)
        self._grid.setVerticalSpacing(SPACE_XS + 2)
        self._grid.setColumnStretch(1, 1)
        self._line = QFrame(self)
        self._line.setProperty("role", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._line, self._head, self._body):
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

    def height_of(self, is_open: bool) -> int:
        """Height in pixels that the section wants, open or folded."""
        # A plain line has no size of its own, and is laid out one pixel high.
        head = self._head.sizeHint().height() + max(1, self._line.sizeHint().height())
        return head + (self._body.sizeHint().height() if is_open else 0)

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show those of `values` that have a row here; nothing is emitted."""
        for key, row in self._rows.items():
            if key in values:
                row.show_value(values[key])

    def row(self, key: str) -> Row:
        """Return the row of a setting. Raises KeyError."""
        return self._rows[key]

    def menu(self, key: str) -> ChoiceRow:
        """Return the row of a setting that is chosen in a menu. Raises KeyError."""
        row = self._rows[key]
        if not isinstance(row, ChoiceRow):
            raise KeyError(key)
        return row

    def button(self, button_id: str) -> QPushButton:
        """Return a button by its id. Raises KeyError."""
        return self._buttons[button_id]

    def label_width(self) -> int:
        """Width the widest label of a row wants, in pixels; longer ones wrap at `_WIDEST_LABEL`."""
        metrics = self._body.fontMetrics()
        widths = [metrics.horizontalAdvance(label.text()) for label in self._labels.values()]
        return min(max(widths, default=0), metrics.horizontalAdvance(_WIDEST_LABEL))

    def set_label_width(self, width: int) -> None:
        """Make the column of labels this wide, so that sections line up."""
        self._grid.setColumnMinimumWidth(0, width)

    # -- building ----------------------------------------------------------------------------

    def add_rows(self, *keys: str) -> None:
        """Append the rows of these settings, labelled at their left unless they name themselves."""
        for key in keys:
            spec, at = self._specs[key], self._grid.rowCount()
            row = ROWS[spec.kind](spec)
            if row.names_itself:
                self._grid.addWidget(row.control, at, 0, 1, 2)
            else:
                label = Label(spec.label, self._body)
                label.setProperty("role", "quiet")
                label.setWordWrap(True)
                set_tip(label, spec.tip)
                label.setBuddy(row.control)
                self._labels[key] = label
                self._grid.addWidget(label, at, 0)
                self._grid.addWidget(row.control, at, 1)
            row.changed.connect(self.changed)
            self._rows[key] = row

    def add_note(self) -> Label:
        """Append a line of quiet small text and return it, empty and hidden."""
        note = Label("", self._body)
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
        set_tip(button, tip)
        button.setObjectName(button_id)
        button.clicked.connect(self._on_button)
        self._buttons[button_id] = button
        self._grid.addWidget(button, self._grid.rowCount(), 0, 1, 2)
        return button

    def add_widget(self, widget: QWidget) -> None:
        """Append a widget over the whole width."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def set_row_enabled(self, key: str, is_enabled: bool, reason: str = "") -> None:
        """Disable a control, with the reason in its tooltip, or enable it."""
        row = self._rows[key]
        row.control.setEnabled(is_enabled)
        tip = row.spec.tip
        set_tip(row.control, tip if is_enabled or not reason else f"{tip}\n{reason}")
        if key in self._labels:
            self._labels[key].setEnabled(is_enabled)

    # -- inside ------------------------------------------------------------------------------

    def _on_head(self) -> None:
        self._draw_head()
        self.folded.emit(not self.is_open)

    def _draw_head(self) -> None:
        name = "chevron-down" if self.is_open else "chevron-right"
        self._head.setIcon(theme.icon(name, "quiet"))
        self._body.setVisible(self.is_open)

    def _on_button(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.button_pressed.emit(sender.objectName())


def show_note(note: Label, text: str) -> None:
    """Show `text` in a note made by `Section.add_note`; without text, hide the note."""
    note.setText(text)
    note.setVisible(bool(text))

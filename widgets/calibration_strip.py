"""A strip for the distances of two points, below the pictures, so that it covers none of them."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QDoubleSpinBox, QFrame, QHBoxLayout, QPushButton, QWidget

from widgets import theme
from widgets.plain import Label, set_tip
from widgets.theme import SPACE, SPACE_XS

FIRST_M = (1.0, 3.0)
"""Distances that stand there until others are typed."""


class CalibrationStrip(QFrame):
    """Two distances in metres, and buttons.

    Attributes
    ----------
    applied, cancelled, removed
        Emitted when the user wants to use the distances, to give up, or to go back to relative.
    """

    applied = pyqtSignal()
    cancelled = pyqtSignal()
    removed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._title = Label("", self)
        self._title.setProperty("role", "title")
        self._fields = tuple(self._field(number) for number in (1, 2))
        self._note = Label("", self)
        self._note.setWordWrap(True)
        self._apply = QPushButton("Calibrate", self)
        self._apply.setProperty("role", "primary")
        self._remove = QPushButton("Back to relative", self)
        self._cancel = QPushButton("Cancel", self)
        set_tip(self._apply, "Show depth in metres by these two points (Enter)")
        set_tip(self._remove, "End the calibration in force")
        set_tip(self._cancel, "Keep everything as it is (Esc)")
        self._apply.clicked.connect(self.applied)
        self._remove.clicked.connect(self.removed)
        self._cancel.clicked.connect(self.cancelled)
        self._lay_out()

    @property
    def distances_m(self) -> tuple[float, float]:
        """The distances of point 1 and point 2 in metres."""
        return self._fields[0].value(), self._fields[1].value()

    def set_distance(self, number: int, metres: float) -> None:
        """Write the distance of point 1 or 2."""
        self._fields[number - 1].setValue(metres)

    def show_step(self, lane: str, placed: int, is_calibrated: bool) -> None:
        """Show which lane is calibrated, and that so many points were clicked.

        The field of the point that was clicked last has the keyboard.
        """
        self._title.setText(f"Calibrate lane {lane.upper()}")
        for number, field in enumerate(self._fields, start=1):
            field.setEnabled(number <= placed)
        self._apply.setEnabled(placed == len(self._fields))
        self._remove.setVisible(is_calibrated)
        self.say("")
        if placed:
            field = self._fields[placed - 1]
            field.setFocus(Qt.FocusReason.OtherFocusReason)
            field.selectAll()

    def say(self, text: str) -> None:
        """Show a sentence beside the fields, such as why the points do not do."""
        self._note.setText(text)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._apply.isEnabled():
            self.applied.emit()
        else:
            super().keyPressEvent(event)

    def _field(self, number: int) -> QDoubleSpinBox:
        field = QDoubleSpinBox(self)
        field.setRange(0.05, 500.0)
        field.setDecimals(2)
        field.setSingleStep(0.1)
        field.setSuffix(" m")
        field.setValue(FIRST_M[number - 1])
        field.setFont(theme.numbers_font())
        field.setAccessibleName(f"Distance of point {number} in metres")
        set_tip(field, f"Distance of point {number} from the camera, along the view")
        return field

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE_XS, SPACE, SPACE_XS)
        row.setSpacing(SPACE)
        row.addWidget(self._title)
        for number, field in enumerate(self._fields, start=1):
            chip = Label(str(number), self)
            chip.setProperty("role", "key")
            chip.setBuddy(field)
            row.addWidget(chip)
            row.addWidget(field)
        row.addWidget(self._note, 1)
        for button in (self._apply, self._remove, self._cancel):
            row.addWidget(button)

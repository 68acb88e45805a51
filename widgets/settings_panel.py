"""The inspector: the settings by section, in a column at the side of the window."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from widgets.inspector.booth import BoothSection
from widgets.inspector.cloud import CloudSection
from widgets.inspector.compare import CompareSection
from widgets.inspector.display import DisplaySection
from widgets.inspector.model import ModelSection
from widgets.inspector.record import RecordSection
from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section
from widgets.inspector.source import SourceSection
from widgets.theme import SPACE


class SettingsPanel(QScrollArea):
    """All sections below each other; scrolls where there is no room.

    Parameters
    ----------
    specs : mapping of str to RowSpec
        What the settings' rows look like, by key.

    Attributes
    ----------
    changed : signal (str, object)
        The user wants a setting to change: key and value.
    button_pressed : signal (str)
        A button that is no setting was pressed: its id.
    record_toggled : signal (bool)
        True to start a recording, False to stop it.
    """

    changed = pyqtSignal(str, object)
    button_pressed = pyqtSignal(str)
    record_toggled = pyqtSignal(bool)

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = SourceSection()
        self.model = ModelSection(specs)
        self.display = DisplaySection(specs)
        self.cloud = CloudSection(specs)
        self.compare = CompareSection(specs)
        self.record = RecordSection(specs)
        self.booth = BoothSection(specs)
        self._sections: tuple[Section, ...] = (
            self.source, self.model, self.display, self.cloud, self.compare, self.record,
            self.booth,
        )  # fmt: skip
        body = QWidget(self)
        body.setProperty("role", "panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, SPACE)
        column.setSpacing(0)
        for section in self._sections:
            column.addWidget(section)
            section.changed.connect(self.changed)
            section.button_pressed.connect(self.button_pressed)
        column.addStretch(1)
        self.record.record_toggled.connect(self.record_toggled)
        self.setAccessibleName("Inspector")
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._line_up()

    @property
    def sections(self) -> tuple[Section, ...]:
        """All sections from top to bottom."""
        return self._sections

    @property
    def keys(self) -> tuple[str, ...]:
        """The settings that the inspector shows."""
        return tuple(key for section in self._sections for key in section.keys)

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show settings by key; keys that have no control are ignored. Nothing is emitted."""
        for section in self._sections:
            section.show_values(values)

    def folded(self) -> tuple[str, ...]:
        """Titles of the sections that are folded."""
        return tuple(s.title for s in self._sections if not s.is_open)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._line_up()  # the style's padding counts, and is known now

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._line_up()

    def _line_up(self) -> None:
        """Give all sections one column of labels, and the panel the width that needs."""
        width = max(section.label_width() for section in self._sections)
        for section in self._sections:
            section.set_label_width(width)
        self.setMinimumWidth(self.sizeHint().width())

    def sizeHint(self) -> QSize:
        body = self.widget()
        width = body.minimumSizeHint().width() if body is not None else 0
        return QSize(max(264, width + SPACE + 2), 600)

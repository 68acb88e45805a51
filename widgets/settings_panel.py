"""The inspector: the settings by section, in a column at the side of the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from widgets.inspector.booth import BoothSection
from widgets.inspector.cloud import CloudSection
from widgets.inspector.compare import CompareSection
from widgets.inspector.display import DisplaySection
from widgets.inspector.model import ModelSection
from widgets.inspector.output import OutputSection
from widgets.inspector.record import RecordSection
from widgets.inspector.row_spec import RowSpec
from widgets.inspector.scene import SceneSection
from widgets.inspector.section import Section
from widgets.inspector.source import SourceSection
from widgets.theme import SPACE


class SettingsPanel(QScrollArea):
    """All sections below each other, the ones used last open as far as there is room.

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
        self.scene = SceneSection(specs)
        self.model = ModelSection(specs)
        self.display = DisplaySection(specs)
        self.cloud = CloudSection(specs)
        self.compare = CompareSection(specs)
        self.record = RecordSection(specs)
        self.output = OutputSection(specs)
        self.booth = BoothSection(specs)
        self._sections: tuple[Section, ...] = (
            self.source, self.scene, self.model, self.display, self.cloud, self.compare,
            self.record, self.output, self.booth,
        )  # fmt: skip
        # The latest first; the scene is for those who ask for it.
        self._by_use: list[Section] = [
            *(s for s in self._sections if s is not self.scene),
            self.scene,
        ]
        self._folded_by_hand: set[Section] = set()
        body = QWidget(self)
        body.setProperty("role", "panel")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, SPACE)
        column.setSpacing(0)
        for section in self._sections:
            column.addWidget(section)
            section.changed.connect(self.changed)
            section.button_pressed.connect(self.button_pressed)
            section.folded.connect(partial(self._on_folded, section))
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

    def follow(self, titles: Sequence[str]) -> None:
        """Open the sections of these titles, folding others where the height asks for it."""
        by_title = {section.title: section for section in self._sections}
        wanted = [by_title[title] for title in titles]
        self._folded_by_hand.difference_update(wanted)
        self._by_use = [*wanted, *(each for each in self._by_use if each not in wanted)]
        self._fit()

    def set_scene_shown(self, is_shown: bool) -> None:
        """Show or hide the section of the built-in scene."""
        if self.scene.isHidden() == is_shown:
            self.scene.setVisible(is_shown)
            self._fit()

    def _on_folded(self, section: Section, is_folded: bool) -> None:
        """Keep what the user folds folded, and make room for what the user opens."""
        if is_folded:
            self._folded_by_hand.add(section)
        else:
            self.follow([section.title])

    def _fit(self) -> None:
        """Open the sections used last as far as there is room; the very last one in any case."""
        viewport = self.viewport()
        room = (viewport.height() if viewport is not None else 0) - SPACE
        shown = [section for section in self._sections if not section.isHidden()]
        room -= sum(section.height_of(is_open=False) for section in shown)
        for section in filter(shown.__contains__, self._by_use):
            needed = section.height_of(is_open=True) - section.height_of(is_open=False)
            is_open = section not in self._folded_by_hand and (
                needed <= room or section is self._by_use[0]
            )
            section.set_open(is_open)
            room -= needed if is_open else 0

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._line_up()  # the style's padding counts, and is known now
        self._fit()

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

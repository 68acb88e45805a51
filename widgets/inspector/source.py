"""Requested and delivered format of the source, and locks on automatic camera controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QGridLayout, QWidget

from widgets.inspector.section import Section, show_note
from widgets.plain import Label, set_tip
from widgets.theme import SPACE


@dataclass(frozen=True, slots=True)
class Lock:
    """Something that a camera adjusts automatically unless it is locked.

    Attributes
    ----------
    name, title : str
        How the driver calls it and how the window does.
    locked : bool
        Whether it is locked now.
    refusal : str
        Why it cannot be locked, in a sentence; empty if it can.
    """

    name: str
    title: str
    locked: bool
    refusal: str = ""


class SourceSection(Section):
    """The format that was asked for beside the one delivered, a note, and a tick box per lock.

    Attributes
    ----------
    lock_changed : signal (str, bool)
        The user wants a lock set or released: name and state.
    """

    lock_changed = pyqtSignal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Source", {}, parent)
        self._formats = QWidget()
        self._formats.hide()
        self._asked, self._delivered = self._add_formats()
        self._note = self.add_note()
        self._boxes: dict[str, QCheckBox] = {}

    def set_delivered(self, asked: str, delivered: str) -> None:
        """Show the format asked for beside the one delivered; empty where nothing is known."""
        self._asked.setText(asked or "source default")
        self._delivered.setText(delivered or "not known yet")
        self._formats.setVisible(bool(asked or delivered))

    def set_note(self, note: str) -> None:
        """Show a sentence about the source, such as a warning that does not stop it."""
        show_note(self._note, note)

    def set_locks(self, locks: Sequence[Lock]) -> None:
        """Show exactly these locks as they are now; nothing is emitted."""
        for name in set(self._boxes) - {lock.name for lock in locks}:
            self._boxes.pop(name).deleteLater()
        for lock in locks:
            if lock.name not in self._boxes:
                self._boxes[lock.name] = self._make_box(lock)
            box = self._boxes[lock.name]
            box.setChecked(lock.locked)
            box.setEnabled(not lock.refusal)
            held = f"Keep the {lock.title.lower()} fixed; automatic changes make disparity flicker"
            set_tip(box, f"{held}\n{lock.refusal}" if lock.refusal else held)

    def _add_formats(self) -> tuple[Label, Label]:
        """Make two columns side by side and return the labels below their headings."""
        grid = QGridLayout(self._formats)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(0)
        values = []
        for column, words in enumerate(("Requested", "Delivered")):
            heading, value = Label(words, self._formats), Label("", self._formats)
            heading.setProperty("role", "quiet")
            value.setProperty("role", "small")
            value.setWordWrap(True)
            value.setAccessibleName(words)
            grid.addWidget(heading, 0, column)
            grid.addWidget(value, 1, column, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(column, 1)
            values.append(value)
        self.add_widget(self._formats)
        return values[0], values[1]

    def _make_box(self, lock: Lock) -> QCheckBox:
        box = QCheckBox(f"Lock {lock.title.lower()}")
        box.setObjectName(lock.name)
        box.clicked.connect(self._on_clicked)
        self.add_widget(box)
        return box

    def _on_clicked(self, locked: bool) -> None:
        box = self.sender()
        if isinstance(box, QCheckBox):
            self.lock_changed.emit(box.objectName(), locked)

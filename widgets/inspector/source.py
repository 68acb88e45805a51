"""What was asked of the source, what comes, and locks on what a camera changes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from widgets.inspector.section import Section, show_note
from widgets.theme import SPACE


@dataclass(frozen=True, slots=True)
class Lock:
    """One thing a camera adjusts by itself unless it is locked.

    refusal : why it cannot be locked, in a sentence; empty if it can.
    """

    name: str
    title: str
    locked: bool
    refusal: str = ""


class SourceSection(Section):
    """What was asked beside what comes, a note, and a tick box per lock.

    lock_changed : (name, locked) that the user wants.
    """

    lock_changed = pyqtSignal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Source", parent)
        self._formats = QWidget()
        self._formats.hide()
        self._asked, self._delivered = self._add_formats()
        self._note = self.add_note()
        self._boxes: dict[str, QCheckBox] = {}

    def set_delivered(self, asked: str, delivered: str) -> None:
        """What was asked for beside what really comes; empty where nothing is known."""
        self._asked.setText(asked or "what it likes")
        self._delivered.setText(delivered or "nothing yet")
        self._formats.setVisible(bool(asked or delivered))

    def set_note(self, note: str) -> None:
        """A sentence about the source that does not stop it."""
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
            held = f"Hold the {lock.title.lower()}: its changes flicker in the disparity"
            box.setToolTip(f"{held}\n{lock.refusal}" if lock.refusal else held)

    def _add_formats(self) -> tuple[QLabel, QLabel]:
        """Two columns side by side; gives the labels below their headings."""
        grid = QGridLayout(self._formats)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(0)
        values = []
        for column, words in enumerate(("Asked for", "Comes as")):
            heading, value = QLabel(words, self._formats), QLabel(self._formats)
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

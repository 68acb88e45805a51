"""What was asked of the source, what comes, and locks on what a camera changes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QWidget

from widgets.inspector.section import Section, show_note


@dataclass(frozen=True, slots=True)
class Lock:
    """One thing a camera adjusts by itself unless it is locked."""

    name: str
    title: str
    locked: bool


class SourceSection(Section):
    """Two lines of text, and a tick box per lock the camera has.

    lock_changed : (name, locked) that the user wants.
    """

    lock_changed = pyqtSignal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Source", parent)
        self._delivered = self.add_note()
        self._note = self.add_note()
        self._boxes: dict[str, QCheckBox] = {}

    def set_delivered(self, asked: str, delivered: str) -> None:
        """What was asked for beside what really comes; empty texts are left out."""
        parts = []
        if asked:
            parts.append(f"Asked for {asked}")
        if delivered:
            parts.append(f"comes as {delivered}" if asked else f"Comes as {delivered}")
        show_note(self._delivered, ", ".join(parts))

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
            self._boxes[lock.name].setChecked(lock.locked)

    def _make_box(self, lock: Lock) -> QCheckBox:
        box = QCheckBox(f"Lock {lock.title.lower()}")
        box.setObjectName(lock.name)
        box.setToolTip(f"Hold the {lock.title.lower()}: its changes flicker in the disparity")
        box.clicked.connect(self._on_clicked)
        self.add_widget(box)
        return box

    def _on_clicked(self, locked: bool) -> None:
        box = self.sender()
        if isinstance(box, QCheckBox):
            self.lock_changed.emit(box.objectName(), locked)

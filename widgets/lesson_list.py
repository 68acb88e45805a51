"""The list of lessons, and what happens to the answers."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from widgets.controls import paragraph
from widgets.lesson_values import LessonEntry, LessonList
from widgets.plain import set_tip
from widgets.theme import SPACE

LONGEST_NAME = 60


class LessonListView(QWidget):
    """Shows a `LessonList`.

    Attributes
    ----------
    chosen
        Emitted with the name of the lesson that was opened.
    student_changed
        Emitted with the student's name and whether the whole class answers, without names.
    save_requested, folder_requested, own_requested
        Emitted when answers are to be saved, lessons of another folder or the app's to be shown.
    """

    chosen = pyqtSignal(str)
    student_changed = pyqtSignal(str, bool)
    save_requested = pyqtSignal()
    folder_requested = pyqtSignal()
    own_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = QWidget()
        self._name = QLineEdit(self)
        self._name.setPlaceholderText("Name, for the table of answers")
        self._name.setAccessibleName("Name of the student")
        self._name.setMaxLength(LONGEST_NAME)
        self._class = QCheckBox("Whole class, no names", self)
        self._save = QPushButton("Save answers…", self)
        set_tip(self._save, "Write all answers of this session into a table (CSV)")
        self._folder = QPushButton("Open folder…", self)
        set_tip(self._folder, "Show lessons of your own; a lesson is a file NAME.md")
        self._own = QPushButton("App's lessons", self)
        self._lay_out()
        self._name.editingFinished.connect(self._on_student)
        self._class.toggled.connect(self._on_student)
        self._save.clicked.connect(self.save_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._own.clicked.connect(self.own_requested)

    def show_list(self, lessons: LessonList) -> None:
        """Show these lessons."""
        old, self._entries = self._entries, QWidget()
        column = QVBoxLayout(self._entries)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        if lessons.folder:
            column.addWidget(paragraph("quiet", f"From {lessons.folder}"))
        for problem in lessons.problems:
            column.addWidget(paragraph("", problem))
        for number, entry in enumerate(lessons.entries, start=1):
            column.addWidget(self._entry(number, entry))
        self._column.replaceWidget(old, self._entries)
        old.deleteLater()
        self._own.setVisible(bool(lessons.folder))
        self._save.setEnabled(lessons.answers > 0)

    def _lay_out(self) -> None:
        body = QWidget()
        body.setProperty("role", "panel")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(SPACE, 0, SPACE, SPACE)
        self._column.setSpacing(SPACE)
        self._column.addWidget(self._entries)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName("List of lessons")
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QHBoxLayout()
        for button in (self._save, self._folder):
            buttons.addWidget(button)
        buttons.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(SPACE, 0, SPACE, SPACE)
        foot.setSpacing(SPACE)
        foot.addWidget(self._name)
        foot.addWidget(self._class)
        foot.addLayout(buttons)
        foot.addWidget(self._own, 0, Qt.AlignmentFlag.AlignLeft)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area, 1)
        whole.addLayout(foot)

    def _entry(self, number: int, entry: LessonEntry) -> QWidget:
        card = QFrame(self._entries)
        card.setProperty("role", "card")
        button = QPushButton("Open", card)
        button.setObjectName(entry.name)
        set_tip(button, f"Open lesson: {entry.title}")
        button.clicked.connect(self._on_entry)
        row = QHBoxLayout()
        row.addWidget(button)
        row.addWidget(paragraph("quiet", entry.progress), 1)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(paragraph("title", f"{number}.  {entry.title}"))
        column.addWidget(paragraph("quiet", entry.summary))
        column.addLayout(row)
        return card

    def _on_entry(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(sender.objectName())

    def _on_student(self) -> None:
        is_class = self._class.isChecked()
        self._name.setEnabled(not is_class)
        self.student_changed.emit("" if is_class else self._name.text().strip(), is_class)

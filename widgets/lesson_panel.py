"""A side panel that guides through a lesson, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QTextBlockFormat, QTextCursor
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.controls import tool_button
from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section
from widgets.lessons import Lesson, LessonStep
from widgets.plain import Label, MarkdownView, set_tip
from widgets.theme import SPACE


class LessonPanel(QWidget):
    """A list of lessons, or one lesson.

    Parameters
    ----------
    specs
        What the controls of settings look like, by key.

    Attributes
    ----------
    setup_requested
        Emitted with the index of a step (see `step`) that was entered, or is to be set up again.
    changed
        Emitted with the key and the new value of a setting that the reader changed.
    lesson_opened
        Emitted with the name of the lesson that the user opened.
    closed
        Emitted when the user closed the panel.
    """

    setup_requested = pyqtSignal(int)
    changed = pyqtSignal(str, object)
    lesson_opened = pyqtSignal(str)
    closed = pyqtSignal()

    def __init__(
        self, specs: Mapping[str, RowSpec] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._specs = specs or {}
        self._controls: Section | None = None
        self._lessons: tuple[Lesson, ...] = ()
        self._lesson: Lesson | None = None
        self._at = 0
        self._head = Label("Lessons", self)
        self._head.setProperty("role", "heading")
        self._to_list = tool_button("chevron-left", "Back to all lessons", self)
        self._close = tool_button("close", "Close lessons (F1)", self)
        self._pages = QStackedWidget(self)
        self._list = QWidget()
        self._pages.addWidget(_scrolled(self._list))
        self._pages.addWidget(self._make_step_page())
        self._lay_out()
        self._to_list.clicked.connect(self.show_list)
        self._close.clicked.connect(self.closed)
        self.show_list()

    # -- values in ---------------------------------------------------------------------------

    @property
    def lesson(self) -> Lesson | None:
        """The open lesson, or None while the list is shown."""
        return self._lesson

    @property
    def step(self) -> LessonStep | None:
        """The current step, or None while the list is shown."""
        return self._lesson.steps[self._at] if self._lesson else None

    def set_lessons(self, lessons: Sequence[Lesson]) -> None:
        """Fill the list."""
        self._lessons = tuple(lessons)
        old = self._list.layout()
        column = old if isinstance(old, QVBoxLayout) else QVBoxLayout(self._list)
        while (item := column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        column.setContentsMargins(SPACE, 0, SPACE, SPACE)
        column.setSpacing(SPACE)
        for number, lesson in enumerate(self._lessons, start=1):
            column.addWidget(self._entry(number, lesson))
        column.addStretch(1)

    def show_list(self) -> None:
        """Leave the lesson and show the list."""
        self._lesson = None
        self._head.setText("Lessons")
        self._to_list.hide()
        self._pages.setCurrentIndex(0)

    def open_lesson(self, name: str, step: int = 0) -> None:
        """Open a lesson at a step.

        Raises
        ------
        KeyError
            For an unknown name.
        """
        lesson = {lesson.name: lesson for lesson in self._lessons}[name]
        self._lesson = lesson
        self._head.setText("Lesson")
        self._to_list.show()
        self._pages.setCurrentIndex(1)
        self._show_step(step)

    def set_note(self, text: str) -> None:
        """Show why a step's settings are not applied; "" hides it."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show settings by key in the controls of the step; nothing is emitted."""
        if self._controls is not None:
            self._controls.show_values(values)

    def sizeHint(self) -> QSize:
        return QSize(36 * self.fontMetrics().averageCharWidth() + 4 * SPACE, 480)

    # -- building ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(SPACE, SPACE, SPACE, 0)
        top.addWidget(self._to_list)
        top.addWidget(self._head, 1)
        top.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(top)
        column.addWidget(self._pages, 1)

    def _make_step_page(self) -> QWidget:
        page = QWidget(self)
        self._lesson_title = _words("quiet")
        self._title = _words("heading")
        self._text = MarkdownView(parent=page)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._text.document().setDocumentMargin(0)  # type: ignore[union-attr]
        self._set_up = QPushButton("Set up again", page)
        set_tip(self._set_up, "Return to this step's settings after changing them")
        self._note = _words("small")
        self._count = Label("", page)
        self._count.setProperty("role", "quiet")
        self._back = tool_button("chevron-left", "Previous step", page)
        self._next = tool_button("chevron-right", "Next step", page)
        inner = QVBoxLayout()
        inner.setContentsMargins(SPACE, 0, SPACE, 0)
        inner.setSpacing(SPACE)
        inner.addWidget(self._lesson_title)
        inner.addWidget(self._title)
        inner.addWidget(self._text, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._back)
        foot.addWidget(self._count, 1, Qt.AlignmentFlag.AlignCenter)
        foot.addWidget(self._next)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(inner, 1)
        self._below_text = column
        below = QVBoxLayout()
        below.setContentsMargins(SPACE, 0, SPACE, SPACE)
        below.addWidget(self._set_up)
        below.addWidget(self._note)
        below.addLayout(foot)
        column.addLayout(below)
        self._set_up.clicked.connect(self._on_set_up)
        self._back.clicked.connect(self._on_back)
        self._next.clicked.connect(self._on_next)
        return page

    def _entry(self, number: int, lesson: Lesson) -> QWidget:
        card = QFrame(self._list)
        card.setProperty("role", "card")
        title = _words("title")
        title.setText(f"{number}.  {lesson.title}")
        button = QPushButton("Open", card)
        button.setObjectName(lesson.name)
        set_tip(button, f"Open lesson: {lesson.title}")
        button.clicked.connect(self._on_entry)
        summary = _words("quiet")
        summary.setText(lesson.summary)
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(title)
        column.addWidget(summary)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    # -- inside ------------------------------------------------------------------------------

    def _show_step(self, at: int) -> None:
        if self._lesson is None:
            return
        self._at = min(len(self._lesson.steps) - 1, max(0, at))
        step = self._lesson.steps[self._at]
        self._lesson_title.setText(self._lesson.title)
        self._title.setText(step.title)
        _set_markdown(self._text, step.text)
        self._show_controls(step)
        self.set_note("")
        self._count.setText(f"Step {self._at + 1} of {len(self._lesson.steps)}")
        self._back.setEnabled(self._at > 0)
        self._next.setEnabled(self._at < len(self._lesson.steps) - 1)
        self.setup_requested.emit(self._at)

    def _show_controls(self, step: LessonStep) -> None:
        """Put the controls of the step below its text."""
        if self._controls is not None:
            self._controls.deleteLater()
            self._controls = None
        if step.controls:
            self._controls = Section("Try it", self._specs)
            self._controls.add_rows(*step.controls)
            self._controls.changed.connect(self.changed)
            self._below_text.insertWidget(1, self._controls)

    def _on_entry(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.open_lesson(sender.objectName())
            self.lesson_opened.emit(sender.objectName())

    def _on_set_up(self) -> None:
        self.setup_requested.emit(self._at)

    def _on_back(self) -> None:
        self._show_step(self._at - 1)

    def _on_next(self) -> None:
        self._show_step(self._at + 1)


def _set_markdown(view: MarkdownView, text: str) -> None:
    """Show Markdown with space between its paragraphs, which Qt leaves out."""
    view.setMarkdown(text)
    document = view.document()
    if document is None:
        return
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    spaced = QTextBlockFormat()
    spaced.setBottomMargin(SPACE)
    cursor.mergeBlockFormat(spaced)


def _words(role: str) -> Label:
    label = Label()
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    if role:
        theme.set_role(label, role)
    return label


def _scrolled(body: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setAccessibleName("List of lessons")
    body.setProperty("role", "panel")
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area

"""A side panel with lessons: their list, or a page of one of them."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from widgets.controls import tool_button
from widgets.inspector.row_spec import RowSpec
from widgets.lesson_list import LessonListView
from widgets.lesson_page import LessonPageView
from widgets.lesson_values import LessonList, LessonPage
from widgets.plain import Label
from widgets.theme import SPACE

_WIDTH_IN_CHARACTERS = 30


class LessonPanel(QWidget):
    """The list of lessons, or a page.

    Parameters
    ----------
    specs
        What the controls of settings look like, by key.

    Attributes
    ----------
    list
        The list.
    page
        The page.
    list_requested
        Emitted when the user wants the list back.
    closed
        Emitted when the user closed the panel.
    """

    list_requested = pyqtSignal()
    closed = pyqtSignal()

    def __init__(
        self, specs: Mapping[str, RowSpec] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.list = LessonListView()
        self.page = LessonPageView(specs or {})
        self._head = Label("Lessons", self)
        self._head.setProperty("role", "heading")
        self._to_list = tool_button("chevron-left", "Back to all lessons", self)
        self._close = tool_button("close", "Close lessons (F1)", self)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.page)
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
        self._to_list.clicked.connect(self.list_requested)
        self._close.clicked.connect(self.closed)
        self._to_list.hide()

    @property
    def is_in_lesson(self) -> bool:
        """Whether a page is shown, not the list."""
        return self._pages.currentWidget() is self.page

    def show_list(self, lessons: LessonList) -> None:
        """Show the list."""
        self.list.show_list(lessons)
        self._head.setText("Lessons")
        self._to_list.hide()
        self._pages.setCurrentWidget(self.list)

    def show_page(self, lesson: str, page: LessonPage) -> None:
        """Show a page of the lesson of that title."""
        focused = QApplication.focusWidget()
        has_focus = focused is not None and self.page.isAncestorOf(focused)
        before = self.page.page
        self._head.setText(lesson)
        self.page.show_page(page)
        if has_focus and (before is None or before.key != page.key):
            self.page.focus_first()
        self._to_list.show()
        self._pages.setCurrentWidget(self.page)

    def sizeHint(self) -> QSize:
        width = _WIDTH_IN_CHARACTERS * self.fontMetrics().averageCharWidth()
        return QSize(width + 4 * SPACE, 480)

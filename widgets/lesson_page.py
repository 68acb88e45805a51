"""One page of a lesson: what to read, a question with its answers, and the way on."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.answer_button import AnswerButton
from widgets.controls import paragraph, tool_button
from widgets.flowing_text import FlowingText
from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section
from widgets.lesson_values import LessonPage
from widgets.theme import SPACE, SPACE_XS


class LessonPageView(QWidget):
    """Shows a `LessonPage`.

    Parameters
    ----------
    specs
        What the controls of settings look like, by key.

    Attributes
    ----------
    answered
        Emitted with the index of the answer that was chosen, when the reader goes on.
    go_on, go_back, set_up_again
        Emitted when the reader wants the next page, the page before, or this page's settings again.
    changed
        Emitted with the key and the new value of a setting that the reader changed.
    """

    answered = pyqtSignal(int)
    go_on = pyqtSignal()
    go_back = pyqtSignal()
    set_up_again = pyqtSignal()
    changed = pyqtSignal(str, object)

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs = specs
        self._page: LessonPage | None = None
        self._controls: Section | None = None
        self._group: QButtonGroup | None = None
        self._stage, self._where = paragraph("stage"), paragraph("quiet")
        self._title, self._verdict = paragraph("heading"), paragraph("title")
        self._reply, self._question = paragraph(""), paragraph("title")
        self._note = paragraph("quiet")
        self._text = FlowingText()
        self._answers = QWidget()
        self._back = tool_button("chevron-left", "Previous page", self)
        self._again = tool_button("reset", "Set up again: return to this page's settings", self)
        self._forward = QPushButton("Next", self)
        theme.set_role(self._forward, "primary")
        self._lay_out()
        self._back.clicked.connect(self.go_back)
        self._again.clicked.connect(self.set_up_again)
        self._forward.clicked.connect(self._on_forward)

    # -- values in -------------------------------------------------------------------------------

    @property
    def page(self) -> LessonPage | None:
        """What is shown."""
        return self._page

    @property
    def overflow(self) -> int:
        """How many pixels of the page are below what can be seen at once."""
        bar = self._area.verticalScrollBar()
        return bar.maximum() if bar is not None else 0

    @property
    def scrolls(self) -> bool:
        """Whether the page is longer than there is room."""
        return self.overflow > 0

    @property
    def is_cut_off(self) -> bool:
        """Whether something in the text is wider than the panel."""
        return self._text.is_cut_off

    def show_page(self, page: LessonPage) -> None:
        """Show a page from its beginning; where only the note differs, the choice stays."""
        old, self._page = self._page, page
        self._stage.setText(page.stage)
        self._where.setText(page.where)
        for label, text in (
            (self._title, page.title), (self._verdict, page.verdict), (self._reply, page.reply),
            (self._question, page.question), (self._note, page.note),
        ):  # fmt: skip
            label.setText(text)
            label.setVisible(bool(text))
        self._text.show_markdown(page.text)
        self._back.setEnabled(page.may_go_back)
        self._forward.setText(page.forward)
        if old is None or (old.answers, old.question) != (page.answers, page.question):
            self._show_answers(page)
        if old is None or old.controls != page.controls:
            self._show_controls(page.controls)
        if old is None or old.key != page.key:
            bar = self._area.verticalScrollBar()
            if bar is not None:
                bar.setValue(0)
        for button in self._buttons():
            button.setEnabled(page.may_answer)
        self._show_forward()

    def show_values(self, values: Mapping[str, object]) -> None:
        """Show what settings are now in the page's controls."""
        if self._controls is not None:
            self._controls.show_values(values)

    def focus_first(self) -> None:
        """Give the keyboard to the first answer, or to the way on."""
        buttons = self._buttons()
        target = buttons[0] if buttons and buttons[0].isEnabled() else self._forward
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- building --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        body = QWidget()
        body.setProperty("role", "panel")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(SPACE, 0, SPACE, 0)
        self._column.setSpacing(SPACE)
        top = QHBoxLayout()
        top.addWidget(self._stage)
        top.addWidget(self._where, 1, Qt.AlignmentFlag.AlignVCenter)
        for part in (self._title, self._verdict, self._reply, self._text, self._question):
            self._column.addWidget(part)
        self._column.addWidget(self._answers)
        self._column.addWidget(self._note)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setAccessibleName("Page of the lesson")
        self._area.setWidget(body)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACE, 0, SPACE, SPACE_XS)
        foot.addWidget(self._back)
        foot.addWidget(self._again)
        foot.addStretch(1)
        foot.addWidget(self._forward)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE, 0, SPACE, 0)
        head.addLayout(top)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE)
        whole.addLayout(head)
        whole.addWidget(self._area, 1)
        whole.addLayout(foot)

    def _show_answers(self, page: LessonPage) -> None:
        """Replace the buttons of the answers."""
        old, self._answers = self._answers, QWidget()
        self._column.insertWidget(self._column.indexOf(old), self._answers)
        _discard(self._column, old)
        self._group = QButtonGroup(self._answers)
        self._group.setExclusive(True)
        column = QVBoxLayout(self._answers)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        for number, answer in enumerate(page.answers, start=1):
            button = AnswerButton(number, answer, self._answers)
            self._group.addButton(button, number - 1)
            column.addWidget(button)
        self._group.idToggled.connect(self._on_toggled)
        self._answers.setVisible(bool(page.answers))

    def _show_controls(self, keys: tuple[str, ...]) -> None:
        """Put the controls of the page below its text."""
        if self._controls is not None:
            _discard(self._column, self._controls)
            self._controls = None
        if keys:
            self._controls = Section("Try it", self._specs)
            self._controls.add_rows(*keys)
            self._controls.changed.connect(self.changed)
            self._column.insertWidget(self._column.indexOf(self._note), self._controls)

    # -- inside ----------------------------------------------------------------------------------

    def _buttons(self) -> list[AnswerButton]:
        buttons = self._group.buttons() if self._group is not None else []
        return [button for button in buttons if isinstance(button, AnswerButton)]

    def _chosen(self) -> int:
        return self._group.checkedId() if self._group is not None else -1

    def _show_forward(self) -> None:
        page = self._page
        if page is not None:
            chosen = page.may_answer and self._chosen() >= 0
            self._forward.setEnabled(page.may_go_on or chosen)

    def _on_toggled(self, _button: int, _is_checked: bool) -> None:
        self._show_forward()

    def _on_forward(self) -> None:
        page = self._page
        if page is not None and page.may_answer and self._chosen() >= 0:
            self.answered.emit(self._chosen())
        elif page is not None and page.may_go_on:
            self.go_on.emit()


def _discard(layout: QVBoxLayout, widget: QWidget) -> None:
    """Take a widget out of a layout at once, and delete it when nothing uses it any more."""
    layout.removeWidget(widget)
    widget.hide()
    widget.deleteLater()

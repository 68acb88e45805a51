"""An answer to choose: a button whose text wraps."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from models.plain_text import single_line
from widgets.lesson_values import AnswerLine, Mark
from widgets.plain import Label
from widgets.theme import SPACE, set_role

_ROLES = {Mark.OPEN: "answer", Mark.RIGHT: "answer-right", Mark.WRONG: "answer-wrong"}
_WORDS = {Mark.OPEN: "", Mark.RIGHT: "right: ", Mark.WRONG: "not right: "}


class AnswerButton(QPushButton):
    """One answer, with its number and, once that is known, whether it is right.

    Parameters
    ----------
    number
        Its place, from 1.
    answer
        What it says.
    """

    def __init__(self, number: int, answer: AnswerLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAccessibleName(single_line(f"{_WORDS[answer.mark]}{answer.text}"))
        self._sign = Label(answer.mark.value or f"{number}", self)
        self._words = Label(answer.text, self)
        self._words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE // 2, SPACE, SPACE // 2)
        row.setSpacing(SPACE)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        for label in (self._sign, self._words):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        set_role(self, _ROLES[answer.mark])

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else 0

    def sizeHint(self) -> QSize:
        width = max(self.width(), 1)
        return QSize(self.minimumSizeHint().width(), self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * self.fontMetrics().averageCharWidth(), 2 * SPACE)

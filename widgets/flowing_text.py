"""Markdown that takes the height that it needs, and scrolls with what stands around it."""

from __future__ import annotations

import math

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QResizeEvent, QTextBlockFormat, QTextCursor
from PyQt6.QtWidgets import QFrame, QSizePolicy, QWidget

from widgets.plain import MarkdownView
from widgets.theme import SPACE


class FlowingText(MarkdownView):
    """Markdown with space between its paragraphs, which Qt leaves out, and without scroll bars."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        document = self.document()
        if document is not None:
            document.setDocumentMargin(0)

    def show_markdown(self, text: str) -> None:
        """Replace the text; "" hides it."""
        self.setVisible(bool(text))
        self.setMarkdown(text)
        document = self.document()
        if document is None:
            return
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        spaced = QTextBlockFormat()
        spaced.setBottomMargin(SPACE)
        cursor.mergeBlockFormat(spaced)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        spaced.setBottomMargin(0)
        cursor.mergeBlockFormat(spaced)
        self._fit()

    @property
    def is_cut_off(self) -> bool:
        """Whether something, such as a long word, is wider than the text."""
        document, area = self.document(), self.viewport()
        if document is None or area is None:
            return False
        return document.idealWidth() > area.width() + 1

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        document, area = self.document(), self.viewport()
        if document is None or area is None or area.width() <= 0:
            return  # without a width a document has no height either, or a negative one
        document.setTextWidth(area.width())
        height = max(0, math.ceil(document.size().height())) + 2 * self.frameWidth()
        if height != self.height():
            self.setFixedHeight(height)

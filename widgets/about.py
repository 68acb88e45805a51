"""The About box: what the app is, its credits, and how the bundled model was made."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QTextCursor
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from widgets.plain import MarkdownView
from widgets.theme import SPACE, SPACE_L


class AboutBox(QDialog):
    """Pages of Markdown under tabs: (title, text) each. Links are shown and never opened."""

    def __init__(
        self, title: str, pages: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._tabs = QTabWidget(self)
        self._tabs.setDocumentMode(True)
        if (bar := self._tabs.tabBar()) is not None:
            bar.setDrawBase(False)  # it is white in the dark theme
        for name, text in pages:
            self._tabs.addTab(_page(text), name)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE, SPACE_L, SPACE_L)
        column.setSpacing(SPACE)
        column.addWidget(self._tabs)
        column.addWidget(buttons)

    def text(self) -> str:
        """All text in it."""
        pages = [self._tabs.widget(at) for at in range(self._tabs.count())]
        return "\n".join(page.toPlainText() for page in pages if isinstance(page, MarkdownView))

    def sizeHint(self) -> QSize:
        return QSize(680, 520)


def _page(text: str) -> MarkdownView:
    page = MarkdownView(text)
    page.setFrameShape(MarkdownView.Shape.NoFrame)
    _space_out(page)
    return page


def _space_out(page: MarkdownView) -> None:
    """Add space between paragraphs, which Qt's Markdown lacks; tables need none."""
    cursor = page.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Start)
    while True:
        if cursor.currentTable() is None:
            spaced = cursor.blockFormat()
            spaced.setBottomMargin(SPACE)
            cursor.setBlockFormat(spaced)
        if not cursor.movePosition(QTextCursor.MoveOperation.NextBlock):
            return

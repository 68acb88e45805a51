"""Text on widgets that is never read as HTML, whoever wrote it.

Qt guesses whether the text of a label, a message box or a tool tip is rich text. A title such as
`<img src=file:///dev/zero>` in a recording would then be run: it can read files, wait on pipes and
contact servers. Widgets therefore get labels, tool tips and message boxes from here.
"""

from __future__ import annotations

import html
from typing import Protocol

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QImage, QTextDocument
from PyQt6.QtWidgets import QInputDialog, QLabel, QMessageBox, QTextBrowser, QWidget

from models.plain_text import LINE, plain, single_line


class _HasToolTip(Protocol):
    def setToolTip(self, text: str | None, /) -> None: ...


class Label(QLabel):
    """A label whose text is shown as it is, without control and direction characters."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str | None) -> None:
        super().setText(plain(text or ""))


class InputDialog(QInputDialog):
    """Asks for a value, with a label that shows its text as it is."""

    def setLabelText(self, text: str | None) -> None:
        super().setLabelText(plain(text or ""))
        for label in self.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)


class MarkdownView(QTextBrowser):
    """Shows Markdown without HTML in it. Links are not opened, and pictures not loaded."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setMarkdown(text)

    def setMarkdown(self, markdown: str | None) -> None:
        document = self.document()
        if document is not None:
            document.setMarkdown(markdown or "", _MARKDOWN)

    def loadResource(self, _kind: int, _name: QUrl) -> QImage:
        """Answer with an invisible picture, whatever is named: a file, a device or a server.

        It must be a picture: without one the document opens the file by itself.
        """
        picture = QImage(1, 1, QImage.Format.Format_ARGB32)
        picture.fill(Qt.GlobalColor.transparent)
        return picture


_MARKDOWN = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)


def tool_tip(text: str) -> str:
    """`text` such that a tool tip shows it as it is."""
    text = plain(text)
    return as_rich_text(text) if "<" in text or "&" in text else text


def set_tip(target: _HasToolTip, text: str) -> None:
    """Give a widget, an action or an item the tool tip `text`, shown as it is."""
    target.setToolTip(tool_tip(text))


def as_rich_text(text: str) -> str:
    """HTML that shows `text`, with its line breaks and spaces."""
    return f"<p style='white-space:pre'>{html.escape(text)}</p>"


def menu_words(text: str, limit: int = LINE) -> str:
    """`text` as the title of an action: one line, and without a shortcut where it has an "&"."""
    return single_line(text, limit).replace("&", "&&")


class MessageBox(QMessageBox):
    """A message box that shows `text`, and `more` below it, as they are."""

    def __init__(self, parent: QWidget, title: str, text: str, more: str = "") -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWindowTitle(single_line(title))
        self.setText(plain(text))
        self.setInformativeText(plain(more))
        for label in self.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)

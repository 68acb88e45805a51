"""Whoever wrote a text, a widget shows it and never runs it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QImage, QTextDocument
from PyQt6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from models.plain_text import plain
from widgets.plain import InputDialog, Label, MarkdownView, MessageBox, menu_words, tool_tip

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "<img src='file:///dev/zero'> <b>bold</b> &lt;\u202e\nsecond line"


def shown(tip: str) -> str:
    """What a tool tip shows: Qt reads it as HTML if it looks like that."""
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText() if "<" in tip else tip


@pytest.mark.parametrize("text", [HOSTILE, "plain", "a < b", "&lt;b>", "<?xml ?><b>", "<!doctype>"])
def test_a_tool_tip_shows_the_text_itself(qtbot: QtBot, text: str) -> None:
    assert shown(tool_tip(text)).replace("\u2028", "\n") == plain(text)


def test_labels_and_message_boxes_show_the_text_itself(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    box = MessageBox(parent, HOSTILE, HOSTILE, HOSTILE)
    dialog = InputDialog(parent)
    dialog.setLabelText(HOSTILE)
    label = Label(HOSTILE, parent)
    labels = [label, *box.findChildren(QLabel), *dialog.findChildren(QLabel)]
    assert len(labels) >= 4
    assert {one.textFormat() for one in labels} == {Qt.TextFormat.PlainText}
    assert label.text() == plain(HOSTILE)
    assert "\n" not in box.windowTitle()


def test_markdown_loads_nothing_and_has_no_html(qtbot: QtBot, tmp_path: Path) -> None:
    pixels = QImage(2000, 2000, QImage.Format.Format_RGB32)
    picture = tmp_path / "picture.png"
    assert pixels.save(str(picture))
    view = MarkdownView(f"![x](file://{picture}) <img src='file://{picture}'> **bold**")
    qtbot.addWidget(view)
    view.show()
    document = view.document()
    assert document is not None
    assert document.size().height() < 500  # the picture takes no room
    assert "bold" in view.toPlainText() and "**" not in view.toPlainText()
    url = QUrl.fromLocalFile(str(picture))
    assert document.resource(int(QTextDocument.ResourceType.ImageResource.value), url) != pixels


def test_a_title_in_a_menu_has_no_shortcut_and_one_line() -> None:
    assert menu_words("Tom & Jerry\n&Quit") == "Tom && Jerry &&Quit"


def test_tool_tips_are_set_in_one_place_alone() -> None:
    places = {
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "widgets")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in SETTERS
    }
    assert places == {"widgets/plain.py"}


SETTERS = {"setToolTip", "setWhatsThis", "setStatusTip", "setHtml", "setTextFormat"}

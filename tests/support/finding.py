"""Finding what a user sees in a widget, by the words on it."""

from __future__ import annotations

from PyQt6.QtWidgets import QAbstractButton, QLabel, QWidget


def button(owner: QWidget, words: str) -> QAbstractButton:
    """The button whose text, tool tip or name for screen readers is `words`."""
    (found,) = (
        each
        for each in owner.findChildren(QAbstractButton)
        if words in (each.text(), each.toolTip(), each.accessibleName())
    )
    return found


def is_said(owner: QWidget, words: str) -> bool:
    """A visible label of `owner` has these words in its text."""
    return any(
        words in label.text() for label in owner.findChildren(QLabel) if label.isVisibleTo(owner)
    )

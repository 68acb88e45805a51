"""Small controls made the same way everywhere."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QToolButton, QWidget

from widgets import theme


def tool_button(
    icon_name: str, tip: str, parent: QWidget | None = None, checks: bool = False
) -> QToolButton:
    """A flat icon button; `tip` says what it does and its key, and names it for screen readers."""
    button = QToolButton(parent)
    button.setIcon(theme.icon(icon_name))
    button.setIconSize(QSize(theme.ICON_PX, theme.ICON_PX))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setCheckable(checks)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button

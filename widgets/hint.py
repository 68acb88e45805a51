"""A short hint that stays until it is dismissed."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from widgets import theme
from widgets.plain import Label, set_tip
from widgets.theme import SPACE, SPACE_XS


class Hint(QFrame):
    """A small card with text and a close button, over its parent.

    Attributes
    ----------
    dismissed
        Emitted when the user closed it; it is hidden then.
    """

    dismissed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._text = Label("", self)
        self._text.setWordWrap(True)
        self._close = QToolButton(self)
        self._close.setIcon(theme.icon("close", "quiet"))
        set_tip(self._close, "Dismiss this hint")
        self._close.setAccessibleName("Dismiss this hint")
        self._close.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + SPACE_XS, SPACE_XS, SPACE_XS, SPACE_XS)
        row.setSpacing(SPACE)
        row.addWidget(self._text, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """The text of the hint."""
        return self._text.text()

    def show_text(self, text: str) -> None:
        """Show `text`."""
        self._text.setText(text)
        self.show()
        self.raise_()

    def place_within(self, left: int, top: int, width: int, height: int) -> None:
        """Place it at the upper edge of that part of the parent, as wide as the text needs.

        Banners have the lower edge.
        """
        margin = SPACE
        room = max(1, width - 2 * margin)
        metrics = self._text.fontMetrics()
        chrome = 3 * SPACE + SPACE_XS + self._close.sizeHint().width()
        mine = min(room, metrics.horizontalAdvance(self._text.text()) + chrome + SPACE)
        tall = min(max(1, height - 2 * margin), self.heightForWidth(mine))
        x = left + (width - mine) // 2
        self.setGeometry(x, top + margin, mine, tall)

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

"""An overview of all keys, over the window."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from widgets.overlay import Overlay
from widgets.plain import Label
from widgets.theme import COLOURS, SPACE, SPACE_L

Table = Sequence[tuple[str, Sequence[tuple[str, str]]]]
MARGIN = 2 * SPACE_L
MOST_COLUMNS = 3
CLOSERS = (Qt.Key.Key_Escape, Qt.Key.Key_Question, Qt.Key.Key_Space)


class CheatSheet(Overlay):
    """A card with every key by group; any click and Escape, ? or Space close it.

    Attributes
    ----------
    closed
        Emitted when the user closes it.
    """

    closed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, passes_mouse=False)
        self._table: Table = ()
        self._card = QScrollArea(self)
        self._card.setProperty("role", "card")
        self._card.setWidgetResizable(True)
        self._card.setFrameShape(QFrame.Shape.NoFrame)
        self._card.viewport().installEventFilter(self)  # type: ignore[union-attr]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_table(self, table: Table) -> None:
        """Set what is listed, as (heading, [(key, what it does), ...]) groups."""
        self._table = table

    def toggle(self) -> None:
        """Appear, or go away."""
        if self.isVisible():
            self.hide()
            return
        self.appear()
        self.setFocus()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        veil = QColor(COLOURS.background)
        veil.setAlpha(190)
        painter.fillRect(self.rect(), veil)
        painter.end()

    def mousePressEvent(self, _event: QMouseEvent | None) -> None:
        self._leave()

    def event(self, event: QEvent | None) -> bool:
        # Without this the window's own shortcuts would take Escape and Space.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in CLOSERS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        if event.key() in CLOSERS:
            self._leave()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        is_click = event is not None and event.type() == QEvent.Type.MouseButtonPress
        if is_click and watched is self._card.viewport():
            self._leave()
            return True
        return super().eventFilter(watched, event)

    # -- inside ------------------------------------------------------------------------------

    def _cover(self) -> None:
        super()._cover()
        room_x, room_y = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        for columns in range(min(MOST_COLUMNS, max(1, len(self._table))), 0, -1):
            body = self._body(columns)
            if columns == 1 or body.sizeHint().width() <= room_x:
                break
            body.deleteLater()
        old = self._card.takeWidget()
        if old is not None:
            old.deleteLater()
        self._card.setWidget(body)
        wanted = body.sizeHint()
        bar = 0 if wanted.height() <= room_y else SPACE
        width = min(room_x, wanted.width() + bar + 2)
        height = min(room_y, wanted.height() + 2)
        self._card.setGeometry(
            (self.width() - width) // 2, (self.height() - height) // 2, width, height
        )

    def _body(self, columns: int) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        grid.setHorizontalSpacing(2 * SPACE_L)
        for at, groups in enumerate(balanced(self._table, columns)):
            column = QVBoxLayout()
            column.setSpacing(SPACE_L)
            for heading, rows in groups:
                column.addLayout(_group(heading, rows, body))
            column.addStretch(1)
            grid.addLayout(column, 0, at)
        return body

    def _leave(self) -> None:
        self.hide()
        self.closed.emit()


def balanced(table: Table, columns: int) -> list[list[tuple[str, Sequence[tuple[str, str]]]]]:
    """Distribute the groups in order so that the longest column is as short as possible."""
    columns = max(1, min(columns, len(table)))

    def dealt(cuts: tuple[int, ...]) -> list[list[tuple[str, Sequence[tuple[str, str]]]]]:
        ends = (*cuts, len(table))
        return [list(table[start:end]) for start, end in zip((0, *cuts), ends, strict=True)]

    def longest(cuts: tuple[int, ...]) -> int:
        return max(sum(len(rows) + 2 for _, rows in column) for column in dealt(cuts))

    return dealt(min(combinations(range(1, len(table)), columns - 1), key=longest))


def _group(heading: str, rows: Sequence[tuple[str, str]], parent: QWidget) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE)
    grid.setVerticalSpacing(SPACE // 2)
    grid.setColumnStretch(1, 1)
    title = Label(heading, parent)
    title.setProperty("role", "title")
    grid.addWidget(title, 0, 0, 1, 2)
    for at, (key, words) in enumerate(rows, start=1):
        cap = Label(key, parent)
        cap.setProperty("role", "key")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(cap, at, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(Label(words, parent), at, 1)
    return grid

"""An overview of all keys, over the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, count

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from widgets.overlay import Overlay
from widgets.plain import Label
from widgets.theme import COLOURS, SPACE, SPACE_L, SPACE_XS, set_type_scale, type_scale_in_force

Rows = Sequence[tuple[str, str]]
Table = Sequence[tuple[str, Rows]]
Columns = list[list[tuple[str, Rows]]]
Deal = Callable[[Table, int], Columns]
MARGIN = SPACE_L
MOST_COLUMNS = 4
HEADING_LINES = 2
"""Height of a heading and the gap above it, in rows."""
LEAST_ROWS = 3
"""So many rows of a group at least stand together where a column breaks it."""
SMALLER = (1.0, 5 / 6, 2 / 3)
"""Of the type in force, as far as that is larger than usual, where not all keys have room."""
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
        first: QWidget | None = None
        for body in self._bodies(room_x):
            first = first or body
            if body.sizeHint().height() <= room_y:
                break
            if body is not first:
                body.deleteLater()
        else:
            body = first or QWidget()
        if first is not None and body is not first:
            first.deleteLater()
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

    def _bodies(self, room_x: int) -> Iterator[QWidget]:
        """The table in that width, the best to read first: whole groups, and large type."""
        for smaller in SMALLER:
            if smaller < 1.0 and smaller * type_scale_in_force() < 1.0 - 1e-6:
                return
            for deal in (balanced, broken):
                yield self._widest(room_x, deal, smaller)

    def _widest(self, room_x: int, deal: Deal, type_scale: float) -> QWidget:
        """The table in as many columns as have room."""
        for columns in range(min(MOST_COLUMNS, max(1, len(self._table))), 0, -1):
            body = self._body(deal(self._table, columns))
            set_type_scale(body, type_scale)
            if columns == 1 or body.sizeHint().width() <= room_x:
                break
            body.deleteLater()
        return body

    def _body(self, columns: Columns) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(SPACE_L, SPACE, SPACE_L, SPACE)
        grid.setHorizontalSpacing(2 * SPACE_L)
        for at, groups in enumerate(columns):
            grid.addLayout(_column(groups, body), 0, at)
        return body

    def _leave(self) -> None:
        self.hide()
        self.closed.emit()


def balanced(table: Table, columns: int) -> Columns:
    """Distribute the groups in order so that the longest column is as short as possible."""
    columns = max(1, min(columns, len(table)))

    def dealt(cuts: tuple[int, ...]) -> Columns:
        ends = (*cuts, len(table))
        return [list(table[start:end]) for start, end in zip((0, *cuts), ends, strict=True)]

    def longest(cuts: tuple[int, ...]) -> int:
        return max(sum(len(rows) + HEADING_LINES for _, rows in column) for column in dealt(cuts))

    return dealt(min(combinations(range(1, len(table)), columns - 1), key=longest))


def broken(table: Table, columns: int) -> Columns:
    """Distribute the rows in order over columns of about one length, which may break groups."""
    lines = sum(len(rows) + HEADING_LINES for _, rows in table)
    dealt = (_filled(table, most) for most in count(max(1, lines // columns)))
    return next(each for each in dealt if len(each) <= columns)


def _filled(table: Table, most: int) -> Columns:
    """Fill columns of `most` lines one after the other."""
    columns: Columns = [[]]
    used = 0
    for heading, rows in table:
        title = heading
        while rows:
            room = most - used - HEADING_LINES
            take = len(rows) if len(rows) <= room else min(room, len(rows) - LEAST_ROWS)
            if take < min(LEAST_ROWS, len(rows)) and columns[-1]:
                columns.append([])
                used = 0
                continue
            take = max(1, take)
            columns[-1].append((title, rows[:take]))
            used += take + HEADING_LINES
            rows, title = rows[take:], f"{heading} (continued)"
    return columns


def _column(groups: Table, parent: QWidget) -> QGridLayout:
    """Groups one below the other, with their keys and their words in line."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE)
    grid.setVerticalSpacing(SPACE_XS // 2)
    grid.setColumnStretch(1, 1)
    for heading, rows in groups:
        if grid.count():
            grid.setRowMinimumHeight(grid.rowCount(), SPACE - SPACE_XS // 2)
        title = Label(heading, parent)
        title.setProperty("role", "title")
        grid.addWidget(title, grid.rowCount(), 0, 1, 2)
        for key, words in rows:
            cap = Label(key, parent)
            cap.setProperty("role", "key")
            cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
            at = grid.rowCount()
            grid.addWidget(cap, at, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(Label(words, parent), at, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid

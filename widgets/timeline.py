"""A slider over the frames of a file, with marks where the picture cuts or memory was reset."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from widgets.plain import set_tip
from widgets.theme import COLOURS, SPACE

MARK_ROLES = {"cut": "text", "reset": "warn", "gap": "bad"}
_EXTENT = {"cut": (1, 1), "reset": (1, 0), "gap": (0, 1)}
"""How far a mark reaches above and below the middle: kinds are told apart without colours."""
KNOB_PX = 6


class Timeline(QWidget):
    """Position in the file; click or drag to seek.

    Attributes
    ----------
    seek_requested
        Emitted with a frame index.
    """

    seek_requested = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._index = 0, 0
        self._marks: tuple[tuple[int, str], ...] = ()
        self._holds = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_tip(self, "Timeline: click or drag to seek (, and . step one frame)")
        self.setAccessibleName("Timeline")

    @property
    def index(self) -> int:
        """The frame at the knob."""
        return self._index

    def set_position(self, index: int, count: int) -> None:
        """Set frame `index` of `count`; the index is ignored while the user drags the knob."""
        self._count = max(0, count)
        if not self._holds:
            self._index = min(max(0, index), max(0, count - 1))
        self.update()

    def set_marks(self, marks: Sequence[tuple[int, str]]) -> None:
        """Set marks (frame index, kind) with kind "cut", "reset" or "gap".

        Raises
        ------
        ValueError
            For another kind.
        """
        for _, kind in marks:
            if kind not in MARK_ROLES:
                raise ValueError(f"a mark is one of {tuple(MARK_ROLES)}, not {kind!r}")
        self._marks = tuple(marks)
        self.update()

    def x_of(self, index: int) -> float:
        """Horizontal position of a frame, in pixels."""
        last = max(1, self._count - 1)
        return KNOB_PX + index / last * (self.width() - 2 * KNOB_PX)

    def index_at(self, x: float) -> int:
        """The frame at a horizontal position."""
        room = max(1, self.width() - 2 * KNOB_PX)
        share = min(1.0, max(0.0, (x - KNOB_PX) / room))
        return round(share * max(0, self._count - 1))

    def sizeHint(self) -> QSize:
        return QSize(240, 3 * SPACE)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 3 * SPACE)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        middle = self.height() / 2
        groove = QRectF(KNOB_PX, middle - 2, self.width() - 2 * KNOB_PX, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(COLOURS.border))
        painter.drawRoundedRect(groove, 2, 2)
        knob = self.x_of(self._index)
        painter.setBrush(QColor(COLOURS.quiet))
        painter.drawRoundedRect(QRectF(KNOB_PX, middle - 2, knob - KNOB_PX, 4), 2, 2)
        for index, kind in self._marks:
            x = round(self.x_of(index)) + 0.5
            painter.setPen(QPen(QColor(getattr(COLOURS, MARK_ROLES[kind])), 1))
            above, below = _EXTENT[kind]
            painter.drawLine(QPointF(x, middle - above * SPACE), QPointF(x, middle + below * SPACE))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(COLOURS.text))
        painter.drawEllipse(QPointF(knob, middle), KNOB_PX, KNOB_PX)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self._count:
            self._holds = True
            self._seek(self.index_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._holds:
            self._seek(self.index_at(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent | None) -> None:
        self._holds = False

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = moves.get(Qt.Key(event.key()))
        if step is None or not self._count:
            super().keyPressEvent(event)
            return
        self._seek(min(self._count - 1, max(0, self._index + step)))

    def _seek(self, index: int) -> None:
        if index != self._index:
            self._index = index
            self.update()
            self.seek_requested.emit(index)

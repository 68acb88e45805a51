"""Big type for the back of the room: what is on screen, and why."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from widgets import pane_paint, theme
from widgets.overlay import Overlay
from widgets.theme import COLOURS, SPACE, SPACE_L

TITLE_SHARE, DETAIL_SHARE = 1 / 18, 1 / 30
LEAST_PX = 14
MOST_DETAIL_LINES = 3
TOP_LEFT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


class PresenterOverlay(Overlay):
    """A band at the foot of its parent with one large line and up to three smaller ones.

    The type grows with the window; the mouse goes through.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, passes_mouse=True)
        self._title, self._detail = "", ""

    def tell(self, title: str, detail: str = "") -> None:
        """Say what is on screen and why; nothing to say hides the band."""
        self._title, self._detail = title, detail
        if title or detail:
            self.appear()
            self.update()
        else:
            self.hide()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        big = theme.bold_font(self._type(TITLE_SHARE))
        small = self._type(DETAIL_SHARE)
        title_metrics, detail_metrics = QFontMetricsF(big), QFontMetricsF(small)
        room = self.width() - 2 * SPACE_L
        lines = pane_paint.wrapped(self._detail, detail_metrics, room, MOST_DETAIL_LINES)
        title_height = title_metrics.height() + SPACE if self._title else 0.0
        height = title_height + len(lines) * detail_metrics.lineSpacing() + 2 * SPACE_L
        band = QRectF(0, self.height() - height, self.width(), height)
        painter = QPainter(self)
        backdrop = QColor(COLOURS.background)
        backdrop.setAlpha(245)
        painter.fillRect(band, backdrop)
        inner = band.adjusted(SPACE_L, SPACE_L, -SPACE_L, -SPACE_L)
        painter.setPen(QColor(COLOURS.text))
        painter.setFont(big)
        title = title_metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, int(TOP_LEFT), title)
        painter.setPen(QColor(COLOURS.quiet))
        painter.setFont(small)
        painter.drawText(inner.adjusted(0, title_height, 0, 0), int(TOP_LEFT), "\n".join(lines))
        painter.end()

    def _type(self, share: float) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(LEAST_PX, round(share * self.height())))
        return font

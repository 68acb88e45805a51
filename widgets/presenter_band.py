"""Large type for an audience: what is on screen, and why."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from widgets import pane_paint, theme
from widgets.theme import COLOURS, SPACE, SPACE_L

TITLE_SHARE, DETAIL_SHARE = 1 / 22, 1 / 36
LEAST_PX = 14
DETAIL_LINES = 2
TOP_LEFT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


class PresenterBand(QWidget):
    """A strip with one large line and two smaller ones; it covers no picture.

    Parameters
    ----------
    host
        The window or panel whose height scales the type. The strip's height does not depend on its
        text, so that the pictures stay in place.
    """

    def __init__(self, host: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent or host)
        self._host = host
        self._title, self._detail = "", ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What is on screen")
        host.installEventFilter(self)
        self.hide()

    def show_text(self, title: str, detail: str = "") -> None:
        """Show what is on screen and why; without a text the strip disappears."""
        if (title, detail) == (self._title, self._detail):
            return
        self._title, self._detail = title, detail
        self.setAccessibleDescription(f"{title}. {detail}")
        self._fit()
        self.setVisible(bool(title or detail))
        self.update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._fit()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        big, small = self._fonts()
        title_metrics, detail_metrics = QFontMetricsF(big), QFontMetricsF(small)
        inner = QRectF(self.rect()).adjusted(SPACE_L, SPACE, -SPACE_L, -SPACE)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(COLOURS.background))
        painter.setPen(QColor(COLOURS.text))
        painter.setFont(big)
        title = title_metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(TOP_LEFT), title)
        painter.setPen(QColor(COLOURS.quiet))
        painter.setFont(small)
        lines = pane_paint.wrapped(self._detail, detail_metrics, inner.width(), DETAIL_LINES)
        below = inner.adjusted(0, title_metrics.height(), 0, 0)
        painter.drawText(below, int(TOP_LEFT), "\n".join(lines))
        painter.end()

    def _fit(self) -> None:
        big, small = self._fonts()
        text = QFontMetricsF(big).height() + DETAIL_LINES * QFontMetricsF(small).lineSpacing()
        self.setFixedHeight(round(text) + 2 * SPACE)

    def _fonts(self) -> tuple[QFont, QFont]:
        big, small = theme.bold_font(self.font()), QFont(self.font())
        for font, share in ((big, TITLE_SHARE), (small, DETAIL_SHARE)):
            font.setPixelSize(max(LEAST_PX, round(share * self._host.height())))
        return big, small

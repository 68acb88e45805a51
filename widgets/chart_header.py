"""The line above a chart: its title and unit, and values in their curves' colours."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from widgets import header_paint, theme
from widgets.theme import COLOURS, SPACE

MIDDLE_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def draw_chart_header(
    painter: QPainter,
    width: float,
    font: QFont,
    title: str,
    unit: str,
    values: Iterable[tuple[str, str]],
) -> None:
    """Draw the line at the top; of the (text, colour) values as many as fit, the last first."""
    area = QRectF(0, 0, width, header_paint.header_height(font))
    painter.fillRect(area, QColor(COLOURS.surface))
    header = header_paint.Header(title, badge=unit)
    header_paint.draw_words(painter, area.adjusted(SPACE, 0, -SPACE, 0), header, font)
    small = theme.numbers_font(theme.small_font(font))
    metrics = QFontMetricsF(small)
    taken = QFontMetricsF(theme.bold_font(font)).horizontalAdvance(title)
    least = taken + metrics.horizontalAdvance(unit) + 5 * SPACE
    right = area.right() - SPACE
    painter.setFont(small)
    for text, colour in values:
        text_width = metrics.horizontalAdvance(text) + 1
        if right - text_width < least:
            break
        painter.setPen(QColor(colour))
        box = QRectF(right - text_width, area.top(), text_width, area.height())
        painter.drawText(box, MIDDLE_RIGHT, text)
        right -= text_width + SPACE

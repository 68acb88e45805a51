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
    """Draw the line at the top; of the (text, colour) values as many as fit, the last first.

    The unit gives way where only it keeps values out.
    """
    area = QRectF(0, 0, width, header_paint.header_height(font))
    painter.fillRect(area, QColor(COLOURS.surface))
    small = theme.numbers_font(theme.small_font(font))
    metrics = QFontMetricsF(small)
    parts = [(text, colour, metrics.horizontalAdvance(text) + 1) for text, colour in values]
    bare = QFontMetricsF(theme.bold_font(font)).horizontalAdvance(title) + 2 * SPACE
    least = bare + metrics.horizontalAdvance(unit) + 3 * SPACE
    needed = sum(part_width + SPACE for *_, part_width in parts)
    if width - needed < least and width - needed >= bare:
        unit, least = "", bare
    header = header_paint.Header(title, badge=unit)
    header_paint.draw_words(painter, area.adjusted(SPACE, 0, -SPACE, 0), header, font)
    right = area.right() - SPACE
    painter.setFont(small)
    for text, colour, part_width in parts:
        if right - part_width < least:
            break
        painter.setPen(QColor(colour))
        box = QRectF(right - part_width, area.top(), part_width, area.height())
        painter.drawText(box, MIDDLE_RIGHT, text)
        right -= part_width + SPACE

"""Drawing over a picture: banner, cross hair, pins, scan line, marks of rows.

Plain functions of a painter and values, shared by all panes. Text is elided, never cut.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets import theme
from widgets.theme import COLOURS, SPACE, SPACE_XS

ELIDE = Qt.TextElideMode.ElideRight
MIDDLE_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
MOST_BANNER_LINES = 4
_COMMAND = re.compile("`([^`]*)`")  # how sentences quote commands
CENTRE = Qt.AlignmentFlag.AlignCenter


def wrapped(text: str, metrics: QFontMetricsF, width: float, most: int) -> list[str]:
    """`text` broken between words into at most `most` lines; an incomplete text ends in "…"."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        count = 1
        while count < len(words) and (
            metrics.horizontalAdvance(" ".join(words[: count + 1])) <= width
        ):
            count += 1
        lines.append(metrics.elidedText(" ".join(words[:count]), ELIDE, width))
        words = words[count:]
    if words:
        lines.append(metrics.elidedText(" ".join(words), ELIDE, width))
    return lines


def _plain(text: str) -> str:
    """Put commands between quotation marks instead of backticks."""
    return _COMMAND.sub(r"“\1”", text)


def draw_banner(painter: QPainter, area: QRectF, text: str, level: str, font: QFont) -> None:
    """Draw a bar of up to four lines of text at the lower end of the area."""
    metrics = QFontMetricsF(font)
    lines = wrapped(_plain(text), metrics, area.width() - 2 * SPACE - SPACE_XS, MOST_BANNER_LINES)
    height = len(lines) * metrics.lineSpacing() + SPACE
    bar = QRectF(area.left(), area.bottom() - height, area.width(), height)
    backdrop = QColor(COLOURS.background)
    backdrop.setAlpha(225)
    painter.fillRect(bar, backdrop)
    painter.fillRect(QRectF(bar.left(), bar.top(), SPACE_XS, height), theme.level_colour(level))
    painter.setFont(font)
    painter.setPen(QColor(COLOURS.text))
    inside = bar.adjusted(SPACE + SPACE_XS, 0, 0, 0)
    painter.drawText(inside, int(MIDDLE_LEFT), "\n".join(lines))


def draw_placeholder(
    painter: QPainter, area: QRectF, text: str, font: QFont, colour: str = ""
) -> None:
    """Draw words in the middle of an empty area."""
    painter.setFont(font)
    painter.setPen(QColor(colour or COLOURS.quiet))
    inner = area.adjusted(SPACE, SPACE, -SPACE, -SPACE)
    painter.drawText(inner, int(CENTRE) | int(Qt.TextFlag.TextWordWrap), _plain(text))


def draw_probe(
    painter: QPainter, clip: QRectF, point: QPointF, text: str, accent: QColor, font: QFont
) -> None:
    """Draw a thin cross hair through `point` and the value beside it, kept inside `clip`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for colour, offset in ((QColor(0, 0, 0, 110), 1.0), (QColor(255, 255, 255, 150), 0.0)):
        painter.setPen(QPen(colour, 1))
        x, y = round(point.x()) + offset, round(point.y()) + offset
        painter.drawLine(QPointF(x, clip.top()), QPointF(x, clip.bottom()))
        painter.drawLine(QPointF(clip.left(), y), QPointF(clip.right(), y))
    if text:
        _draw_label(painter, clip, point, text, accent, theme.numbers_font(font))


def label_box(clip: QRectF, point: QPointF, width: float, height: float) -> QRectF:
    """Position of a label for `point`: beside it, on the side that has room, within `clip`."""
    left, top = point.x() + SPACE, point.y() + SPACE
    if left + width > clip.right():
        left = point.x() - SPACE - width
    if top + height > clip.bottom():
        top = point.y() - SPACE - height
    left = min(max(left, clip.left()), max(clip.left(), clip.right() - width))
    top = min(max(top, clip.top()), max(clip.top(), clip.bottom() - height))
    return QRectF(left, top, width, height)


def _draw_label(
    painter: QPainter, clip: QRectF, point: QPointF, text: str, accent: QColor, font: QFont
) -> None:
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(text, ELIDE, max(0.0, clip.width() - 4 * SPACE))
    width, height = metrics.horizontalAdvance(text) + 2 * SPACE, metrics.height() + SPACE_XS
    box = label_box(clip, point, width, height)
    backdrop = QColor(COLOURS.background)
    backdrop.setAlpha(225)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(accent, 1))
    painter.setBrush(backdrop)
    painter.drawRoundedRect(box, SPACE_XS, SPACE_XS)
    painter.setPen(QColor(COLOURS.text))
    painter.setFont(font)
    painter.drawText(box, CENTRE, text)


def draw_pin(painter: QPainter, point: QPointF, number: int, font: QFont) -> None:
    """Draw a numbered coloured disc at `point`; `number` counts from 1."""
    colour = QColor(theme.pin_colour(number))
    small = theme.bold_font(theme.small_font(font))
    side = QFontMetricsF(small).height() + 2
    box = QRectF(point.x() - side / 2, point.y() - side / 2, side, side)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(COLOURS.background), 2))
    painter.setBrush(colour)
    painter.drawEllipse(box)
    painter.setPen(QColor(COLOURS.background))
    painter.setFont(small)
    painter.drawText(box, CENTRE, str(number))


def draw_scan_line(painter: QPainter, rect: QRectF, y: float, held: bool) -> None:
    """Draw a line across the picture with a grip at each end."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(0, 0, 0, 160), 4 if held else 3))
    painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
    painter.setPen(QPen(QColor(COLOURS.text), 2 if held else 1))
    painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(COLOURS.text))
    for x in (rect.left() + SPACE, rect.right() - SPACE):
        painter.drawRoundedRect(QRectF(x - SPACE, y - 3, 2 * SPACE, 6), 3, 3)


def draw_row_marks(
    painter: QPainter,
    rect: QRectF,
    area: QRectF,
    marks: Sequence[tuple[float, str]],
    font: QFont,
) -> None:
    """Draw ticks with words at the left edge of the picture in `rect`, if they are in `area`.

    Each mark is (fraction of the picture's height from the top, words); those without room are left
    out.
    """
    small = theme.numbers_font(theme.small_font(font))
    metrics = QFontMetricsF(small)
    clip = rect.intersected(area)
    line, last = metrics.height(), -math.inf
    painter.setFont(small)
    for share, words in marks:
        y = rect.top() + share * rect.height()
        if not clip.top() <= y <= clip.bottom() + 1:
            continue
        top = min(max(y - line / 2, clip.top()), clip.bottom() - line)
        if top < last:
            continue
        last = top + line
        box = QRectF(clip.left() + 8, top, metrics.horizontalAdvance(words) + 2 * SPACE_XS, line)
        backing = QColor(COLOURS.background)
        backing.setAlpha(190)
        painter.fillRect(box, backing)
        painter.fillRect(QRectF(clip.left(), min(y, clip.bottom() - 1), 8, 1), QColor(COLOURS.text))
        painter.setPen(QColor(COLOURS.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def draw_row_breaks(
    painter: QPainter,
    rect: QRectF,
    area: QRectF,
    breaks: Sequence[tuple[float, str]],
    font: QFont,
) -> None:
    """Draw a line across the picture in `rect` for each break, its kind at the right edge.

    Each break is (fraction of the picture's height from the top, kind of theme.BREAKS).
    """
    small = theme.small_font(font)
    metrics = QFontMetricsF(small)
    clip = rect.intersected(area)
    backing = QColor(COLOURS.background)
    backing.setAlpha(190)
    painter.setFont(small)
    for share, kind in breaks:
        y = round(rect.top() + share * rect.height())
        if not clip.top() <= y <= clip.bottom():
            continue
        colour = QColor(theme.break_colour(kind))
        painter.fillRect(QRectF(clip.left(), y - 1, clip.width(), 3), backing)
        painter.fillRect(QRectF(clip.left(), y, clip.width(), 1), colour)
        width = metrics.horizontalAdvance(kind) + 2 * SPACE_XS
        box = QRectF(clip.right() - width, y - metrics.height() - 1, width, metrics.height())
        painter.fillRect(box, backing)
        painter.setPen(colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, kind)

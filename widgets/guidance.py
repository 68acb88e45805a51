"""Guidance over a picture: what to click next, and numbered marks where it was clicked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets import theme
from widgets.pane_paint import CENTRE, wrapped
from widgets.theme import COLOURS, SPACE, SPACE_XS

_MOST_LINES = 3
_RING_PX = 3.0


@dataclass(frozen=True, slots=True)
class Guidance:
    """What to do in a picture.

    Attributes
    ----------
    prompt
        One sentence at the picture's upper edge.
    points
        Picture pixels (x, y) that were clicked so far, marked 1, 2, ... in that order.
    """

    prompt: str
    points: tuple[tuple[float, float], ...] = ()


def draw_prompt(
    painter: QPainter, clip: QRectF, prompt: str, font: QFont, free: Sequence[QPointF] = ()
) -> None:
    """Draw the sentence at the upper edge of `clip`, or lower where it would cover a point."""
    metrics = QFontMetricsF(font)
    lines = wrapped(prompt, metrics, max(0.0, clip.width() - 4 * SPACE), _MOST_LINES)
    width = max(map(metrics.horizontalAdvance, lines), default=0.0) + 2 * SPACE
    height = len(lines) * metrics.lineSpacing() + SPACE
    box = QRectF(clip.center().x() - width / 2, clip.top() + SPACE, width, height)
    lowest = max(box.top(), clip.bottom() - SPACE - height)
    for top in (box.top(), lowest, (box.top() + lowest) / 2):
        box.moveTop(top)
        around = box.adjusted(-SPACE, -2 * SPACE, SPACE, 2 * SPACE)
        if not any(around.contains(point) for point in free):
            break
    ground = QColor(COLOURS.background)
    ground.setAlpha(235)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(COLOURS.quiet), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, SPACE_XS, SPACE_XS)
    painter.setPen(QColor(COLOURS.text))
    painter.setFont(font)
    painter.drawText(box, int(CENTRE), "\n".join(lines))


def draw_numbered(painter: QPainter, point: QPointF, number: int, font: QFont) -> None:
    """Draw a ring around `point`, which stays visible, with the number in a flag beside it."""
    bold = theme.bold_font(font)
    side = QFontMetricsF(bold).height() + SPACE_XS
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((COLOURS.background, _RING_PX + 2), (COLOURS.text, _RING_PX - 1)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawEllipse(point, 2 * _RING_PX, 2 * _RING_PX)
    flag = QRectF(point.x() + 3 * _RING_PX, point.y() - side / 2, side, side)
    painter.setPen(QPen(QColor(COLOURS.background), 2))
    painter.setBrush(QColor(COLOURS.text))
    painter.drawRoundedRect(flag, SPACE_XS, SPACE_XS)
    painter.setPen(QColor(COLOURS.background))
    painter.setFont(bold)
    painter.drawText(flag, int(CENTRE), str(number))

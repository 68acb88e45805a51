"""Drawing the words that name a picture: a lane's letter, a title, a badge and a caption."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets import theme
from widgets.font_cache import remembered
from widgets.theme import COLOURS, SPACE, SPACE_XS

ELIDE = Qt.TextElideMode.ElideRight
MIDDLE_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_READABLE = "stride 3 · 99 k…"
"""A caption is shortened to no less, but left out: half a number says nothing."""
CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class Header:
    """The words that name a picture.

    Attributes
    ----------
    title
        Text at the left.
    chip
        A letter on the accent colour, or "" for none.
    badge
        A word in a frame behind the title, or "".
    caption
        Quiet text behind the badge.
    accent
        Colour of the letter's patch.
    """

    title: str
    chip: str = ""
    badge: str = ""
    caption: str = ""
    accent: QColor | None = None


@remembered
def header_height(font: QFont) -> float:
    """Height of a line with a header."""
    return QFontMetricsF(font).height() + SPACE


def letter_width(header: Header, font: QFont) -> float:
    """Room that the lane's letter takes, with the gap behind it."""
    has_letter = header.chip and header.accent is not None
    return header_height(font) - SPACE + SPACE if has_letter else 0.0


def words_width(header: Header, font: QFont) -> float:
    """Room for title, badge and caption, none of them shortened."""
    return _words_width(font, header.title, header.badge, header.caption)


@remembered
def _words_width(font: QFont, title: str, badge: str, caption: str) -> float:
    small = theme.small_font(font)
    widths = []
    if title:
        widths.append(QFontMetricsF(theme.bold_font(font)).horizontalAdvance(title))
    if badge:
        widths.append(_badge_width(badge, small))
    if caption:
        widths.append(QFontMetricsF(theme.numbers_font(small)).horizontalAdvance(caption))
    return sum(widths) + SPACE * max(0, len(widths) - 1) + (1 if widths else 0)


def draw_letter(painter: QPainter, area: QRectF, header: Header, font: QFont) -> float:
    """Draw the lane's letter at the left of `area`; returns where the words begin."""
    if not header.chip or header.accent is None:
        return area.left()
    side = area.height() - SPACE
    box = QRectF(area.left(), area.top() + SPACE_XS, side, side)
    draw_patch(painter, box, header.chip, header.accent, theme.bold_font(font))
    return box.right() + SPACE


def draw_words(painter: QPainter, area: QRectF, header: Header, font: QFont) -> None:
    """Draw title first, then badge, then as much of the caption as fits into `area`."""
    left, right = area.left(), area.right()
    if header.title:
        bold = theme.bold_font(font)
        metrics = QFontMetricsF(bold)
        # Models are told apart by the ends of their names.
        middle = Qt.TextElideMode.ElideMiddle
        title = metrics.elidedText(header.title, middle, max(0.0, right - left))
        painter.setFont(bold)
        painter.setPen(QColor(COLOURS.text))
        painter.drawText(QRectF(left, area.top(), right - left, area.height()), MIDDLE_LEFT, title)
        left += metrics.horizontalAdvance(title) + SPACE
    if header.badge:
        left = _draw_badge(painter, area, left, right, header.badge, theme.small_font(font))
    small = theme.numbers_font(theme.small_font(font))
    metrics, room = QFontMetricsF(small), right - left
    least = min(metrics.horizontalAdvance(header.caption), metrics.horizontalAdvance(_READABLE))
    if header.caption and room >= least:
        caption = metrics.elidedText(header.caption, ELIDE, room)
        painter.setFont(small)
        painter.setPen(QColor(COLOURS.quiet))
        painter.drawText(QRectF(left, area.top(), room, area.height()), MIDDLE_LEFT, caption)


def draw_patch(painter: QPainter, box: QRectF, text: str, accent: QColor, font: QFont) -> None:
    """Draw a rounded patch of `accent` with dark text, the mark of a lane."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent)
    painter.drawRoundedRect(box, SPACE_XS, SPACE_XS)
    painter.setPen(QColor(COLOURS.background))
    painter.setFont(font)
    painter.drawText(box, CENTRE, text)


def draw_ground(painter: QPainter, box: QRectF, alpha: int = 205) -> None:
    """Draw what words over a picture stand on."""
    ground = QColor(COLOURS.background)
    ground.setAlpha(alpha)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, SPACE_XS, SPACE_XS)


def draw_footnote(painter: QPainter, area: QRectF, text: str, font: QFont) -> None:
    """Draw one quiet line on a ground at the lower left of a picture."""
    small = theme.small_font(font)
    metrics = QFontMetricsF(small)
    room = area.width() - 2 * SPACE_XS - 2 * SPACE
    if room < metrics.horizontalAdvance("mmmm"):
        return
    text = metrics.elidedText(text, ELIDE, room)
    width, height = metrics.horizontalAdvance(text) + 2 * SPACE, metrics.height() + SPACE_XS
    box = QRectF(area.left() + SPACE_XS, area.bottom() - height - SPACE_XS, width, height)
    draw_ground(painter, box)
    painter.setFont(small)
    painter.setPen(QColor(COLOURS.text))
    painter.drawText(box, CENTRE, text)


def _badge_width(badge: str, font: QFont) -> float:
    return QFontMetricsF(font).horizontalAdvance(badge) + 2 * SPACE_XS + 2


def _draw_badge(
    painter: QPainter, area: QRectF, left: float, right: float, badge: str, font: QFont
) -> float:
    metrics = QFontMetricsF(font)
    room = right - left - 2 * SPACE_XS - 2
    text = metrics.elidedText(badge, ELIDE, max(0.0, room))
    if room < min(metrics.horizontalAdvance("mm…"), metrics.horizontalAdvance(badge)):
        return left
    height = metrics.height() + 2
    box = QRectF(left, area.center().y() - height / 2, _badge_width(text, font), height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(COLOURS.outline), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, SPACE_XS, SPACE_XS)
    painter.setPen(QColor(COLOURS.quiet))
    painter.setFont(font)
    painter.drawText(box, CENTRE, text)
    return box.right() + SPACE

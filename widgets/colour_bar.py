"""The narrow scale at the right of a lane's pane, from colours to disparity."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from widgets import theme
from widgets.colours import Colours
from widgets.pane_content import Scale
from widgets.picture import Picture, UInt8, rgb_picture
from widgets.theme import COLOURS, SPACE, SPACE_XS

BAR_PX = 10
MOST_TICKS = 7
MIDDLE_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def ticks(low: float, high: float, most: int) -> list[float]:
    """Up to `most` round values within [low, high]; none if the range is empty."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return []
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)][:most]


def metre_ticks(near_m: float, far_m: float, most: int) -> list[float]:
    """Up to `most` round distances within [near_m, far_m], for a bar that is even in 1/m.

    They double and more from one to the next, as a bar of disparity has its room in the near;
    evenly spaced ones are the answer where that leaves fewer than three.
    """
    if not math.isfinite(near_m) or near_m <= 0.0:
        return []
    end = min(far_m, 1000.0 * near_m)
    first = math.floor(math.log10(near_m))
    series = [m * 10.0**power for power in range(first, first + 5) for m in (1, 2, 5)]
    found = [round(z, 12) for z in series if near_m <= z <= end]
    return (found if len(found) >= 3 else ticks(near_m, end, most))[:most]


@functools.lru_cache(maxsize=64)
def _width(font: str, unit: str) -> float:
    """Width of the bar and its words; cached, since every paint and mouse move needs it."""
    described = QFont()
    described.fromString(font)
    metrics = QFontMetricsF(theme.small_font(described))
    numbers = BAR_PX + SPACE_XS + metrics.horizontalAdvance("−0.0000")
    return max(numbers, metrics.horizontalAdvance(unit)) + SPACE


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Everything that a drawn bar depends on except its colours; a change redraws it.

    Attributes
    ----------
    width, height
        Physical pixels.
    ratio
        Physical pixels per unit of the painter.
    font
        As from QFont.toString.
    unit, low_word, high_word
        Words on the bar.
    marks
        (y, value) beside the bar, y in the painter's pixels from the top.
    colours
        Of the scheme in force.
    """

    width: int
    height: int
    ratio: float
    font: str
    unit: str
    low_word: str
    high_word: str
    marks: tuple[tuple[float, str], ...]
    colours: Colours


class ColourBar:
    """Draws a Scale beside a picture; keeps the last colours."""

    def __init__(self) -> None:
        self._strip: Picture | None = None
        self._strip_of: UInt8 | None = None
        self._scale: Scale | None = None
        self._drawn: tuple[_Drawing, Picture] | None = None
        self._drawn_on = QPixmap()

    def set_table(self, table: UInt8) -> None:
        """Set the (256, 3) uint8 colours of the bar; entry 0 is unknown and not shown."""
        if table is not self._strip_of:
            self._strip = rgb_picture(np.ascontiguousarray(table[:0:-1, None]))
            self._strip_of = table

    def set_scale(self, scale: Scale | None) -> None:
        """Set the values at both ends; None hides the values."""
        self._scale = scale

    def width(self, font: QFont) -> float:
        """Width of the bar and its words in pixels; constant, so that pictures do not jump."""
        return _width(font.toString(), self._scale.unit if self._scale else "relative")

    def paint(self, painter: QPainter, area: QRectF, font: QFont) -> None:
        """Draw unit, upper word, bar with values and lower word into `area`, top to bottom."""
        device = painter.device()
        if self._strip is None or self._scale is None or device is None:
            return
        drawing = _drawing(self._scale, area, font, device.devicePixelRatioF())
        wanted = (drawing, self._strip)
        if drawing.width < 1 or drawing.height < 1:
            return
        if wanted != self._drawn:
            self._drawn_on, self._drawn = _draw(drawing, self._strip, font), wanted
        left, top = round(area.left() * drawing.ratio), round(area.top() * drawing.ratio)
        painter.drawPixmap(QPointF(left, top) / drawing.ratio, self._drawn_on)


def _drawing(scale: Scale, area: QRectF, font: QFont, ratio: float) -> _Drawing:
    """What to draw into an area of this size; marks on whole physical pixels."""
    line = _metrics(font).height()
    bar = _bar(area.height(), line)
    most = min(MOST_TICKS, max(1, int(bar.height() / (2.2 * line))))
    marks: list[tuple[float, str]] = []
    for value, text in _labels(scale, most):
        y = bar.bottom() - scale.share(value) * bar.height()
        if min(y - bar.top(), bar.bottom() - y) < line / 2:
            continue  # the words at the ends are there
        if marks and abs(marks[-1][0] - y) < line:
            continue
        marks.append((round(y * ratio) / ratio, text.replace("-", "−")))
    return _Drawing(
        round(area.width() * ratio), round(area.height() * ratio), ratio, font.toString(),
        scale.unit, scale.low_word, scale.high_word, tuple(marks), COLOURS.scheme,
      )  # fmt: skip


def _labels(scale: Scale, most: int) -> list[tuple[float, str]]:
    """Values of the scale with their texts, from the near end of metres to the far one."""
    if scale.to_metres is None:
        values = scale.marks or ticks(scale.low, scale.high, most)
        return [(value, f"{value:.4g}") for value in values]
    near_m, far_m = scale.to_metres.at(scale.high), scale.to_metres.at(scale.low)
    return [
        (scale.to_metres.disparity_at(depth_m), f"{depth_m:g}")
        for depth_m in metre_ticks(near_m, far_m, most)
    ]


def _draw(drawing: _Drawing, strip: Picture, font: QFont) -> QPixmap:
    """Draw a bar on the window's background."""
    pixmap = QPixmap(drawing.width, drawing.height)
    pixmap.setDevicePixelRatio(drawing.ratio)
    pixmap.fill(QColor(COLOURS.background))
    painter, metrics = QPainter(pixmap), _metrics(font)
    painter.setFont(_small(font))
    line, elide = metrics.height(), Qt.TextElideMode.ElideRight
    bar, room = _bar(drawing.height / drawing.ratio, line), drawing.width / drawing.ratio - SPACE_XS
    painter.setPen(QColor(COLOURS.quiet))
    unit = metrics.elidedText(drawing.unit, elide, room)
    painter.drawText(QRectF(SPACE_XS, SPACE_XS, room, line), MIDDLE_LEFT, unit)
    painter.setPen(QColor(COLOURS.quiet))
    above = QRectF(SPACE_XS, bar.top() - line - 2, room, line)
    below = QRectF(SPACE_XS, bar.bottom() + 2, room, line)
    painter.drawText(above, MIDDLE_LEFT, drawing.high_word)
    painter.drawText(below, MIDDLE_LEFT, drawing.low_word)
    if bar.height() >= line:
        painter.drawImage(bar, strip.image)
        start = bar.right() + SPACE_XS + 1
        room = drawing.width / drawing.ratio - start
        for y, value in drawing.marks:
            painter.setPen(QColor(COLOURS.quiet))
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y))
            painter.setPen(QColor(COLOURS.quiet))
            text = metrics.elidedText(value, elide, room)
            painter.drawText(QRectF(start, y - line / 2, room, line), MIDDLE_LEFT, text)
    painter.end()
    return pixmap


def _bar(height: float, line: float) -> QRectF:
    """Area of the colours, for an area of this height and lines of text as high as `line`."""
    return QRectF(SPACE_XS, 2 * line + SPACE, BAR_PX, height - 3 * line - 2 * SPACE)


def _small(font: QFont) -> QFont:
    return theme.numbers_font(theme.small_font(font))


def _metrics(font: QFont) -> QFontMetricsF:
    return QFontMetricsF(_small(font))

"""The small scale over a lane's picture, from colours to disparity."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from widgets import header_paint, theme
from widgets.colours import Colours
from widgets.font_cache import remembered
from widgets.header_paint import CENTRE, MIDDLE_LEFT
from widgets.pane_content import Scale
from widgets.picture import Picture, UInt8, rgb_picture
from widgets.theme import COLOURS, SPACE, SPACE_L, SPACE_XS

BAR_PX = 8
BAR_SHARE, SHORTEST_PX, LONGEST_PX = 0.2, 56, 160
WIDE_FROM = 3.0
"""A picture that many times as wide as the scale has room for a chip beside it."""
MOST_TICKS = 5
MIDDLE_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


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
        Words beside the bar.
    bar
        Left end and width of the colours.
    marks
        (x, value) below the bar, x in the painter's pixels.
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
    bar: tuple[float, float]
    marks: tuple[tuple[float, str], ...]
    colours: Colours


class ColourBar:
    """Draws a Scale over a picture; keeps the last colours."""

    def __init__(self) -> None:
        self._strip: Picture | None = None
        self._strip_of: UInt8 | None = None
        self._scale: Scale | None = None
        self._drawn: tuple[_Drawing, Picture] | None = None
        self._drawn_on = QPixmap()

    def set_table(self, table: UInt8) -> None:
        """Set the (256, 3) uint8 colours of the bar; entry 0 is unknown and not shown."""
        if table is not self._strip_of:
            self._strip = rgb_picture(np.ascontiguousarray(table[None, 1:]))
            self._strip_of = table

    def set_scale(self, scale: Scale | None) -> bool:
        """Set the values at both ends; None hides the bar. Whether `box` is another one now."""
        had, self._scale = self._scale, scale
        if had is None or scale is None:
            return had is not scale
        return _words(had) != _words(scale)

    def box(
        self, area: QRectF, font: QFont, has_numbers: bool = True, is_low: bool = False
    ) -> QRectF:
        """Where in `area` the bar lies: its upper right corner, or its lower one if it is narrow.

        Empty without a scale or where there is no room. The place does not depend on the values, so
        that nothing jumps.

        Parameters
        ----------
        has_numbers
            There is a line of values below the colours.
        is_low
            It always lies in the lower corner.
        """
        if self._scale is None or self._strip is None:
            return QRectF()
        width = _bar_px(area) + sum(_sides(font, *_words(self._scale), has_numbers)) + 2 * SPACE
        height = _line_height(font) * (2 if has_numbers else 1) + SPACE_XS
        if width + 2 * SPACE_XS > area.width() or height > area.height() / 3:
            return QRectF()
        is_wide = area.width() >= WIDE_FROM * width and not is_low
        top = area.top() + SPACE_XS if is_wide else area.bottom() - SPACE_XS - height
        return QRectF(area.right() - SPACE_XS - width, top, width, height)

    def paint(
        self,
        painter: QPainter,
        area: QRectF,
        font: QFont,
        has_numbers: bool = True,
        is_low: bool = False,
    ) -> None:
        """Draw lower word, colours, upper word, and below them values and unit, into `box`."""
        device, box = painter.device(), self.box(area, font, has_numbers, is_low)
        if self._strip is None or self._scale is None or device is None or box.isEmpty():
            return
        ratio = device.devicePixelRatioF()
        drawing = _drawing(self._scale, _bar_px(area), box, font, has_numbers, ratio)
        wanted = (drawing, self._strip)
        if wanted != self._drawn:
            self._drawn_on, self._drawn = _draw(drawing, self._strip, font), wanted
        left, top = round(box.left() * ratio), round(box.top() * ratio)
        painter.drawPixmap(QPointF(left, top) / ratio, self._drawn_on)


def _bar_px(area: QRectF) -> float:
    """Length of the colours for a picture's area."""
    return float(min(LONGEST_PX, max(SHORTEST_PX, round(area.width() * BAR_SHARE))))


def _words(scale: Scale) -> tuple[str, str, str]:
    return scale.low_word, scale.high_word, scale.unit


@remembered
def _sides(
    font: QFont, low_word: str, high_word: str, unit: str, has_numbers: bool
) -> tuple[float, float]:
    """Room left and right of the colours."""
    metrics = _metrics(font)
    right = metrics.horizontalAdvance(high_word)
    if has_numbers:
        right = max(right, metrics.horizontalAdvance(unit))
    left = max(metrics.horizontalAdvance(low_word), SPACE_L)
    return left + SPACE_XS, right + SPACE_XS


@remembered
def _line_height(font: QFont) -> float:
    return _metrics(font).height()


@remembered
def _width(font: QFont, text: str) -> float:
    return _metrics(font).horizontalAdvance(text)


def _drawing(
    scale: Scale, bar_px: float, box: QRectF, font: QFont, has_numbers: bool, ratio: float
) -> _Drawing:
    """What to draw into a box of this size; marks on whole physical pixels, none overlapping."""
    start = SPACE + _sides(font, *_words(scale), has_numbers)[0]
    marks: list[tuple[float, str]] = []
    taken = 0.0
    for value, text in sorted(_labels(scale, MOST_TICKS), key=_by_value) if has_numbers else ():
        x = start + scale.share(value) * bar_px
        half = _width(font, text) / 2
        end = box.width() - SPACE - _width(font, scale.unit) - SPACE
        if x - half < taken or x + half > end:
            continue
        taken = x + half + SPACE_XS
        marks.append((round(x * ratio) / ratio, text.replace("-", "−")))
    return _Drawing(
        round(box.width() * ratio), round(box.height() * ratio), ratio, font.toString(),
        scale.unit if has_numbers else "", scale.low_word, scale.high_word, (start, bar_px),
        tuple(marks), COLOURS.scheme,
      )  # fmt: skip


def _by_value(label: tuple[float, str]) -> float:
    return label[0]


def _labels(scale: Scale, most: int) -> list[tuple[float, str]]:
    """Values of the scale with their texts."""
    if scale.to_metres is None:
        values = scale.marks or ticks(scale.low, scale.high, most)
        return [(value, f"{value:.4g}") for value in values]
    near_m, far_m = scale.to_metres.at(scale.high), scale.to_metres.at(scale.low)
    return [
        (scale.to_metres.disparity_at(depth_m), f"{depth_m:g}")
        for depth_m in metre_ticks(near_m, far_m, most)
    ]


def _draw(drawing: _Drawing, strip: Picture, font: QFont) -> QPixmap:
    """Draw a bar on a translucent ground."""
    pixmap = QPixmap(drawing.width, drawing.height)
    pixmap.setDevicePixelRatio(drawing.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter, metrics = QPainter(pixmap), _metrics(font)
    width, line = drawing.width / drawing.ratio, metrics.height()
    header_paint.draw_ground(painter, QRectF(0, 0, width, drawing.height / drawing.ratio))
    painter.setFont(_small(font))
    painter.setPen(QColor(COLOURS.text))
    start, length = drawing.bar
    end, top = start + length, SPACE_XS / 2
    before = QRectF(SPACE, top, start - SPACE - SPACE_XS, line)
    behind = QRectF(end + SPACE_XS, top, width - end - SPACE_XS, line)
    painter.drawText(before, MIDDLE_RIGHT, drawing.low_word)
    painter.drawText(behind, MIDDLE_LEFT, drawing.high_word)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawImage(QRectF(start, top + (line - BAR_PX) / 2, length, BAR_PX), strip.image)
    painter.setPen(QColor(COLOURS.quiet))
    for x, value in drawing.marks:
        below = QRectF(x - length, top + line, 2 * length, line)
        painter.drawLine(QPointF(x, top + (line + BAR_PX) / 2), QPointF(x, top + line))
        painter.drawText(below, CENTRE, value)
    unit = QRectF(0, top + line, width - SPACE, line)
    painter.drawText(unit, MIDDLE_RIGHT, drawing.unit)
    painter.end()
    return pixmap


def _small(font: QFont) -> QFont:
    return theme.numbers_font(theme.small_font(font))


def _metrics(font: QFont) -> QFontMetricsF:
    return QFontMetricsF(_small(font))

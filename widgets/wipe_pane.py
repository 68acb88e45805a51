"""Two lanes in one pane: a divider to drag between them, or one after the other."""

from __future__ import annotations

import dataclasses

from PyQt6.QtCore import QPointF, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QShowEvent,
)
from PyQt6.QtWidgets import QWidget

from widgets import header_paint, theme
from widgets.depth_pane import ScaledPane
from widgets.header_paint import Header
from widgets.linked_view import LinkedView
from widgets.pane_content import Content, PaneContent
from widgets.picture import Picture, levels_picture
from widgets.theme import COLOURS, SPACE, SPACE_XS

REACH_PX = 8
MARGIN = 0.02


class WipePane(ScaledPane):
    """Lane A left of a divider and lane B right of it; or both in turn, at a chosen rate.

    The timer that swaps them runs only while the pane is visible.

    Attributes
    ----------
    divider_moved
        Emitted with the fraction of the picture area left of the divider, 0 to 1.
    """

    divider_moved = pyqtSignal(float)
    chip_is_at_bottom = True  # the lanes' names stand in both upper corners

    def __init__(self, title: str, view: LinkedView, parent: QWidget | None = None) -> None:
        super().__init__(title, view, parent=parent)
        self._second: Picture | None = None
        self._names = {"a": "A", "b": "B"}
        self._blinks = False
        self._side = "a"
        self._divider = 0.5
        self._holds_divider = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.flip)

    # -- values in ---------------------------------------------------------------------------

    def show_content(self, content: Content) -> None:
        if isinstance(content, PaneContent) and content.second is not None:
            second = content.second
            self.set_names(*second.names)
            self.set_blink_rate(second.blink_hz)
            colours = self._table.colours(content.table)
            self._second = levels_picture(second.levels, content.table, colours, second.prescaled)
        super().show_content(content)

    def clear(self, placeholder: str = "") -> None:
        self._second = None
        super().clear(placeholder)

    def header(self) -> Header:
        """Words of the chip: the lanes' names, drawn apart, stand for a title."""
        return dataclasses.replace(super().header(), title="")

    def set_names(self, name_a: str, name_b: str) -> None:
        """Set the models' titles, shown in the lanes' colours."""
        self._names = {"a": f"A  {name_a}", "b": f"B  {name_b}"}
        self.update()

    def set_blink_rate(self, hertz: float) -> None:
        """Set how often per second the lanes swap; 0 separates them by the divider.

        The same rate again does not restart the interval.

        Raises
        ------
        ValueError
            For a negative rate.
        """
        if hertz < 0:
            raise ValueError("a blink rate is 0 or above")
        self._blinks = hertz > 0
        interval_ms = max(1, round(1000 / hertz)) if hertz else 0
        if self._blinks and interval_ms != self._timer.interval():
            self._timer.setInterval(interval_ms)
        self._run_timer()

    def set_divider(self, share: float) -> None:
        """Put the divider at a fraction of the picture area's width, 0 to 1."""
        self._divider = min(1 - MARGIN, max(MARGIN, share))
        self.update()

    def flip(self) -> None:
        """Show the other lane, when they alternate."""
        self._side = "b" if self._side == "a" else "a"
        self.update()

    @property
    def side(self) -> str:
        """The lane that is shown now, when they alternate."""
        return self._side

    @property
    def divider(self) -> float:
        """Fraction of the picture area that shows lane A."""
        return self._divider

    @property
    def is_blinking(self) -> bool:
        """Whether the lanes swap by themselves."""
        return self._timer.isActive()

    # -- painting ----------------------------------------------------------------------------

    def paint_picture(self, painter: QPainter, picture: Picture) -> None:
        area = self.picture_area()
        second = self._second or picture
        if self._blinks:
            super().paint_picture(painter, picture if self._side == "a" else second)
            self._paint_name(painter, area, self._side)
            return
        left, right = self._sides(area)
        for side, part, shown in (("a", left, picture), ("b", right, second)):
            painter.save()
            painter.setClipRect(part)
            super().paint_picture(painter, shown)
            self._paint_name(painter, part, side)
            painter.restore()
        self._paint_divider(painter, area)

    def _sides(self, area: QRectF) -> tuple[QRectF, QRectF]:
        x = round(self._divider_x())
        left = QRectF(area.left(), area.top(), x - area.left(), area.height())
        return left, QRectF(x, area.top(), area.right() - x, area.height())

    def _divider_x(self) -> float:
        area = self.picture_area()
        return area.left() + self._divider * area.width()

    def _paint_name(self, painter: QPainter, part: QRectF, side: str) -> None:
        font = theme.bold_font(self.font())
        metrics = QFontMetricsF(font)
        room = part.width() - 4 * SPACE
        if room < metrics.horizontalAdvance("A…"):
            return
        text = metrics.elidedText(self._names[side], Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(text) + 2 * SPACE
        left = part.left() + SPACE if side == "a" else part.right() - SPACE - width
        box = QRectF(left, part.top() + SPACE, width, metrics.height() + SPACE_XS)
        header_paint.draw_patch(painter, box, text, theme.lane_colour(side), QFont(font))

    def _paint_divider(self, painter: QPainter, area: QRectF) -> None:
        x, middle = round(self._divider_x()), area.center().y()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(0, 0, 0, 140), 4))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(QPen(QColor(COLOURS.text), 2))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(QPen(QColor(COLOURS.background), 1))
        painter.setBrush(QColor(COLOURS.text))
        painter.drawRoundedRect(QRectF(x - SPACE_XS, middle - SPACE * 2, SPACE, SPACE * 4), 4, 4)

    # -- mouse -------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._is_on_divider(event):
            self._holds_divider = True
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._holds_divider:
            area = self.picture_area()
            self.set_divider((event.position().x() - area.left()) / area.width())
            self.divider_moved.emit(self._divider)
            return
        super().mouseMoveEvent(event)
        if event is not None and self._is_on_divider(event):
            self.setCursor(Qt.CursorShape.SplitHCursor)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if self._holds_divider:
            self._holds_divider = False
            return
        super().mouseReleaseEvent(event)

    def _is_on_divider(self, event: QMouseEvent) -> bool:
        return (
            not self._blinks
            and self._picture is not None
            and self.picture_area().contains(event.position())
            and abs(event.position().x() - self._divider_x()) <= REACH_PX
        )

    # -- timer -------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._run_timer()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _run_timer(self) -> None:
        runs = self._blinks and self.isVisible()
        if runs and not self._timer.isActive():
            self._timer.start()
        elif not runs:
            self._timer.stop()
        self.update()

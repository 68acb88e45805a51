"""The plot of a chart: axes, curves, marks and the line under the cursor, by pyqtgraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QPen
from PyQt6.QtWidgets import QWidget

from widgets.chart_history import lone_points
from widgets.chart_series import Series
from widgets.theme import COLOURS, SPACE

Float64 = NDArray[np.float64]

_HEADROOM = 1.08
_LONE_SHARE = 0.01
"""Length of the stroke for a value between gaps, as a share of the width."""
_LONE_PX = 3
_MOST_NAMELESS = 2
"""Curves that a dashed line tells apart."""


class ChartPlot(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph has no types
    """Frames ago below and values at the left; without mouse.

    A PlotItem would bring menus that outlive it and controls that are not needed.

    Parameters
    ----------
    history
        Frames at the full width.
    floor
        Smallest maximum of the vertical axis.
    """

    def __init__(self, history: int, floor: float, parent: QWidget) -> None:
        super().__init__(parent, background=COLOURS.background)
        self._history, self._floor = history, floor
        self._curves: dict[str, pg.PlotCurveItem] = {}
        self._lone: dict[str, pg.PlotCurveItem] = {}
        self._names: dict[str, pg.TextItem] = {}
        self._mark_lines: list[pg.InfiniteLine] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(0, SPACE, SPACE, 0)
        layout.setSpacing(0)
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False)
        self._box.disableAutoRange()
        self._box.setXRange(1 - history, 0, padding=0.01)
        self._left, bottom = _axis("left"), _axis("bottom")
        self._axes = (self._left, bottom)
        self._left.setWidth(48)
        self._left.linkToView(self._box)
        bottom.linkToView(self._box)
        layout.addItem(self._left, 0, 0)
        layout.addItem(self._box, 0, 1)
        layout.addItem(bottom, 1, 1)
        self.setCentralItem(layout)
        self._cursor = pg.InfiniteLine(angle=90, movable=False, pen=COLOURS.quiet)
        self._cursor.setVisible(False)
        self._box.addItem(self._cursor, ignoreBounds=True)

    @property
    def span(self) -> tuple[float, float]:
        """The lowest and the highest value that the vertical axis reaches."""
        low, high = self._box.viewRange()[1]
        return low, high

    def set_series(self, series: Mapping[str, Series]) -> None:
        """Draw other curves. More than two get their names at their ends, beside the colours."""
        for item in (*self._curves.values(), *self._lone.values(), *self._names.values()):
            self._box.removeItem(item)
        self._curves = {key: self._make_curve(one, 1, one.is_dashed) for key, one in series.items()}
        self._lone = {key: self._make_curve(one, _LONE_PX, False) for key, one in series.items()}

        self._names = {}
        for key, one in series.items() if len(series) > _MOST_NAMELESS else ():
            name = pg.TextItem(
                one.name, color=one.colour, anchor=(1.0, 0.0 if one.is_dashed else 1.0)
            )
            self._names[key] = name
            self._box.addItem(name, ignoreBounds=True)

    def named(self, key: str) -> tuple[str, float] | None:
        """The name at a curve's end and the value it stands at; None without one."""
        name = self._names.get(key)
        if name is None or not name.isVisible():
            return None
        return str(name.toPlainText()), float(name.pos().y())

    def use_colours(self, series: Mapping[str, Series]) -> None:
        """Draw everything in the colours of the scheme in force."""
        self.setBackground(COLOURS.background)
        self._cursor.setPen(COLOURS.quiet)
        for axis in self._axes:
            axis.setPen(COLOURS.quiet)
            axis.setTextPen(COLOURS.quiet)
        for key, one in series.items():
            self._curves[key].setPen(_pen(one, 1, one.is_dashed))
            self._lone[key].setPen(_pen(one, _LONE_PX, False))
            if key in self._names:
                self._names[key].setColor(one.colour)

    def drawn(self, key: str) -> Float64:
        """(n,) values that the curve of a series shows, the oldest first."""
        values = self._curves[key].getData()[1]
        return np.empty(0) if values is None else np.asarray(values)

    def drawn_alone(self, key: str) -> Float64:
        """(n,) values between gaps, which a stroke shows each."""
        values = self._lone[key].getData()[1]
        return np.empty(0) if values is None else np.asarray(values)[::2]

    def draw(self, window: Float64) -> None:
        """Draw (series, n) values of the last n frames, NaN where missing."""
        ago = np.arange(1 - window.shape[1], 1, dtype=np.float64)
        shown = self._frames_shown(window.shape[1])
        for row, key in enumerate(self._curves):
            self._curves[key].setData(ago, window[row], connect="finite", skipFiniteCheck=False)
            strokes = lone_points(ago, window[row], _LONE_SHARE * shown)
            self._lone[key].setData(*strokes, connect="pairs")
            if key in self._names:
                known = np.flatnonzero(np.isfinite(window[row]))
                self._names[key].setVisible(bool(known.size))
                if known.size:
                    self._names[key].setPos(ago[known[-1]], window[row][known[-1]])
        self._box.setXRange(1 - shown, 0, padding=0.01)
        self._box.setYRange(*self._span_of(window), padding=0)
        self._left.setStyle(showValues=bool(np.isfinite(window).any()))

    def mark(self, marks: Sequence[tuple[int, str]]) -> None:
        """Draw a line for each (frames before the newest, "#rrggbb"), and no others."""
        while len(self._mark_lines) < len(marks):
            line = pg.InfiniteLine(angle=90, movable=False)
            self._mark_lines.append(line)
            self._box.addItem(line, ignoreBounds=True)
        for place, line in enumerate(self._mark_lines):
            line.setVisible(place < len(marks))
            if place < len(marks):
                ago, colour = marks[place]
                line.setPos(-ago)
                line.setPen(pg.mkPen(colour, width=1, style=Qt.PenStyle.DotLine))

    def ago_at(self, point: QPointF) -> int:
        """The frame under a point of this widget, counted back from the newest."""
        return round(-float(self._box.mapSceneToView(self.mapToScene(point.toPoint())).x()))

    def x_of(self, ago: int) -> float:
        """Where a frame is drawn, in pixels of this widget."""
        at = self._box.mapViewToScene(QPointF(-ago, 0.0))
        return float(self.mapFromScene(at).x())

    def set_cursor_line(self, ago: int | None) -> None:
        """Draw a line at a frame, counted back from the newest, or none."""
        self._cursor.setVisible(ago is not None)
        self._cursor.setPos(-(ago or 0))

    def _make_curve(self, series: Series, width: int, is_dashed: bool) -> pg.PlotCurveItem:
        curve = pg.PlotCurveItem(pen=_pen(series, width, is_dashed), antialias=True)
        self._box.addItem(curve)
        return curve

    def _frames_shown(self, stored: int) -> int:
        """Frames to show: fewer while the history fills, so that curves have a useful width."""
        parts = (self._history // part for part in (10, 5, 2))
        return next((part for part in parts if part >= max(stored, 2)), self._history)

    def _span_of(self, window: Float64) -> tuple[float, float]:
        finite = window[np.isfinite(window)]
        if not finite.size:
            return 0.0, self._floor
        low, high = min(0.0, float(finite.min())), float(finite.max())
        return low * _HEADROOM, max(high * _HEADROOM, low * _HEADROOM + self._floor)


def _pen(series: Series, width: int, is_dashed: bool) -> QPen:
    style = Qt.PenStyle.DashLine if is_dashed else Qt.PenStyle.SolidLine
    pen: QPen = pg.mkPen(series.colour, width=width, style=style)
    return pen


def _axis(side: str) -> pg.AxisItem:
    axis = pg.AxisItem(side, pen=COLOURS.quiet, textPen=COLOURS.quiet, maxTickLength=-3)
    axis.enableAutoSIPrefix(False)
    return axis

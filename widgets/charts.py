"""Curves over time: flicker, drift, compute time, pinned points."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, QSize, Qt, QTimer
from PyQt6.QtGui import (
    QColor,
    QFontMetricsF,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from widgets import pane_paint, theme
from widgets.theme import COLOURS, SPACE

Float64 = NDArray[np.float64]

HISTORY = 600
REFRESH_MS = 200
MARKS = theme.BREAK_COLOURS
_MOST_MARKS = 32
_HEADROOM = 1.08


@dataclass(frozen=True, slots=True)
class Series:
    """Appearance of a curve: its name in the header, "#rrggbb", and whether it is dashed."""

    name: str
    colour: str
    is_dashed: bool = False


LANES: Mapping[str, Series] = {
    "a": Series("A", theme.LANE_A),
    "b": Series("B", theme.LANE_B),
}


def pin_series(pins: int) -> dict[str, Series]:
    """Series "a1", "b1", "a2", ... for pinned points: the pin's colour, lane B dashed."""
    return {
        f"{lane}{pin + 1}": Series(f"{lane.upper()}{pin + 1}", theme.PIN_COLOURS[pin], lane == "b")
        for pin in range(pins)
        for lane in ("a", "b")
    }


class TimeChart(QWidget):
    """The last frames of a few numbers, newest at the right, the latest values in the header.

    `append` only stores; the curves are redrawn at most every `REFRESH_MS` and only while visible.
    `floor` is the smallest maximum of the vertical axis, so that noise of a steady value does not
    fill the chart.
    """

    def __init__(
        self,
        title: str,
        unit: str,
        series: Mapping[str, Series] = LANES,
        history: int = HISTORY,
        floor: float = 1e-6,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._title, self._unit = title, unit
        self._history, self._floor = history, floor
        self._series: dict[str, Series] = {}
        self._curves: dict[str, pg.PlotCurveItem] = {}
        self._values = np.empty((0, 0))
        self._count = 0
        self._marks: deque[tuple[int, str]] = deque(maxlen=_MOST_MARKS)
        self._mark_lines: list[pg.InfiniteLine] = []
        self._frames: deque[int] = deque(maxlen=history)
        self._box, self._plot = self._make_plot()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self.set_series(series)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(title)

    def set_series(self, series: Mapping[str, Series]) -> None:
        """Plot other curves; stored values are discarded."""
        for curve in self._curves.values():
            self._box.removeItem(curve)
        self._series = dict(series)
        self._curves = {key: self._make_curve(one) for key, one in series.items()}
        self._values = np.full((len(series), 2 * self._history), np.nan)
        self.clear()

    def append(self, frame_index: int, values: Mapping[str, float]) -> None:
        """Store one frame's values by series; a missing one leaves a gap.

        Raises
        ------
        KeyError
            For a series that is not plotted.
        """
        unknown = values.keys() - self._series.keys()
        if unknown:
            raise KeyError(f"{self._title} has no series {sorted(unknown)}")
        if self._count == self._values.shape[1]:
            # Moving half of the buffer every `history` frames keeps all other appends cheap.
            self._values[:, : self._history] = self._values[:, self._history :]
            self._count = self._history
        for row, key in enumerate(self._series):
            self._values[row, self._count] = values.get(key, math.nan)
        self._count += 1
        self._frames.append(frame_index)
        self._schedule_refresh()

    def mark(self, frame_index: int, kind: str) -> None:
        """Draw a line at a frame.

        Parameters
        ----------
        kind
            "cut" or "reset".

        Raises
        ------
        ValueError
            For another kind.
        """
        if kind not in MARKS:
            raise ValueError(f"a mark is one of {tuple(MARKS)}, not {kind!r}")
        self._marks.append((frame_index, kind))
        self._schedule_refresh()

    @property
    def is_empty(self) -> bool:
        """Whether no value was stored since it was made or cleared."""
        return self._count == 0

    @property
    def marks(self) -> tuple[tuple[int, str], ...]:
        """Frame and kind of each mark."""
        return tuple(self._marks)

    @property
    def axis_span(self) -> tuple[float, float]:
        """The lowest and the highest value that the vertical axis reaches."""
        low, high = self._box.viewRange()[1]
        return low, high

    def drawn(self, key: str) -> NDArray[np.float64]:
        """(n,) values that the curve of a series shows, the oldest first."""
        values = self._curves[key].getData()[1]
        return np.empty(0) if values is None else np.asarray(values)

    def clear(self) -> None:
        """Discard values and marks."""
        self._values[:] = np.nan
        self._count = 0
        self._frames.clear()
        self._marks.clear()
        self.refresh()

    def latest(self) -> dict[str, float]:
        """The newest value of each series; NaN where there is none."""
        if self._count == 0:
            return dict.fromkeys(self._series, math.nan)
        column = self._values[:, self._count - 1]
        return dict(zip(self._series, map(float, column), strict=True))

    def refresh(self) -> None:
        """Draw the stored values now."""
        window = self._values[:, max(0, self._count - self._history) : self._count]
        ago = np.arange(1 - window.shape[1], 1, dtype=np.float64)
        for row, curve in enumerate(self._curves.values()):
            curve.setData(ago, window[row], connect="finite", skipFiniteCheck=False)
        self._box.setXRange(1 - self._frames_shown(window.shape[1]), 0, padding=0.01)
        self._box.setYRange(*self._span(window), padding=0)
        self._left.setStyle(showValues=bool(np.isfinite(window).any()))
        self._place_marks()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 72)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        top = round(pane_paint.header_height(self.font()))
        self._plot.setGeometry(0, top, self.width(), max(1, self.height() - top))

    def showEvent(self, _event: QShowEvent | None) -> None:
        """Draw values that arrived while hidden."""
        self.refresh()

    def hideEvent(self, _event: QHideEvent | None) -> None:
        """Stop the timer while the chart is invisible."""
        self._timer.stop()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        area = QRectF(0, 0, self.width(), pane_paint.header_height(self.font()))
        header = pane_paint.Header(self._title, badge=self._unit)
        pane_paint.draw_header(painter, area, header, self.font())
        self._draw_latest(painter, area)
        painter.end()

    def _draw_latest(self, painter: QPainter, area: QRectF) -> None:
        """Draw the newest values at the right, in their curves' colours, as many as fit."""
        font = theme.numbers_font(theme.small_font(self.font()))
        metrics = QFontMetricsF(font)
        title = QFontMetricsF(theme.bold_font(self.font())).horizontalAdvance(self._title)
        least = title + metrics.horizontalAdvance(self._unit) + 5 * SPACE
        right = area.right() - SPACE
        painter.setFont(font)
        for key, value in reversed(self.latest().items()):
            series = self._series[key]
            text = f"{series.name} {short_number(value)}"
            width = metrics.horizontalAdvance(text) + 1
            if right - width < least:
                break
            painter.setPen(QColor(series.colour))
            box = QRectF(right - width, area.top(), width, area.height())
            painter.drawText(box, pane_paint.MIDDLE_RIGHT, text)
            right -= width + SPACE

    def _make_plot(self) -> tuple[pg.ViewBox, pg.GraphicsView]:
        """Make view box and view, with frames ago below and values at the left, without mouse.

        A PlotItem would bring menus that outlive it and controls that are not needed.
        """
        view = pg.GraphicsView(self, background=COLOURS.background)
        view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(0, SPACE, SPACE, 0)
        layout.setSpacing(0)
        box = pg.ViewBox(enableMouse=False, enableMenu=False)
        box.disableAutoRange()
        box.setXRange(1 - self._history, 0, padding=0.01)
        left, bottom = _axis("left"), _axis("bottom")
        left.setWidth(48)
        self._left = left
        left.linkToView(box)
        bottom.linkToView(box)
        layout.addItem(left, 0, 0)
        layout.addItem(box, 0, 1)
        layout.addItem(bottom, 1, 1)
        view.setCentralItem(layout)
        return box, view

    def _make_curve(self, series: Series) -> pg.PlotCurveItem:
        style = Qt.PenStyle.DashLine if series.is_dashed else Qt.PenStyle.SolidLine
        curve = pg.PlotCurveItem(pen=pg.mkPen(series.colour, width=1, style=style), antialias=True)
        self._box.addItem(curve)
        return curve

    def _frames_shown(self, stored: int) -> int:
        """Frames to show: fewer while the history fills, so that curves have a useful width."""
        parts = (self._history // part for part in (10, 5, 2))
        return next((part for part in parts if part >= max(stored, 2)), self._history)

    def _span(self, window: Float64) -> tuple[float, float]:
        finite = window[np.isfinite(window)]
        if not finite.size:
            return 0.0, self._floor
        low, high = min(0.0, float(finite.min())), float(finite.max())
        return low * _HEADROOM, max(high * _HEADROOM, low * _HEADROOM + self._floor)

    def _place_marks(self) -> None:
        newest_first: dict[int, int] = {}
        for ago, frame in enumerate(reversed(self._frames)):
            newest_first.setdefault(frame, -ago)
        wanted = [
            (newest_first[frame], MARKS[kind])
            for frame, kind in self._marks
            if frame in newest_first
        ]
        while len(self._mark_lines) < len(wanted):
            line = pg.InfiniteLine(angle=90, movable=False)
            self._mark_lines.append(line)
            self._box.addItem(line, ignoreBounds=True)
        for place, line in enumerate(self._mark_lines):
            line.setVisible(place < len(wanted))
            if place < len(wanted):
                line.setPos(wanted[place][0])
                line.setPen(pg.mkPen(wanted[place][1], width=1, style=Qt.PenStyle.DotLine))

    def _schedule_refresh(self) -> None:
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()


def short_number(value: float) -> str:
    """A value with three digits and no exponent; a dash for none."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0 or abs(value) < 1e-6:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(decimals, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _axis(side: str) -> pg.AxisItem:
    axis = pg.AxisItem(side, pen=COLOURS.border, textPen=COLOURS.faint, maxTickLength=-3)
    axis.enableAutoSIPrefix(False)
    return axis

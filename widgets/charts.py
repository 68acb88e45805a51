"""Curves over time: flicker, drift, compute time, pinned points."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPointF, QSize, Qt, QTimer
from PyQt6.QtGui import (
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from widgets import header_paint, theme
from widgets.chart_header import MIDDLE_RIGHT, draw_chart_header
from widgets.chart_history import ChartHistory
from widgets.chart_plot import ChartPlot
from widgets.chart_series import LANES, Series, short_number
from widgets.plain import Label
from widgets.theme import SPACE

HISTORY = 600
REFRESH_MS = 200
PLOT_PX = 70
"""Height of a plot, to which come the header and the numbers below it."""
MARKS = tuple(theme.BREAKS)
_MOST_MARKS = 32


class TimeChart(QWidget):
    """The last frames of a few numbers, newest at the right, the latest values in the header.

    Where a value is missing the curve has a gap, and a line of text says why. Under the cursor the
    header shows that frame's values in place of the latest.

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
        self._title, self._unit, self._history = title, unit, history
        self._series: dict[str, Series] = {}
        self._kept = ChartHistory((), history)
        self._ago: int | None = None  # of the frame under the cursor
        self._marks: deque[tuple[int, str]] = deque(maxlen=_MOST_MARKS)
        self._plot = ChartPlot(history, floor, self)
        self._why = Label("", self)
        self._why.setProperty("role", "small")
        self._why.setAlignment(MIDDLE_RIGHT)
        self._why.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self.set_series(series)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(title)
        self.setMouseTracking(True)

    # -- values in ---------------------------------------------------------------------------

    def set_unit(self, unit: str) -> None:
        """Plot in another unit; values stored in the last one are discarded."""
        if unit != self._unit:
            self._unit = unit
            self.clear()

    def set_series(self, series: Mapping[str, Series]) -> None:
        """Plot other curves; stored values are discarded."""
        self._series = dict(series)
        self._plot.set_series(series)
        self._kept = ChartHistory(tuple(series), self._history)
        self.clear()

    def append(
        self,
        frame_index: int,
        values: Mapping[str, float],
        missing: Mapping[str, str] | None = None,
    ) -> None:
        """Store one frame's values by series; one that is not there leaves a gap.

        Parameters
        ----------
        frame_index
            The frame.
        values
            By series.
        missing
            Why a series has no value, such as "cut", by series.

        Raises
        ------
        KeyError
            For a series that is not plotted.
        """
        unknown = values.keys() - self._series.keys()
        if unknown:
            raise KeyError(f"{self._title} has no series {sorted(unknown)}")
        self._kept.add(frame_index, values, missing or {})
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
            raise ValueError(f"a mark is one of {MARKS}, not {kind!r}")
        self._marks.append((frame_index, kind))
        self._schedule_refresh()

    def clear(self) -> None:
        """Discard values and marks."""
        self._kept.clear()
        self._marks.clear()
        self.refresh()

    # -- what is shown -----------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        """Whether no value was stored since it was made or cleared."""
        return len(self._kept) == 0

    @property
    def marks(self) -> tuple[tuple[int, str], ...]:
        """Frame and kind of each mark."""
        return tuple(self._marks)

    @property
    def unit(self) -> str:
        """What the values are in."""
        return self._unit

    @property
    def axis_span(self) -> tuple[float, float]:
        """The lowest and the highest value that the vertical axis reaches."""
        return self._plot.span

    @property
    def why_missing(self) -> str:
        """Why the newest frame, or the one under the cursor, has no value of some series."""
        return self._why.text()

    @property
    def reading(self) -> str:
        """The values of the newest frame, or of the one under the cursor, on one line."""
        if self.is_empty:
            return f"{self._title}: no values yet"
        reasons = self._kept.missing_at(self._ago or 0)
        parts = []
        for key, value in self._kept.at(self._ago or 0).items():
            why = f" ({reasons[key]})" if key in reasons else ""
            parts.append(f"{self._series[key].name} {short_number(value)}{why}")
        frame = self._kept.frames[-1 - (self._ago or 0)]
        return f"{self._title} at frame {frame}, {self._unit}: {', '.join(parts)}"

    def drawn(self, key: str) -> NDArray[np.float64]:
        """(n,) values that the curve of a series shows, the oldest first."""
        return self._plot.drawn(key)

    def drawn_alone(self, key: str) -> NDArray[np.float64]:
        """(n,) values between gaps, which a stroke shows each."""
        return self._plot.drawn_alone(key)

    def named(self, key: str) -> tuple[str, float] | None:
        """The name at a curve's end and the value it stands at; None without one."""
        return self._plot.named(key)

    def place_of(self, ago: int) -> QPointF:
        """Where the frame `ago` frames before the newest is drawn."""
        return QPointF(self._plot.x() + self._plot.x_of(ago), self.height() / 2)

    def latest(self) -> dict[str, float]:
        """The newest value of each series; NaN where there is none."""
        return self._kept.at(0)

    def refresh(self) -> None:
        """Draw the stored values now."""
        self._plot.draw(self._kept.window)
        newest_first: dict[int, int] = {}
        for ago, frame in enumerate(reversed(self._kept.frames)):
            newest_first.setdefault(frame, ago)
        self._plot.mark(
            [
                (newest_first[frame], theme.break_colour(kind))
                for frame, kind in self._marks
                if frame in newest_first
            ]
        )
        self._show_frame()

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(320, PLOT_PX + round(2 * header_paint.header_height(self.font())))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 72)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Place the plot below the header, whose height goes by the type."""
        top = round(header_paint.header_height(self.font()))
        self._plot.setGeometry(0, top, self.width(), max(1, self.height() - top))
        line = self._why.sizeHint().height()
        self._why.setGeometry(SPACE, top, max(1, self.width() - 2 * SPACE), line)

    def showEvent(self, _event: QShowEvent | None) -> None:
        """Draw values that arrived while hidden."""
        self.refresh()

    def hideEvent(self, _event: QHideEvent | None) -> None:
        """Stop the timer while the chart is invisible."""
        self._timer.stop()

    def changeEvent(self, event: QEvent | None) -> None:
        """Draw in the colours of another scheme, and in type of another size."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out()
            self.updateGeometry()
        if event is not None and event.type() == QEvent.Type.StyleChange:
            self._plot.use_colours(self._series)
            self.refresh()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None:
            ago = self._plot.ago_at(event.position() - QPointF(self._plot.pos()))
            self._ago = ago if 0 <= ago < len(self._kept) else None
            self._show_frame()

    def leaveEvent(self, _event: QEvent | None) -> None:
        """Show the latest values again."""
        self._ago = None
        self._show_frame()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        title = self._title
        if self._ago is not None and not self.is_empty:
            title = f"{title}, frame {self._kept.frames[-1 - self._ago]}"
        values = [
            (f"{self._series[key].name} {short_number(value)}", self._series[key].colour)
            for key, value in reversed(self._kept.at(self._ago or 0).items())
        ]
        painter = QPainter(self)
        draw_chart_header(painter, self.width(), self.font(), title, self._unit, values)
        painter.end()

    # -- inside ------------------------------------------------------------------------------

    def _show_frame(self) -> None:
        """Mark the frame under the cursor, and say why values are missing there or in the latest.

        A history that has become shorter ends the marking.
        """
        if self._ago is not None and self._ago >= len(self._kept):
            self._ago = None
        self._plot.set_cursor_line(self._ago)
        names = {key: series.name for key, series in self._series.items()}
        self._why.setText(self._kept.why_missing_at(self._ago or 0, names))
        self._why.setVisible(bool(self._why.text()))
        self.update()

    def _schedule_refresh(self) -> None:
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

"""Charts under the pictures: flicker, drift, compute time and pinned points of both lanes."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPoint, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.core.results import Analysis, AnalysisPart, Breaks, FrameResult
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from widgets.pane_content import CALIBRATED
from widgets.theme import SPACE_XS

if TYPE_CHECKING:
    from widgets.charts import TimeChart


class ChartsController(FeatureController):
    """Makes the charts when they are first shown, and adds to them while they are visible.

    Attributes
    ----------
    menu_requested
        Emitted with a chart's name and the point of it, a QPoint, where a menu is wanted.
    """

    menu_requested = pyqtSignal(str, QPoint)

    def __init__(
        self,
        holder: QWidget,
        model: SettingsModel,
        controller: Controller,
        display: Display,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._holder = holder
        self._model = model
        self._controller = controller
        self._row: QWidget | None = None
        self.charts: dict[str, TimeChart] = {}
        self._segment = -1
        self._last_index = -1
        self._breaks: Breaks | None = None
        self._unsubscribe = model.subscribe(self._on_settings)
        controller.pins_changed.connect(self._on_pins)
        display.shown.connect(self.show)

    def start(self) -> None:
        """Show the charts if the settings say so."""
        self._show_row(self._model.value.charts)

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    def show(self, result: FrameResult) -> None:
        """Append a frame's numbers, if the charts are visible."""
        if self._row is None or not self._row.isVisible():
            return
        index = result.frame.index
        is_same = (result.frame.segment, index) == (self._segment, self._last_index)
        if is_same:  # paused: only a point pinned since then adds to the charts
            if self.charts["pins"].is_empty:
                self._append_pins(result)
            return
        if kind := self._break_before(result):
            for chart in self.charts.values():
                chart.mark(index, kind)
        self._breaks = result.breaks
        self._segment, self._last_index = result.frame.segment, index
        self.charts["compute"].append(
            index, {name: lane.compute_ms for name, lane in result.lanes.items()}
        )
        flicker = result.analysis.flicker if result.analysis is not None else None
        lanes = flicker.lanes if flicker is not None else {}
        missing = _why_missing(result)
        measured = {
            "flicker": {n: lane.flicker for n, lane in lanes.items()},
            "scale": {n: 100 * (lane.scale - 1) for n, lane in lanes.items()},
            "shift": {n: 100 * lane.shift for n, lane in lanes.items()},
        }
        for name, values in measured.items():
            self.charts[name].append(index, values, missing)
        self._append_pins(result)

    def _break_before(self, result: FrameResult) -> str:
        """Return the kind of mark between the last charted frame and this one."""
        if self._breaks is None:
            return ""
        if result.breaks.cuts != self._breaks.cuts:
            return "cut"
        is_elsewhere = result.frame.segment != self._segment
        return "reset" if is_elsewhere or result.breaks != self._breaks else ""

    def _append_pins(self, result: FrameResult) -> None:
        if self._controller.pins and result.analysis is not None:
            is_metric = any(lane.calibration is not None for lane in result.lanes.values())
            chart = self.charts["pins"]
            chart.set_unit(CALIBRATED if is_metric else "disparity")
            values, missing = _pin_values(result, len(self._controller.pins), is_metric)
            if values or missing:
                chart.append(result.frame.index, values, missing)

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        if "charts" in changed:
            self._show_row(settings.charts)

    def _show_row(self, visible: bool) -> None:
        if visible and self._row is None:
            self._make()
        if self._row is not None:
            self._row.setVisible(visible)

    def _on_pins(self) -> None:
        if self._row is None:
            return
        pins = len(self._controller.pins)
        self.charts["pins"].setVisible(pins > 0)
        if pins:
            from widgets.chart_series import pin_series

            self.charts["pins"].set_series(pin_series(pins))

    def _make(self) -> None:
        from widgets.chart_series import pin_series
        from widgets.charts import TimeChart  # loads pyqtgraph

        self._row = QWidget()
        line = QHBoxLayout(self._row)
        line.setContentsMargins(0, SPACE_XS, 0, 0)
        line.setSpacing(SPACE_XS)
        self.charts = {
            "flicker": TimeChart("Flicker", "OPW", floor=0.02),
            "scale": TimeChart("Scale drift", "%", floor=1.0),
            "shift": TimeChart("Shift drift", "%", floor=1.0),
            "compute": TimeChart("Compute", "ms", floor=10.0),
            "pins": TimeChart("Pinned points", "disparity", pin_series(1)),
        }
        for name, chart in self.charts.items():
            chart.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            chart.customContextMenuRequested.connect(partial(self.menu_requested.emit, name))
            line.addWidget(chart)
        self._row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = self._holder.layout()
        if layout is not None:
            layout.addWidget(self._row)
        self._on_pins()


def _why_missing(result: FrameResult) -> dict[str, str]:
    """Why lanes have no flicker at this frame, by lane."""
    analysis = result.analysis or Analysis()
    measured = analysis.flicker.lanes if analysis.flicker is not None else {}
    failed = "failed" if AnalysisPart.FLICKER in analysis.failures else "warming up"
    reasons = {
        name: measured[name].missing if name in measured else failed for name in result.lanes
    }
    return {name: reason for name, reason in reasons.items() if reason}


def _pin_values(
    result: FrameResult, pins: int, is_metric: bool
) -> tuple[dict[str, float], dict[str, str]]:
    """Return the values at the first `pins` points by series, such as "a1", and why some lack.

    They are disparity, or metres where a lane was calibrated; lanes that were not have none then.
    """
    values: dict[str, float] = {}
    missing: dict[str, str] = {}
    at_pins = result.analysis.pins if result.analysis is not None else {}
    for name, disparities in at_pins.items():
        lane = result.lanes.get(name)
        to_metres = lane.to_metres if is_metric and lane is not None else None
        for at, disparity in enumerate(disparities[:pins]):
            key = f"{name}{at + 1}"
            if is_metric and to_metres is None:
                missing[key] = "relative, other network"
            elif not math.isfinite(disparity):
                missing[key] = "unknown"
            else:
                value = disparity if to_metres is None else to_metres.at(disparity)
                values[key] = value if math.isfinite(value) else math.nan
    return values, missing

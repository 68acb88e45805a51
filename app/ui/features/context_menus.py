"""The menus under the right mouse button: on pictures, on the point cloud and on charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QObject, QPoint
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QMenu, QWidget

from app.core.results import FrameResult
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.charts import ChartsController
from app.ui.features.feature import FeatureController
from app.ui.features.snapshots import SnapshotController
from app.ui.main_window import MainWindow
from app.ui.readings import colour_at, disparity_at
from widgets.arrangement import PANES
from widgets.image_pane import ImagePane


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu: its words, what it does, and whether that is possible now."""

    words: str
    run: Callable[[], object]
    is_possible: bool = True


class ContextMenuController(FeatureController):
    """Offers what can be done with the pane or chart that was clicked."""

    def __init__(
        self,
        window: MainWindow,
        display: Display,
        controller: Controller,
        charts: ChartsController,
        snapshots: SnapshotController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._display = display
        self._controller = controller
        self._charts = charts
        self._snapshots = snapshots
        window.stage.menu_requested.connect(self._on_pane)
        charts.menu_requested.connect(self._on_chart)

    def pane_entries(self, name: str, at: QPoint) -> list[Entry]:
        """Return the menu of a pane that was clicked at a point of it."""
        pane, of_frame = self._window.stage.pane(name), self._window.stage.frame.get(name)
        first = self._picture_entries(of_frame, at) if of_frame is not None else []
        if pane is self._window.cloud:
            first = self._cloud_entries()
        is_enlarged = self._window.stage.enlarged_pane == name
        words = "Restore all panes" if is_enlarged else "Enlarge this pane"
        enlarge = partial(self._window.stage.enlarge, None if is_enlarged else name)
        entries = [
            *first,
            Entry("Save picture…", partial(self._save, pane, name)),
            Entry(words, enlarge),
        ]
        if name in PANES:
            hide = partial(self._controller.toggle_pane, PANES.index(name))
            entries.append(Entry("Hide this pane", hide, len(self._window.stage.shown()) > 1))
        return entries

    def chart_entries(self, name: str) -> list[Entry]:
        """Return the menu of a chart."""
        chart = self._charts.charts[name]
        return [
            Entry("Copy values", partial(self._copy, chart.reading)),
            Entry("Save picture…", partial(self._save, chart, name)),
            Entry("Clear this chart", chart.clear, not chart.is_empty),
            Entry("Hide charts", partial(self._controller.set, "charts", False)),
        ]

    # -- inside --------------------------------------------------------------------------------

    def _picture_entries(self, pane: ImagePane, at: QPoint) -> list[Entry]:
        point, result = pane.picture_point(at), self._display.last
        reading = values_at(result, *point) if result is not None and point is not None else ""
        share = (0.0, 0.0)
        if result is not None and point is not None:
            share = (point[0] / result.frame.size[0], point[1] / result.frame.size[1])
        is_fit = self._window.view.is_fit
        return [
            Entry("Copy value", partial(self._copy, reading), bool(reading)),
            Entry("Pin here", partial(self._controller.pin, *share), bool(reading)),
            Entry("Remove pins", self._controller.clear_pins, bool(self._controller.pins)),
            Entry("Fit picture", self._window.view.reset, not is_fit),
            Entry("One to one", pane.one_to_one, point is not None),
        ]

    def _cloud_entries(self) -> list[Entry]:
        has_cloud = self._window.cloud.calibration is not None
        return [
            Entry("Reset view", self._window.cloud.reset_view, has_cloud),
            Entry("Save points…", self._snapshots.ask_for_ply, has_cloud),
        ]

    def _on_pane(self, name: str, at: QPoint) -> None:
        self._show(self.pane_entries(name, at), self._window.stage.pane(name), at)

    def _on_chart(self, name: str, at: QPoint) -> None:
        self._show(self.chart_entries(name), self._charts.charts[name], at)

    def _show(self, entries: Sequence[Entry], over: QWidget, at: QPoint) -> None:
        menu = QMenu(over)
        menu.aboutToHide.connect(menu.deleteLater)
        for entry in entries:
            action = menu.addAction(entry.words)
            if action is not None:
                action.setEnabled(entry.is_possible)
                action.triggered.connect(partial(_run, entry))
        menu.popup(over.mapToGlobal(at))

    def _copy(self, text: str) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(text)
            self.said.emit(f"Copied: {text}")

    def _save(self, widget: QWidget, name: str) -> None:
        self._snapshots.ask_for_picture(name, widget.grab().toImage())


def values_at(result: FrameResult, x: float, y: float) -> str:
    """Return what is known of a picture pixel, such as "x 3 y 4 · #a0b1c2 · A 0.5 relative"."""
    at = colour_at(result.frame, x, y)
    lanes = [f"{name.upper()} {disparity_at(lane, x, y)}" for name, lane in result.lanes.items()]
    return " · ".join([at, *lanes]) if at else ""


def _run(entry: Entry, _checked: bool = False) -> None:
    entry.run()

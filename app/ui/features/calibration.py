"""Calibrates relative disparity to metres by two points at known distances."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PyQt6.QtCore import QObject

from app.core.results import FrameResult, LaneResult
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow
from models.geometry import Calibration
from widgets.calibration_strip import CalibrationStrip
from widgets.guidance import Guidance

_PROMPTS = (
    "Click point 1 in a picture: a place whose distance you know. Keep the camera still.",
    "Type the distance of point 1 below, then click point 2 at another distance.",
    "Type the distance of point 2 below, then press Enter.",
)
"""What to do once so many points were clicked."""


@dataclass(frozen=True, slots=True)
class _Point:
    """A picture pixel that was clicked, and the disparity there at that time."""

    x: float
    y: float
    disparity: float


class CalibrationController(FeatureController):
    """Asks for two clicks and two distances, which give a and b of z = 1 / (a + b * disparity).

    They hold for the network that was clicked, until another source is opened. Setting a or b of
    the point cloud by hand, by a preset or by a lesson ends them too.
    """

    def __init__(
        self,
        window: MainWindow,
        display: Display,
        model: SettingsModel,
        controller: Controller,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._display = display
        self._model = model
        self._controller = controller
        self._points: list[_Point] | None = None
        self._lane = "a"
        self._strip: CalibrationStrip | None = None
        window.stage.picked.connect(self._on_picked)
        controller.calibration_changed.connect(self._show_note)
        controller.source_opened.connect(self.cancel)
        self._unsubscribe = model.subscribe(self._on_settings)

    def begin(self) -> None:
        """Start: the next two clicks in a picture are the two points."""
        if self._strip is None:
            self._strip = self._make_strip()
        self._points, self._lane = [], self._model.value.cloud_lane
        self._strip.show()
        self._show_step()

    def cancel(self) -> None:
        """Stop asking for points; what was in force stays in force."""
        if self._points is not None:
            self._end()
            self.said.emit("Calibration cancelled; nothing changed.")

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    @property
    def is_picking(self) -> bool:
        """Whether clicks in the pictures are for the calibration."""
        return self._points is not None

    @property
    def strip(self) -> CalibrationStrip | None:
        """The strip for the distances, once it was needed."""
        return self._strip

    # -- inside --------------------------------------------------------------------------------

    def _make_strip(self) -> CalibrationStrip:
        strip = CalibrationStrip()
        strip.applied.connect(self._apply)
        strip.cancelled.connect(self.cancel)
        strip.removed.connect(self._remove)
        self._window.add_below(strip)
        return strip

    def _show_step(self) -> None:
        if self._points is None or self._strip is None:
            return
        placed = len(self._points)
        marks = tuple((point.x, point.y) for point in self._points)
        self._window.stage.frame.set_guidance(Guidance(_PROMPTS[placed], marks))
        self._strip.show_step(self._lane, placed, self._controller.calibration is not None)

    def _end(self) -> None:
        self._points = None
        self._window.stage.frame.set_guidance(None)
        if self._strip is not None:
            self._strip.hide()

    def _on_picked(self, _pane: str, x: float, y: float) -> None:
        if self._points is None or self._strip is None:
            return
        lane = self._display.last.lanes.get(self._lane) if self._display.last else None
        if lane is None:
            self._strip.say(f"Lane {self._lane.upper()} shows nothing; turn it on first.")
            return
        point = _point_at(lane, x, y)
        if not math.isfinite(point.disparity):
            self._strip.say("There is no disparity at this point; click another one.")
            return
        self._points[1:] = [point] if self._points else []  # a third click moves the second point
        self._points = self._points or [point]
        self._show_step()

    def _apply(self) -> None:
        result = self._display.last
        lane = result.lanes.get(self._lane) if result is not None else None
        if self._points is None or self._strip is None or len(self._points) < 2:
            return
        if result is None or lane is None:
            self._strip.say(f"Lane {self._lane.upper()} shows nothing; turn it on first.")
            return
        first, second = self._points
        disparity = (first.disparity, second.disparity)
        try:
            found = Calibration.from_two_points(disparity, self._strip.distances_m)
        except ValueError as error:
            self._strip.say(f"These points do not fix the scale: {error}.")
            return
        self._end()
        self._controller.calibrate(self._lane, lane.model, found)
        self.said.emit(self._outcome(result))

    def _outcome(self, result: FrameResult) -> str:
        """Say which lanes are in metres now, and why the other one is not."""
        known = self._controller.calibration
        if known is None:
            return ""
        names = [name.upper() for name, lane in result.lanes.items() if known.of(lane)]
        metric = "Both lanes are" if len(names) > 1 else f"Lane {''.join(names)} is"
        others = [name.upper() for name in result.lanes if name.upper() not in names]
        rest = [f"; lane {name} stays relative: it runs another network" for name in others]
        return f"{metric} in metres until the source changes{''.join(rest)}."

    def _remove(self) -> None:
        self._end()
        self._controller.set_calibration(None)
        self.said.emit("The calibration has ended; depth is relative again.")

    def _show_note(self) -> None:
        known = self._controller.calibration
        note = ""
        if known is not None:
            found = known.calibration
            note = (
                f"Calibrated by two points on lane {known.lane.upper()}, until the source changes: "
                f"a = {found.offset:.4f}, b = {found.gain:.4f}"
            )
        self._window.inspector.cloud.set_calibration_note(note)

    def _on_settings(self, _settings: Settings, changed: frozenset[str]) -> None:
        if changed & {"cloud_offset", "cloud_gain"}:  # by hand, by a preset or by a lesson
            self._controller.set_calibration(None)


def _point_at(lane: LaneResult, x: float, y: float) -> _Point:
    height, width = lane.depth.disparity.shape
    column, row = min(width - 1, max(0, int(x))), min(height - 1, max(0, int(y)))
    return _Point(x, y, float(lane.depth.disparity[row, column]))

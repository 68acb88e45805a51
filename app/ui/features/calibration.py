"""Calibrates relative disparity to metres by two points at known distances."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject

from app.settings.settings import Settings, SettingsModel
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.main_window import MainWindow
from models.geometry import Calibration
from widgets.plain import InputDialog


class CalibrationController(FeatureController):
    """Asks for two clicks and two distances and sets a and b of z = 1 / (a + b * disparity)."""

    def __init__(
        self,
        window: MainWindow,
        display: Display,
        model: SettingsModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._display = display
        self._model = model
        self._points: list[tuple[float, float]] | None = None
        self._dialog: InputDialog | None = None
        window.stage.picked.connect(self._on_picked)
        self._unsubscribe = model.subscribe(self._on_settings)

    def begin(self) -> None:
        """Start: the next two clicks in a picture are the two points."""
        self._points = []
        self.said.emit("Click a point at a known distance and keep the camera still; Esc cancels.")

    def cancel(self) -> None:
        """Stop asking for points; a and b keep their values."""
        if self._points is not None:
            self._points = None
            self.said.emit("Calibration cancelled; depth shift and scale are unchanged.")

    def close(self) -> None:
        """Stop following the settings."""
        self._unsubscribe()

    @property
    def is_picking(self) -> bool:
        """Whether clicks in the pictures are for the calibration."""
        return self._points is not None

    def take(self, disparity: float, distance_m: float) -> None:
        """Take one of the two points.

        Parameters
        ----------
        disparity
            Disparity at the point.
        distance_m
            Its distance along the viewing direction, in metres.
        """
        if self._points is None:
            return
        self._points.append((disparity, distance_m))
        if len(self._points) < 2:
            self.said.emit("Now click a second point at a different distance.")
            return
        (d0, z0), (d1, z1) = self._points
        self._points = None
        try:
            found = Calibration.from_two_points((d0, d1), (z0, z1))
        except ValueError as error:
            self.said.emit(f"These points do not fix the scale: {error}; start again.")
            return
        self._model.replace(cloud_offset=found.offset, cloud_gain=found.gain)
        note = f"Metric, from two points: a = {found.offset:.4f}, b = {found.gain:.4f}"
        self._window.inspector.cloud.set_calibration_note(note)
        self.said.emit(f"{note}.")

    def _on_settings(self, _settings: Settings, changed: frozenset[str]) -> None:
        if changed & {"cloud_offset", "cloud_gain"}:  # by hand, by a preset, or by take()
            self._window.inspector.cloud.set_calibration_note("")

    def _on_picked(self, _pane: str, x: float, y: float) -> None:
        result = self._display.last
        if self._points is None or self._dialog is not None or result is None:
            return
        lane = result.lanes.get(self._model.value.cloud_lane)
        if lane is None:
            self.said.emit("The point cloud's lane is off; turn it on first.")
            return
        height, width = lane.depth.disparity.shape
        column, row = min(width - 1, max(0, int(x))), min(height - 1, max(0, int(y)))
        disparity = float(lane.depth.disparity[row, column])
        if not math.isfinite(disparity):
            self.said.emit("There is no disparity at this point; click another one.")
            return
        self._ask(disparity)

    def _ask(self, disparity: float) -> None:
        dialog = InputDialog(self._window)
        dialog.setInputMode(InputDialog.InputMode.DoubleInput)
        dialog.setWindowTitle("Known distance")
        dialog.setLabelText("Distance from the camera to this point, in metres:")
        dialog.setDoubleRange(0.05, 500.0)
        dialog.setDoubleDecimals(2)
        dialog.setDoubleValue(1.0 if not self._points else 3.0)

        def accepted(distance_m: float) -> None:
            self.take(disparity, distance_m)

        dialog.doubleValueSelected.connect(accepted)
        dialog.finished.connect(self._forget_dialog)
        self._dialog = dialog
        dialog.open()

    def _forget_dialog(self, _code: int) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

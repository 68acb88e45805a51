"""Saving what is on screen: the window, a pane, the numbers, the points."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import numpy as np
import platformdirs
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog

from app.display import Display, cloud_options
from app.settings import SettingsModel
from app.window import MainWindow
from models.errors import UserError
from models.frames import Unit
from renderers import colormap
from renderers.ply import write_ply
from renderers.point_cloud import CloudColour, calibration_in_force, cloud_points

log = logging.getLogger(__name__)


class SnapshotDesk(QObject):
    """Writes files of the result on screen.

    said : one sentence about what was saved or why not.
    """

    said = pyqtSignal(str)

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

    def save(self) -> None:
        """A folder of this moment: window.png, its panes, disparity arrays, cloud.ply."""
        result = self._display.last
        if result is None:
            self.said.emit("There is no picture to save yet.")
            return
        base = Path(platformdirs.user_pictures_dir()) / "FlashDepth Live"
        folder = base / time.strftime("%Y-%m-%d %H.%M.%S")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._window.grab().save(str(folder / "window.png"))
            for name in self._window.stage.shown():
                if name != "cloud":
                    self._window.stage.pane(name).grab().save(str(folder / f"{name}.png"))
            for name, lane in result.lanes.items():
                np.save(folder / f"disparity_{name}.npy", lane.depth.disparity)
            if self._model.value.cloud_lane in result.lanes:
                self.write_cloud(folder / "cloud.ply")
        except OSError as error:
            self.said.emit(f"The snapshot could not be saved: {error.strerror or error}.")
            return
        except UserError as error:
            self.said.emit(str(error))
            return
        self.said.emit(f"Saved to {folder}")

    def ask_for_ply(self) -> None:
        """Ask where to, then save the cloud at full resolution."""
        dialog = QFileDialog(self._window, "Save the point cloud", "cloud.ply")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Point cloud (*.ply)")
        dialog.setDefaultSuffix("ply")
        dialog.fileSelected.connect(self._save_ply)
        dialog.open()

    def _save_ply(self, path: str) -> None:
        try:
            count = self.write_cloud(Path(path))
        except UserError as error:
            self.said.emit(str(error))
            return
        self.said.emit(f"{count} points saved to {path}")

    def write_cloud(self, path: Path) -> int:
        """Every point of the cloud's lane, not only the drawn ones; returns how many.

        Raises UserError where there is nothing to save or it cannot be written.
        """
        settings = self._model.value
        result = self._display.last
        lane = result.lanes.get(settings.cloud_lane) if result is not None else None
        if result is None or lane is None:
            raise UserError(f"Lane {settings.cloud_lane.upper()} shows nothing to save.")
        wanted = cloud_options(settings)
        unit = lane.depth.unit
        options = type(wanted)(
            stride=1,
            edge_ratio=wanted.edge_ratio,
            calibration=calibration_in_force(wanted, lane.display_range, unit),
            fov_deg=wanted.fov_deg,
        )
        colours = result.frame.rgb
        if wanted.colour is CloudColour.DISPARITY:
            colours = colormap.apply(lane.levels, colormap.table(settings.colormap))
        points, tints = cloud_points(
            colours, lane.depth.disparity, options, result.frame.intrinsics
        )
        metric = unit is Unit.INVERSE_METRE or settings.cloud_gain > 0
        comment = f"unit: {'metre' if metric else 'arbitrary (relative disparity)'}"
        write_ply(path, points, tints, comment)
        return len(points)

"""Saving what is on screen: the window, a pane, the numbers, the points."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import platformdirs
from PyQt6.QtCore import QObject, QPoint, QRect
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QFileDialog

from app.core.results import FrameResult
from app.settings.settings import Settings, SettingsModel
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.features.job import IsCancelled, Job, Report
from app.ui.main_window import MainWindow
from app.ui.resolve import cloud_options
from models.errors import UserError
from models.frames import Unit
from renderers import colormap
from renderers.ply import write_ply
from renderers.point_cloud import CloudColour, calibration_in_force, cloud_points

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What was on screen at one time. Neither pictures nor arrays change any more.

    Attributes
    ----------
    pictures
        By file name without ending.
    """

    settings: Settings
    result: FrameResult
    pictures: Mapping[str, QImage]


class SnapshotController(FeatureController):
    """Writes files of the result on screen, on a thread of their own.

    Attributes
    ----------
    said
        One sentence about what was saved or why not.
    """

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
        self._job = Job(window, self, silent=True)
        self._job.done.connect(self._on_done)
        window.snapshot_button.clicked.connect(self.save)

    def save(self) -> None:
        """A folder of this moment: window.png, its panes, disparity arrays, cloud.ply."""
        base = Path(platformdirs.user_pictures_dir()) / "FlashDepth Live"
        folder = base / time.strftime("%Y-%m-%d %H.%M.%S")
        if self._is_free() and self._display.last is not None:
            moment = Snapshot(self._model.value, self._display.last, self._pictures())
            self._job.start("Snapshot", partial(_written, partial(write_moment, folder, moment)))

    def ask_for_ply(self) -> None:
        """Ask where to, then save the cloud at full resolution."""
        file = Path(platformdirs.user_pictures_dir()) / "cloud.ply"
        dialog = QFileDialog(self._window, "Save the point cloud", str(file))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Point cloud (*.ply)")
        dialog.setDefaultSuffix("ply")
        dialog.fileSelected.connect(self.save_ply)
        dialog.open()

    def save_ply(self, path: str) -> None:
        """Save every point of the cloud's lane, not only the drawn ones."""
        if self._is_free() and self._display.last is not None:
            moment = Snapshot(self._model.value, self._display.last, {})
            self._job.start("Points", partial(_written, partial(write_cloud, Path(path), moment)))

    def close(self) -> None:
        """Wait for what is being written, within bounds."""
        self._job.close()

    def _is_free(self) -> bool:
        if self._job.is_running:
            self.said.emit("The last one is still being saved; try again in a moment.")
        elif self._display.last is None:
            self.said.emit("There is no picture to save yet.")
        else:
            return True
        return False

    def _pictures(self) -> dict[str, QImage]:
        """The window as it is, and each pane cut out of it."""
        whole = self._window.grab().toImage()
        ratio = whole.devicePixelRatio()
        pictures = {"window": whole}
        for name, place in self._window.stage.pane_rects().items():
            corner = QPoint(round(place.x() * ratio), round(place.y() * ratio))
            pictures[name] = whole.copy(QRect(corner, place.size() * ratio))
        return pictures

    def _on_done(self, sentence: object) -> None:
        self.said.emit(str(sentence or "Nothing was saved; the log says why."))


def write_moment(folder: Path, moment: Snapshot) -> str:
    """Pictures, disparity arrays and points into `folder`; returns a sentence about it.

    Raises UserError or OSError where that cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in moment.pictures.items():
        if not picture.save(str(folder / f"{name}.png")):
            raise UserError(f"{name}.png could not be written to {folder}; is the disk full?")
    for name, lane in moment.result.lanes.items():
        np.save(folder / f"disparity_{name}.npy", lane.depth.disparity)
    if moment.settings.cloud_lane in moment.result.lanes:
        write_cloud(folder / "cloud.ply", moment)
    return f"Saved to {folder}"


def write_cloud(path: Path, moment: Snapshot) -> str:
    """Every point of the cloud's lane as a PLY file; returns a sentence about it.

    Raises
    ------
    UserError
        Where there is nothing to save or it cannot be written.
    """
    settings, frame = moment.settings, moment.result.frame
    lane = moment.result.lanes.get(settings.cloud_lane)
    if lane is None:
        raise UserError(f"Lane {settings.cloud_lane.upper()} shows nothing to save.")
    wanted = cloud_options(settings)
    unit = lane.depth.unit
    options = type(wanted)(
        stride=1,
        edge_ratio=wanted.edge_ratio,
        calibration=calibration_in_force(wanted, lane.display_range, unit),
        fov_deg=wanted.fov_deg,
    )
    colours = frame.rgb
    if wanted.colour is CloudColour.DISPARITY:
        colours = colormap.apply(lane.levels, colormap.table(settings.colormap))
    points, tints = cloud_points(colours, lane.depth.disparity, options, frame.intrinsics)
    metric = unit is Unit.INVERSE_METRE or settings.cloud_gain > 0
    comment = f"unit: {'metre' if metric else 'arbitrary (relative disparity)'}"
    write_ply(path, points, tints, comment)
    return f"{len(points)} points saved to {path}"


def _written(write: partial[str], _report: Report, _cancelled: IsCancelled) -> str:
    """What `write` says, or one sentence about why it could not."""
    try:
        return write()
    except OSError as error:
        log.warning("nothing was saved: %s", error)
        return f"It could not be saved: {error.strerror or error}."
    except UserError as error:
        return str(error)

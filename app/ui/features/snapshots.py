"""Saves what is on screen: the window, its panes, disparity and points."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QBuffer, QIODevice, QObject, QPoint, QRect
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QFileDialog

from app.core.results import FrameResult
from app.export.npy import write_npy
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.system.whole_files import write_whole
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.features.job import Job, ReportProgress
from app.ui.main_window import MainWindow
from app.ui.resolve import cloud_options
from models.errors import UserError
from models.progress import IsCancelled
from renderers import colormap
from renderers.cloud_options import CloudColour
from renderers.ply import write_ply
from renderers.point_cloud import calibration_in_force, cloud_points

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What was on screen at one time; neither its pictures nor its arrays change.

    Attributes
    ----------
    settings
        The settings at that time.
    result
        The result on screen.
    pictures
        Grabbed pictures by file name without suffix.
    """

    settings: Settings
    result: FrameResult
    pictures: Mapping[str, QImage]


class SnapshotController(FeatureController):
    """Writes the result on screen to files, on a thread of its own."""

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
        """Save a folder with window.png, a picture of each pane, disparity arrays and cloud.ply."""
        base = Path(platformdirs.user_pictures_dir()) / "FlashDepth Live"
        folder = base / time.strftime("%Y-%m-%d %H.%M.%S")
        if self._is_free() and self._display.last is not None:
            snapshot = Snapshot(self._model.value, self._display.last, self._pictures())
            self._job.start(
                "Snapshot", partial(_write_or_explain, partial(write_snapshot, folder, snapshot))
            )

    def ask_for_ply(self) -> None:
        """Ask for a file name, then save the point cloud in full resolution."""
        file = Path(platformdirs.user_pictures_dir()) / "cloud.ply"
        dialog = QFileDialog(self._window, "Save the point cloud", str(file))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Point cloud (*.ply)")
        dialog.setDefaultSuffix("ply")
        dialog.fileSelected.connect(self.save_ply)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_for_picture(self, name: str, picture: QImage) -> None:
        """Ask for a file name, then save a picture as PNG."""
        file = Path(platformdirs.user_pictures_dir()) / f"{name}.png"
        dialog = QFileDialog(self._window, "Save the picture", str(file))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Picture (*.png)")
        dialog.setDefaultSuffix("png")
        dialog.fileSelected.connect(partial(self.save_picture, picture))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_picture(self, picture: QImage, path: str) -> None:
        """Save a picture as PNG."""
        if self._is_free():
            self._job.start(
                "Picture", partial(_write_or_explain, partial(write_picture, Path(path), picture))
            )

    def save_ply(self, path: str) -> None:
        """Save every point of the cloud's lane, including those not drawn."""
        if self._is_free() and self._display.last is not None:
            snapshot = Snapshot(self._model.value, self._display.last, {})
            self._job.start(
                "Points", partial(_write_or_explain, partial(write_cloud, Path(path), snapshot))
            )

    def close(self) -> None:
        """Wait for the files being written, within bounds."""
        self._job.close()

    def _is_free(self) -> bool:
        if self._job.is_running:
            self.said.emit("The previous save is still running; try again in a moment.")
        elif self._display.last is None:
            self.said.emit("There is no picture to save yet.")
        else:
            return True
        return False

    def _pictures(self) -> dict[str, QImage]:
        """Grab the window and cut out each pane."""
        self._window.cloud.catch_up()
        whole = self._window.grab().toImage()
        ratio = whole.devicePixelRatio()
        pictures = {"window": whole}
        for name, place in self._window.stage.pane_rects().items():
            corner = QPoint(round(place.x() * ratio), round(place.y() * ratio))
            pictures[name] = whole.copy(QRect(corner, place.size() * ratio))
        return pictures

    def _on_done(self, sentence: object) -> None:
        self.said.emit(str(sentence or "Nothing was saved; see the log for details."))


def write_snapshot(folder: Path, snapshot: Snapshot) -> str:
    """Write pictures, disparity arrays and points to `folder` and return a sentence about it.

    Raises
    ------
    UserError
        If there are no points or they cannot be written.
    OSError
        If the folder cannot be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in snapshot.pictures.items():
        write_whole(folder / f"{name}.png", _as_png(picture))
    for name, lane in snapshot.result.lanes.items():
        write_npy(folder / f"disparity_{name}.npy", lane.depth.disparity)
    if snapshot.settings.cloud_lane in snapshot.result.lanes:
        write_cloud(folder / "cloud.ply", snapshot)
    return f"Saved in {folder}"


def write_picture(path: Path, picture: QImage) -> str:
    """Write a picture as PNG and return a sentence about it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    write_whole(path, _as_png(picture))
    return f"Saved in {path}"


def _as_png(picture: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    return bytes(buffer.data().data())


def write_cloud(path: Path, snapshot: Snapshot) -> str:
    """Write every point of the cloud's lane to a PLY file and return a sentence about it.

    Raises
    ------
    UserError
        If there is nothing to save or the file cannot be written.
    """
    settings, frame = snapshot.settings, snapshot.result.frame
    lane = snapshot.result.lanes.get(settings.cloud_lane)
    if lane is None:
        raise UserError(
            f"Lane {settings.cloud_lane.upper()} is off, so there is no point cloud to save; turn "
            "it on."
        )
    drawn = cloud_options(settings)
    unit, measured = lane.depth.unit, lane.calibration
    calibration = measured or calibration_in_force(drawn, lane.display_range, unit)
    options = dataclasses.replace(drawn, stride=1, calibration=calibration)
    colours = frame.rgb
    if drawn.colour is CloudColour.DISPARITY:
        colours = colormap.apply(lane.levels, colormap.table(settings.colormap))
    points, tints = cloud_points(colours, lane.depth.disparity, options, frame.intrinsics)
    metric = lane.to_metres is not None or settings.cloud_gain > 0
    comment = f"unit: {'metre' if metric else 'arbitrary (relative disparity)'}"
    write_ply(path, points, tints, comment)
    return f"Saved {len(points)} points to {path}"


def _write_or_explain(
    write: partial[str], _on_progress: ReportProgress, _cancelled: IsCancelled
) -> str:
    """Return what `write` returns, or one sentence about why it failed."""
    try:
        return write()
    except OSError as error:
        log.warning("nothing was saved: %s", error)
        return f"Can't save the files: {error.strerror or error}."
    except UserError as error:
        return str(error)

"""What `process` writes for each frame: arrays, 16-bit pictures, a coloured video, point clouds."""

from __future__ import annotations

import csv
import errno
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from app.core.results import FrameResult
from app.media.video_writer import VideoWriter
from models.errors import UsageError, UserError
from models.frames import Unit
from models.opencv import cv2
from renderers import colormap
from renderers.ply import write_ply
from renderers.point_cloud import CloudOptions, calibration_in_force, cloud_points


@dataclass(frozen=True, slots=True)
class Target:
    """Where exports go and at which rate a video of them plays."""

    folder: Path
    fps: float


class Exporter(Protocol):
    """Writes one kind of output, frame after frame."""

    def write(self, result: FrameResult) -> None:
        """Write what lane A saw."""
        ...

    def close(self) -> None:
        """Finish the files."""
        ...


def prepare_folder(out: Path, force: bool) -> None:
    """Make `out`, or make sure that it may be written into. Raises UsageError if it may not."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()) and not force:
            raise UsageError(f"{out} is not empty; choose another folder or add --force.")
        probe = out / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"Cannot write to {out}: {_reason(error)}; choose another folder."
        ) from error


def as_user_error(error: OSError, out: Path, frames: int) -> UserError:
    """The sentence for a write that failed after `frames` whole frames."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(
            f"The disk is full; {frames} frames are complete in {out}. Free some space and "
            "run again with --force."
        )
    return UserError(f"Writing to {out} failed after {frames} frames: {_reason(error)}.")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


class NpyExporter:
    """`npy/000000.npy`: (H, W) float32 disparity at the source's size."""

    def __init__(self, target: Target) -> None:
        self._folder = _made(target.folder / "npy")

    def write(self, result: FrameResult) -> None:
        lane = result.lanes["a"]
        np.save(self._folder / f"{result.frame.index:06d}.npy", lane.depth.disparity)

    def close(self) -> None:
        """Every file is complete already."""


class Png16Exporter:
    """`png16/000000.png`: uint16, disparity = offset + scale * value, both in `scale.csv`.

    0 stands for unknown; values 1–65535 span the frame's own range.
    """

    def __init__(self, target: Target) -> None:
        self._folder = _made(target.folder / "png16")
        self._file = (self._folder / "scale.csv").open("w", newline="", encoding="utf-8")
        self._table = csv.writer(self._file)
        self._table.writerow(["frame", "offset", "scale"])

    def write(self, result: FrameResult) -> None:
        disparity = result.lanes["a"].depth.disparity
        known = np.isfinite(disparity)
        low, high = (
            (float(disparity[known].min()), float(disparity[known].max()))
            if known.any()
            else (0.0, 0.0)
        )
        scale = (high - low) / 65534 or 1.0
        values = np.where(known, np.rint((disparity - low) / scale) + 1, 0).astype(np.uint16)
        ok, data = cv2.imencode(".png", values)
        if not ok:
            raise UserError(f"Frame {result.frame.index} could not be written as a 16-bit PNG.")
        (self._folder / f"{result.frame.index:06d}.png").write_bytes(data.tobytes())
        self._table.writerow([result.frame.index, repr(low - scale), repr(scale)])

    def close(self) -> None:
        self._file.close()


class Mp4Exporter:
    """`disparity.mp4`: disparity in colours over the stabilised range."""

    def __init__(self, target: Target) -> None:
        self._path = target.folder / "disparity.mp4"
        self._fps = target.fps
        self._table = colormap.table(colormap.COLORMAPS[0])
        self._writer: VideoWriter | None = None
        self._size = (0, 0)

    def write(self, result: FrameResult) -> None:
        picture = colormap.apply(result.lanes["a"].levels, self._table)
        if self._writer is None:
            self._size = result.frame.size
            self._writer = VideoWriter(self._path, self._size, self._fps)
        if result.frame.size != self._size:
            picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
        self._writer.write(picture)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class PlyExporter:
    """`ply/000000.ply`: coloured points. Metres only if the estimator gives metres."""

    def __init__(self, target: Target) -> None:
        self._folder = _made(target.folder / "ply")

    def write(self, result: FrameResult) -> None:
        lane = result.lanes["a"]
        unit = lane.depth.unit
        calibration = calibration_in_force(CloudOptions(), lane.display_range, unit)
        options = CloudOptions(stride=1, calibration=calibration)
        points, colours = cloud_points(
            result.frame.rgb, lane.depth.disparity, options, result.frame.intrinsics
        )
        metric = unit is Unit.INVERSE_METRE
        comment = f"unit: {'metre' if metric else 'arbitrary (relative disparity)'}"
        write_ply(self._folder / f"{result.frame.index:06d}.ply", points, colours, comment)

    def close(self) -> None:
        """Every file is complete already."""


EXPORTERS: dict[str, Callable[[Target], Exporter]] = {
    "npy": NpyExporter,
    "png16": Png16Exporter,
    "mp4": Mp4Exporter,
    "ply": PlyExporter,
}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder

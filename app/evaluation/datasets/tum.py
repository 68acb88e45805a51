"""TUM RGB-D: a hand-held depth camera with poses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.evaluation.by_time import by_time, nearest, time_s
from app.evaluation.clip_folders import ClipFolders
from app.evaluation.formats import read_rows
from app.evaluation.layout import subfolders
from app.evaluation.png_depth import png_reader
from app.evaluation.values import Camera, Clip, ClipFrame, DataSet, Float64, Split

_TITLE = "TUM RGB-D"
_CAMERAS = {
    "freiburg1": (517.3, 516.5, 318.6, 255.3),
    "freiburg2": (520.9, 521.0, 325.1, 249.7),
    "freiburg3": (535.4, 539.2, 320.1, 247.6),
}
"""fx, fy, cx, cy at 640x480; the first two cameras also distort, which is not undone."""


def _sequences(root: Path) -> list[Path]:
    return [root, *subfolders(root)]


_FOLDERS = ClipFolders(
    _TITLE,
    "rgbd_dataset_freiburgN_NAME",
    "rgb/TIME.png",
    "depth/TIME.png",
    candidates=_sequences,
    frames=by_time,
)


def read_cameras(clip: Clip, frames: Sequence[ClipFrame]) -> list[Camera | None]:
    """Poses within 0.02 s of a picture, and the published camera of its series."""
    pinhole = next((k for name, k in _CAMERAS.items() if name in clip.name), None)
    path = clip.folder / "groundtruth.txt"
    if pinhole is None or not path.is_file():
        return [None] * len(frames)
    rows = read_rows(path, 8)
    rows = rows[np.isfinite(rows).all(axis=1)]
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    times = rows[:, 0].tolist()
    cameras: list[Camera | None] = []
    for frame in frames:
        at = nearest(times, time_s(frame.picture))
        pose = None if at is None else _pose(rows[at, 1:])
        cameras.append(None if pose is None else Camera(*pinhole, pose))
    return cameras


def _pose(numbers: Float64) -> Float64 | None:
    """Camera to world from tx ty tz qx qy qz qw."""
    x, y, z, w = numbers[3:]
    length = x * x + y * y + z * z + w * w
    if not length > 1e-12:
        return None
    s = 2.0 / length
    pose = np.eye(4)
    pose[:3, :3] = (
        (1 - s * (y * y + z * z), s * (x * y - z * w), s * (x * z + y * w)),
        (s * (x * y + z * w), 1 - s * (x * x + z * z), s * (y * z - x * w)),
        (s * (x * z - y * w), s * (y * z + x * w), 1 - s * (x * x + y * y)),
    )
    pose[:3, 3] = numbers[:3]
    return pose


DATA_SET = DataSet(
    key="tum",
    title=_TITLE,
    find=_FOLDERS.find,
    split=Split(png_reader(5000.0), frames=slice(0, 270, 3), cap_m=10.0),
    cameras=read_cameras,
)

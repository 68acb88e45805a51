"""ScanNet v2: rooms with a depth camera, exported from the .sens files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.evaluation.clip_folders import ClipFolders
from app.evaluation.formats import read_numbers
from app.evaluation.pictures import scannet_crop, swapped_scannet
from app.evaluation.png_depth import png_reader
from app.evaluation.values import Camera, Clip, ClipFrame, DataSet, Split, TaeSplit
from models.errors import SourceError

_TITLE = "ScanNet"
_INTRINSICS = "intrinsic/intrinsic_depth.txt"
_FOLDERS = ClipFolders(_TITLE, "SCENE", "color/0.jpg", "depth/0.png")


def _with_poses(scene: Path) -> tuple[ClipFrame, ...]:
    return tuple(
        replace(one, extra=scene / "pose" / f"{one.picture.stem}.txt")
        for one in _FOLDERS.by_name(scene)
    )


def read_cameras(clip: Clip, frames: Sequence[ClipFrame]) -> list[Camera | None]:
    """The depth camera, with the pose of each frame; a lost pose is -inf."""
    path = clip.folder / _INTRINSICS
    if not path.is_file():
        return [None] * len(frames)
    k = read_numbers(path, 16).reshape(4, 4)
    if not (k[0, 0] > 0 and k[1, 1] > 0 and np.isfinite(k).all()):
        raise SourceError(f"{clip.name}/{_INTRINSICS} holds no camera.")
    poses = [_pose(frame.extra) for frame in frames]
    return [
        None if pose is None else Camera(k[0, 0], k[1, 1], k[0, 2], k[1, 2], pose) for pose in poses
    ]


def _pose(path: Path | None) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
    if path is None or not path.is_file():
        return None
    pose = read_numbers(path, 16).reshape(4, 4)
    return pose if np.isfinite(pose).all() and abs(np.linalg.det(pose)) > 1e-6 else None


_READ = png_reader(1000.0)
_FRAMES = slice(0, 270, 3)
_CROP = (8, -8, 11, -11)
_MOST = 100
_TAE = TaeSplit(slice(10, 180), 20, _CROP)
_VDA = Split(
    _READ,
    frames=_FRAMES,
    most_clips=_MOST,
    cap_m=10.0,
    crop=_CROP,
    change_picture=scannet_crop,
    tae=_TAE,
)
DATA_SET = DataSet(
    key="scannet",
    title=_TITLE,
    find=replace(_FOLDERS, frames=_with_poses).find,
    split=_VDA,
    splits={
        "flashdepth": Split(_READ, frames=_FRAMES, most_clips=_MOST),
        "vda-500": replace(_VDA, frames=slice(0, 500), tae=replace(_TAE, most_clips=0)),
        "vda-as-published": replace(_VDA, change_picture=swapped_scannet, tae=None),
    },
    cameras=read_cameras,
)

"""MPI Sintel, training part, clean pass, with its depth and cameras."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.evaluation.formats import inverse_pose, read_cam, read_dpt
from app.evaluation.layout import check_folder, existing, files, subfolders, unlike
from app.evaluation.pictures import swapped
from app.evaluation.values import Camera, Clip, ClipFrame, DataSet, Depth, Split

_TITLE = "Sintel"
_PICTURES = ("training/clean", "images/training/clean", "clean")
_DEPTH = ("training/depth", "depth/training/depth", "depth")
_CAMERAS = ("training/camdata_left", "depth/training/camdata_left", "camdata_left")
_SKY_M = 1e4
_PUBLISHED_FACTOR = 65535 / 650


def find(root: Path) -> tuple[Clip, ...]:
    """Scenes of the clean pass that have depth."""
    check_folder(root, _TITLE)
    pictures, depth = existing(root, *_PICTURES), existing(root, *_DEPTH)
    if pictures is None:
        raise unlike(root, _TITLE, "training/clean/SCENE/frame_0001.png")
    if depth is None:
        raise unlike(root, _TITLE, "training/depth/SCENE/frame_0001.dpt")
    cameras = existing(root, *_CAMERAS)
    clips = tuple(
        Clip(scene.name, root, scene, _frames(scene, depth / scene.name, cameras))
        for scene in subfolders(pictures)
        if files(scene, (".png",))
    )
    if not clips:
        raise unlike(root, _TITLE, f"{pictures.relative_to(root)}/SCENE/frame_0001.png")
    return clips


def _frames(scene: Path, depth: Path, cameras: Path | None) -> tuple[ClipFrame, ...]:
    return tuple(
        ClipFrame(
            picture,
            depth / f"{picture.stem}.dpt",
            None if cameras is None else cameras / scene.name / f"{picture.stem}.cam",
        )
        for picture in files(scene, (".png",))
    )


def read_truth(clip: Clip, frame: ClipFrame) -> Depth:
    """Metres; beyond 10 km is sky."""
    del clip
    assert frame.truth is not None
    depth = read_dpt(frame.truth)
    unknown = ~np.isfinite(depth) | (depth < 1e-5)
    depth[depth > _SKY_M] = np.inf
    depth[unknown] = np.nan
    return depth


def read_as_published(clip: Clip, frame: ClipFrame) -> Depth:
    """Whole metres divided by the factor, as the published extraction leaves them."""
    depth = np.nan_to_num(read_truth(clip, frame), nan=0.0, posinf=0.0)
    stored = np.clip(np.floor(depth), 0, 65535) / _PUBLISHED_FACTOR
    stored[stored <= 0] = np.nan
    return np.asarray(stored)


def read_cameras(clip: Clip, frames: Sequence[ClipFrame]) -> list[Camera | None]:
    """One `.cam` file per picture; none where the cameras were not unpacked."""
    del clip
    return [_camera(frame.extra) for frame in frames]


def _camera(path: Path | None) -> Camera | None:
    if path is None or not path.is_file():
        return None
    k, world_to_camera = read_cam(path)
    return Camera(k[0, 0], k[1, 1], k[0, 2], k[1, 2], inverse_pose(world_to_camera, path))


_CROP = (0, 436, 0, 1024)
DATA_SET = DataSet(
    key="sintel",
    title=_TITLE,
    find=find,
    split=Split(read_truth),
    splits={
        "vda": Split(read_truth, frames=slice(0, 100), crop=_CROP),
        "vda-as-published": Split(
            read_as_published,
            frames=slice(0, 100),
            crop=_CROP,
            change_picture=swapped,
            in_metres=False,
        ),
    },
    cameras=read_cameras,
    is_dense=True,
    native=(1024, 436),
    base=(1022, 434),
    large=(1022, 434),
)

"""RGB-D folders of the app: one scene, `rgb/`, `depth/` and, if known, `scene.json`."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.evaluation.layout import check_folder, unlike
from app.evaluation.values import Camera, Clip, ClipFrame, DataSet, Depth, Float64, Split
from app.media.stills import header_of, read_depth
from app.sources.picture_files import find_pictures
from app.sources.scene_description import SceneDescription, read_description
from app.sources.truth_folder import TruthFolder
from models.errors import SourceError, UsageError
from models.geometry import Intrinsics

_TITLE = "RGB-D folder"
FAR_M = 70.0
"""Truth beyond is left out, whatever the protocol."""


def find(root: Path) -> tuple[Clip, ...]:
    """The folder as one clip, with its name."""
    check_folder(root, _TITLE)
    for part, example in (("rgb", "rgb/000000.jpg"), ("depth", "depth/000000.png")):
        if not (root / part).is_dir():
            raise unlike(root, _TITLE, example)
    try:
        pictures = find_pictures(str(root / "rgb"))
    except SourceError as error:
        raise UsageError(str(error)) from error
    frames = tuple(ClipFrame(picture, _depth_of(root, picture)) for picture in pictures)
    if not any(frame.truth is not None for frame in frames):
        raise unlike(root, _TITLE, f"depth/{pictures[0].stem}.png")
    return (Clip(Path(os.path.abspath(root)).name, root, root, frames),)


def _depth_of(root: Path, picture: Path) -> Path | None:
    path = root / "depth" / f"{picture.stem}.png"
    return path if path.is_file() else None


def read_truth(clip: Clip, frame: ClipFrame) -> Depth:
    """Metres by `depth_scale`."""
    assert frame.truth is not None
    stored = read_depth(frame.truth).astype(np.float64)
    depth = stored / _scene(clip.folder).units_per_metre
    depth[~((depth > 0) & (depth <= FAR_M))] = np.nan
    return depth


def _scene(folder: Path) -> SceneDescription:
    path = folder / "scene.json"
    try:
        stamp = path.stat()
    except OSError:
        return SceneDescription()
    return _described(path, stamp.st_mtime_ns, stamp.st_size)


@functools.lru_cache(maxsize=4)
def _described(path: Path, _changed_ns: int, _bytes: int) -> SceneDescription:
    return read_description(path)  # once a clip, not for each of its frames


def read_cameras(clip: Clip, frames: Sequence[ClipFrame]) -> list[Camera | None]:
    """From `scene.json`, with the pose that belongs to each picture's name."""
    scene = _scene(clip.folder)
    if scene.camera is None or scene.poses is None:
        return [None] * len(frames)
    k, poses = _for_depth(scene.camera, frames), scene.poses
    folder = TruthFolder(clip.folder, scene)
    numbers = folder.pose_numbers([frame.picture.stem for frame in clip.frames])
    of = dict(zip(clip.frames, numbers, strict=True))
    found = [poses[of[frame]] if 0 <= of[frame] < len(poses) else None for frame in frames]
    return [
        None
        if pose is None or not np.isfinite(pose).all()
        else Camera(k.fx, k.fy, k.cx, k.cy, pose)
        for pose in found
    ]


def _for_depth(k: Float64, frames: Sequence[ClipFrame]) -> Intrinsics:
    """The camera, which is in pixels of the pictures, in pixels of the depth."""
    frame = next((one for one in frames if one.truth is not None), frames[0])
    picture = header_of(frame.picture)
    depth = None if frame.truth is None else header_of(frame.truth)
    size = (1, 1) if picture is None else (picture.width, picture.height)
    stored = Intrinsics(k[0, 0], k[1, 1], k[0, 2], k[1, 2], *size)
    if depth is None or (depth.width, depth.height) == size:
        return stored
    return stored.scaled(depth.width, depth.height)


DATA_SET = DataSet(
    key="rgbd",
    title=_TITLE,
    find=find,
    split=Split(read_truth, cap_m=FAR_M),
    cameras=read_cameras,
    is_tried=True,
)

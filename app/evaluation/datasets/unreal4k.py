"""UnrealStereo4K, left camera; FlashDepth's protocol takes its disparity in pixels as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.evaluation.clip_folders import ClipFolders
from app.evaluation.formats import as_pose, inverse_pose, read_npy, read_numbers
from app.evaluation.values import Camera, Clip, ClipFrame, DataSet, Depth, Float64, Split
from app.media.stills import read_colours
from models.errors import SourceError

_TITLE = "Unreal4K"
_FARTHEST_M = 1000.0
_FOLDERS = ClipFolders(_TITLE, "SCENE", "Image0/00000.png", "Disp0/00000.npy")


def read_pixels(clip: Clip, frame: ClipFrame) -> Depth:
    """1 / disparity in pixels; a disparity of 0 is infinitely far, below 0 is unknown."""
    del clip
    assert frame.truth is not None
    disparity = read_npy(frame.truth, (None, None)).astype(np.float32)
    disparity[~np.isfinite(disparity) | (disparity < 0)] = np.nan
    with np.errstate(divide="ignore"):
        return np.asarray(np.float32(1) / disparity)


def read_metres(clip: Clip, frame: ClipFrame) -> Depth:
    """Metres, by baseline and focal length of this frame's two cameras; from 1 km on it is sky."""
    k, left = _side(clip, frame, 0)
    _, right = _side(clip, frame, 1)
    baseline_m = abs(float((np.linalg.inv(left) @ right)[0, 3]))
    if baseline_m <= 0:
        raise SourceError(f"{clip.name}: the two cameras of {frame.picture.stem} coincide.")
    depth = read_pixels(clip, frame) * np.float32(baseline_m * k[0, 0])
    depth[depth >= _FARTHEST_M] = np.inf
    return depth


def read_cameras(clip: Clip, frames: Sequence[ClipFrame]) -> list[Camera | None]:
    """From the left camera's text files."""
    return [_camera(clip, frame) for frame in frames]


def _camera(clip: Clip, frame: ClipFrame) -> Camera | None:
    if not _extrinsics(clip, frame, 0).is_file():
        return None
    k, pose = _side(clip, frame, 0)
    return Camera(k[0, 0], k[1, 1], k[0, 2], k[1, 2], pose)


def _side(clip: Clip, frame: ClipFrame, side: int) -> tuple[Float64, Float64]:
    """(3, 3) K and (4, 4) camera to world of the left (0) or right (1) camera."""
    path = _extrinsics(clip, frame, side)
    numbers = read_numbers(path, 21)
    return numbers[:9].reshape(3, 3), inverse_pose(as_pose(numbers[9:].reshape(3, 4)), path)


def _extrinsics(clip: Clip, frame: ClipFrame, side: int) -> Path:
    return clip.folder / f"Extrinsics{side}" / f"{frame.picture.stem}.txt"


DATA_SET = DataSet(
    key="unreal4k",
    title=_TITLE,
    find=_FOLDERS.find,
    split=Split(read_metres),
    splits={"flashdepth": Split(read_pixels, in_metres=False)},
    cameras=read_cameras,
    read_picture=read_colours,  # its PNGs have an alpha channel that means nothing
    is_dense=True,
    native=(3840, 2160),
    base=(924, 518),
    large=(2044, 1148),
)

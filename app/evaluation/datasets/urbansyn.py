"""UrbanSyn: rendered street pictures that do not follow each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.evaluation.layout import check_folder, files, stems, subfolders, unlike
from app.evaluation.values import Clip, ClipFrame, DataSet, Depth, Split
from app.media.stills import read_floats, read_labels
from app.sources.picture_files import last_number
from models.errors import SourceError

_TITLE = "UrbanSyn"
_METRES = 1e5
_SKY_CLASS = 10
_MOST_FRAMES = 1000


def find(root: Path) -> tuple[Clip, ...]:
    """Folders with a number for a name, or the flat folder as published, which becomes clip 0."""
    check_folder(root, _TITLE)
    folders = [one for one in subfolders(root) if one.name.isdecimal()]
    named = [(one.name, one) for one in folders if (one / "rgb").is_dir()]
    if not named and (root / "rgb").is_dir():
        named = [("0", root)]
    if not named:
        raise unlike(root, _TITLE, "rgb/rgb_0001.png, nor 0/rgb/rgb_0001.png")
    if not any((folder / "depth").is_dir() for _, folder in named):
        raise unlike(root, _TITLE, "depth/depth_0001.exr")
    return tuple(Clip(name, root, folder, _frames(folder)) for name, folder in named)


def _frames(folder: Path) -> tuple[ClipFrame, ...]:
    depth = stems(files(folder / "depth", (".exr", ".1")))  # a few are called .exr.1
    depth = {name.removesuffix(".exr"): path for name, path in depth.items()}
    frames = []
    for picture in files(folder / "rgb", (".png",))[:_MOST_FRAMES]:
        number = picture.stem.removeprefix("rgb_")
        frames.append(
            ClipFrame(
                picture,
                depth.get(f"depth_{number}", folder / "depth" / f"depth_{number}.exr"),
                folder / "ss" / f"ss_{number}.png",
                last_number(picture.stem) or 0,
            )
        )
    return tuple(frames)


def read_truth(clip: Clip, frame: ClipFrame) -> Depth:
    """Stored value times 100000 metres; class 10 is sky."""
    del clip
    assert frame.truth is not None
    assert frame.extra is not None
    depth = read_floats(frame.truth) * np.float32(_METRES)
    depth[~np.isfinite(depth) | (depth <= 0)] = np.nan
    classes = read_labels(frame.extra)
    if classes.shape != depth.shape:
        raise SourceError(f"{frame.extra.name} and {frame.truth.name} differ in size.")
    depth[classes == _SKY_CLASS] = np.inf
    return depth


DATA_SET = DataSet(
    key="urbansyn",
    title=_TITLE,
    find=find,
    split=Split(read_truth),
    is_video=False,
    is_dense=True,
    native=(2048, 1024),
    base=(1036, 518),
    large=(2044, 1022),
)

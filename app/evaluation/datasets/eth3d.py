"""ETH3D, high-resolution multi-view, training part: separate photographs with laser depth."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.evaluation.clip_folders import ClipFolders
from app.evaluation.formats import read_raw
from app.evaluation.layout import files
from app.evaluation.values import Clip, ClipFrame, DataSet, Depth, Split
from app.media.stills import header_of
from app.sources.picture_files import last_number
from models.errors import SourceError

_TITLE = "ETH3D"
_DEPTH = "ground_truth_depth/dslr_images"


def _frames(scene: Path) -> tuple[ClipFrame, ...]:
    """Photographs, sorted by the number in their names."""
    pictures = files(scene / "images/dslr_images")
    pictures.sort(key=lambda one: (last_number(one.stem) or 0, one.name))
    return tuple(ClipFrame(picture, scene / _DEPTH / picture.name) for picture in pictures)


_FOLDERS = ClipFolders(
    _TITLE,
    "SCENE",
    "images/dslr_images/DSC_0001.JPG",
    f"{_DEPTH}/DSC_0001.JPG",
    frames=_frames,
)


def read_truth(clip: Clip, frame: ClipFrame) -> Depth:
    """Raw float32 of the picture's size, in a file with the picture's name; inf is unknown."""
    del clip
    assert frame.truth is not None
    header = header_of(frame.picture)
    if header is None:
        raise SourceError(f"{frame.picture.name} is not a readable picture.")
    depth = read_raw(frame.truth, (header.width, header.height))
    depth[~np.isfinite(depth) | (depth <= 0)] = np.nan
    return depth


DATA_SET = DataSet(
    key="eth3d",
    title=_TITLE,
    find=_FOLDERS.find,
    split=Split(read_truth),
    is_video=False,
    native=(6048, 4032),
    base=(784, 518),
    large=(1918, 1274),
)

"""ETH3D, high-resolution multi-view, training part: separate photographs with laser depth."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.evaluation.formats import read_raw
from app.evaluation.layout import check_folder, files, subfolders, unlike
from app.evaluation.values import Clip, ClipFrame, DataSet, Depth, Split
from app.media.stills import header_of
from app.sources.picture_files import last_number
from models.errors import SourceError

_TITLE = "ETH3D"
_PICTURES = "images/dslr_images"
_DEPTH = "ground_truth_depth/dslr_images"


def find(root: Path) -> tuple[Clip, ...]:
    """Scenes with photographs, sorted by the number in their names."""
    check_folder(root, _TITLE)
    scenes = [one for one in subfolders(root) if files(one / _PICTURES)]
    if not scenes:
        raise unlike(root, _TITLE, f"SCENE/{_PICTURES}/DSC_0001.JPG")
    if not any((scene / _DEPTH).is_dir() for scene in scenes):
        raise unlike(root, _TITLE, f"SCENE/{_DEPTH}/DSC_0001.JPG")
    return tuple(
        Clip(
            scene.name,
            root,
            scene,
            tuple(
                ClipFrame(picture, scene / _DEPTH / picture.name)
                for picture in sorted(
                    files(scene / _PICTURES), key=lambda one: (last_number(one.stem) or 0, one.name)
                )
            ),
        )
        for scene in scenes
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
    find=find,
    split=Split(read_truth),
    is_video=False,
    native=(6048, 4032),
    base=(784, 518),
    large=(1918, 1274),
)

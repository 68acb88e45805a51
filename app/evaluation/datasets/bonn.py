"""Bonn RGB-D dynamic: a hand-held depth camera among moving people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.evaluation.by_time import by_order, by_time
from app.evaluation.layout import check_folder, chosen, files, subfolders, unlike
from app.evaluation.pictures import even, swapped_even
from app.evaluation.png_depth import png_reader
from app.evaluation.values import Clip, ClipFrame, DataSet, Split

_TITLE = "Bonn"
_NAMES = ("balloon2", "crowd2", "crowd3", "synchronous", "person_tracking", "person_tracking2")
PUBLISHED = tuple(f"rgbd_bonn_{name}" for name in _NAMES) + _NAMES


def find(root: Path, pair: Callable[[Path], tuple[ClipFrame, ...]] = by_time) -> tuple[Clip, ...]:
    """Sequences; those of the published split where any of them is there."""
    check_folder(root, _TITLE)
    inner = root / "rgbd_bonn_dataset"
    place = inner if inner.is_dir() else root
    sequences = [one for one in subfolders(place) if (one / "rgb").is_dir()]
    if not sequences:
        raise unlike(root, _TITLE, "rgbd_bonn_SEQUENCE/rgb/TIME.png")
    if not any(files(one / "depth", (".png",)) for one in sequences):
        raise unlike(root, _TITLE, "rgbd_bonn_SEQUENCE/depth/TIME.png")
    return tuple(Clip(one.name, root, one, pair(one)) for one in chosen(sequences, PUBLISHED))


_READ = png_reader(5000.0)
_FRAMES = slice(30, 140)
_CROP = (0, 480, 0, 640)
_VDA = Split(_READ, frames=_FRAMES, cap_m=10.0, crop=_CROP, change_picture=even)
DATA_SET = DataSet(
    key="bonn",
    title=_TITLE,
    find=find,
    split=_VDA,
    splits={
        "flashdepth": Split(_READ, frames=_FRAMES),
        "vda-500": replace(_VDA, frames=slice(0, 500)),
        "vda-as-published": replace(_VDA, change_picture=swapped_even),
    },
    find_by={"vda-as-published": partial(find, pair=by_order)},
)

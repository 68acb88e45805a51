"""Bonn RGB-D dynamic: a hand-held depth camera among moving people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.evaluation.by_time import by_order, by_time
from app.evaluation.clip_folders import ClipFolders
from app.evaluation.layout import subfolders
from app.evaluation.pictures import even, swapped_even
from app.evaluation.png_depth import png_reader
from app.evaluation.values import DataSet, Split

_TITLE = "Bonn"
_NAMES = ("balloon2", "crowd2", "crowd3", "synchronous", "person_tracking", "person_tracking2")
PUBLISHED = tuple(f"rgbd_bonn_{name}" for name in _NAMES) + _NAMES


def _sequences(root: Path) -> list[Path]:
    inner = root / "rgbd_bonn_dataset"
    return subfolders(inner if inner.is_dir() else root)


_FOLDERS = ClipFolders(
    _TITLE, "rgbd_bonn_SEQUENCE", "rgb/TIME.png", "depth/TIME.png", PUBLISHED, _sequences, by_time
)
_READ = png_reader(5000.0)
_FRAMES = slice(30, 140)
_CROP = (0, 480, 0, 640)
_VDA = Split(_READ, frames=_FRAMES, cap_m=10.0, crop=_CROP, change_picture=even)
DATA_SET = DataSet(
    key="bonn",
    title=_TITLE,
    find=_FOLDERS.find,
    split=_VDA,
    splits={
        "flashdepth": Split(_READ, frames=_FRAMES),
        "vda-500": replace(_VDA, frames=slice(0, 500)),
        "vda-as-published": replace(_VDA, change_picture=swapped_even),
    },
    find_by={"vda-as-published": replace(_FOLDERS, frames=by_order).find},
)

"""KITTI: raw drives of the camera image_02, with the annotated depth of the validation part."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from app.evaluation.layout import check_folder, files, subfolders, unlike
from app.evaluation.pictures import even, swapped_even
from app.evaluation.png_depth import png_reader
from app.evaluation.values import Clip, ClipFrame, DataSet, Split

_TITLE = "KITTI"
_TRUTH = "proj_depth/groundtruth/image_02"
_DATE = re.compile(r"\d{4}_\d{2}_\d{2}")


def find(root: Path) -> tuple[Clip, ...]:
    """Drives in `val`; their frames are those with truth."""
    check_folder(root, _TITLE)
    drives = [one for one in subfolders(root / "val") if files(one / _TRUTH, (".png",))]
    if not drives:
        raise unlike(root, _TITLE, f"val/DRIVE_sync/{_TRUTH}/0000000005.png")
    clips = tuple(Clip(one.name, root, one, _frames(root, one)) for one in drives)
    if not any(_pictures(root, one.name).is_dir() for one in drives):
        missed = _pictures(root, drives[0].name).relative_to(root)
        raise unlike(root, _TITLE, f"{missed}/0000000005.png")
    return clips


def _pictures(root: Path, drive: str) -> Path:
    date = _DATE.match(drive)
    return root / (date[0] if date else "DATE") / drive / "image_02" / "data"


def _frames(root: Path, drive: Path) -> tuple[ClipFrame, ...]:
    pictures = _pictures(root, drive.name)
    return tuple(
        ClipFrame(pictures / truth.name, truth) for truth in files(drive / _TRUTH, (".png",))
    )


_READ = png_reader(256.0)
_CROP = (0, 374, 0, 1242)
_VDA = Split(_READ, frames=slice(0, 110), cap_m=80.0, crop=_CROP, change_picture=even)
DATA_SET = DataSet(
    key="kitti",
    title=_TITLE,
    find=find,
    split=_VDA,
    splits={
        "flashdepth": Split(_READ, frames=slice(0, 110)),
        "vda-500": replace(_VDA, frames=slice(0, 500)),
        "vda-as-published": replace(_VDA, change_picture=swapped_even),
    },
)

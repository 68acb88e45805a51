"""NYUv2: eight raw scenes exported with its toolbox."""

from __future__ import annotations

from dataclasses import replace

from app.evaluation.clip_folders import ClipFolders
from app.evaluation.pictures import nyu_crop, swapped_nyu
from app.evaluation.png_depth import png_reader
from app.evaluation.values import DataSet, Split

_TITLE = "NYUv2"
PUBLISHED = (
    "basement_0001a", "bookstore_0001a", "cafe_0001a", "classroom_0001a", "kitchen_0003",
    "office_0004", "playroom_0002", "study_0002",
)  # fmt: skip
_FOLDERS = ClipFolders(_TITLE, "SCENE", "rgb/0.jpg", "depth/0.png", PUBLISHED)
_READ = png_reader(6000.0)
_FRAMES = slice(0, 500)
_CROP = (45, 471, 41, 601)
_VDA = Split(_READ, frames=_FRAMES, cap_m=10.0, crop=_CROP, change_picture=nyu_crop)
DATA_SET = DataSet(
    key="nyu",
    title=_TITLE,
    find=_FOLDERS.find,
    split=_VDA,
    splits={
        "flashdepth": Split(_READ, frames=_FRAMES),
        "vda-as-published": replace(_VDA, change_picture=swapped_nyu),
    },
)

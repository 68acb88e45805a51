"""NYUv2: eight raw scenes exported with its toolbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.evaluation.layout import check_folder, chosen, files, stems, subfolders, unlike
from app.evaluation.pictures import nyu_crop, swapped_nyu
from app.evaluation.png_depth import png_reader
from app.evaluation.values import Clip, ClipFrame, DataSet, Split

_TITLE = "NYUv2"
PUBLISHED = (
    "basement_0001a", "bookstore_0001a", "cafe_0001a", "classroom_0001a", "kitchen_0003",
    "office_0004", "playroom_0002", "study_0002",
)  # fmt: skip


def find(root: Path) -> tuple[Clip, ...]:
    """Scenes; the eight published ones where any of them is there."""
    check_folder(root, _TITLE)
    scenes = [one for one in subfolders(root) if files(one / "rgb")]
    if not scenes:
        raise unlike(root, _TITLE, "SCENE/rgb/0.jpg")
    if not any((one / "depth").is_dir() for one in scenes):
        raise unlike(root, _TITLE, "SCENE/depth/0.png")
    return tuple(Clip(one.name, root, one, _frames(one)) for one in chosen(scenes, PUBLISHED))


def _frames(scene: Path) -> tuple[ClipFrame, ...]:
    depth = stems(files(scene / "depth", (".png",)))
    return tuple(
        ClipFrame(picture, depth.get(picture.stem, scene / "depth" / f"{picture.stem}.png"))
        for picture in files(scene / "rgb")
    )


_READ = png_reader(6000.0)
_FRAMES = slice(0, 500)
_CROP = (45, 471, 41, 601)
_VDA = Split(_READ, frames=_FRAMES, cap_m=10.0, crop=_CROP, change_picture=nyu_crop)
DATA_SET = DataSet(
    key="nyu",
    title=_TITLE,
    find=find,
    split=_VDA,
    splits={
        "flashdepth": Split(_READ, frames=_FRAMES),
        "vda-as-published": replace(_VDA, change_picture=swapped_nyu),
    },
)

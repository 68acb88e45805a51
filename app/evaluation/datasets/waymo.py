"""Waymo Open, perception, FRONT camera, as extracted frames: pictures and lists of LiDAR points."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.evaluation.clip_folders import ClipFolders
from app.evaluation.formats import read_npy
from app.evaluation.layout import existing, subfolders
from app.evaluation.values import Clip, ClipFrame, DataSet, Depth, Split
from app.media.stills import check_size, header_of
from models.errors import SourceError

_TITLE = "Waymo"
_SEGMENTS = """
10203656353524179475_7625_000_7645_000 1024360143612057520_3580_000_3600_000
10289507859301986274_4200_000_4220_000 10689101165701914459_2072_300_2092_300
1071392229495085036_1844_790_1864_790 10837554759555844344_6525_000_6545_000
10868756386479184868_3000_000_3020_000 11048712972908676520_545_000_565_000
11356601648124485814_409_000_429_000 11406166561185637285_1753_750_1773_750
11434627589960744626_4829_660_4849_660 11450298750351730790_1431_750_1451_750
11616035176233595745_3548_820_3568_820 12102100359426069856_3931_470_3951_470
12134738431513647889_3118_000_3138_000 12306251798468767010_560_000_580_000
12374656037744638388_1412_711_1432_711 12496433400137459534_120_000_140_000
12820461091157089924_5202_916_5222_916 12831741023324393102_2673_230_2693_230
12940710315541930162_2660_000_2680_000 13178092897340078601_5118_604_5138_604
13299463771883949918_4240_000_4260_000 13356997604177841771_3360_000_3380_000
13469905891836363794_4429_660_4449_660 13573359675885893802_1985_970_2005_970
1405149198253600237_160_000_180_000 14081240615915270380_4399_000_4419_000
14127943473592757944_2068_000_2088_000 14165166478774180053_1786_000_1806_000
""".split()  # noqa: SIM905 - a list of words
PUBLISHED = tuple(f"segment-{name}" for name in _SEGMENTS)
"""The segments of the validation part that FlashDepth is evaluated on."""


def _segments(root: Path) -> list[Path]:
    return subfolders(existing(root, "val", "waymo/val") or root)


_FOLDERS = ClipFolders(
    _TITLE, "val/segment-ID", "FRONT/rgb/original/0.jpg", "FRONT/depth/0.npy", PUBLISHED, _segments
)


def read_truth(clip: Clip, frame: ClipFrame) -> Depth:
    """Points (x, y, metres) in an empty map: columns and rows truncated, the last point stays."""
    del clip
    assert frame.truth is not None
    header = header_of(frame.picture)
    if header is None:
        raise SourceError(f"{frame.picture.name} is not a readable picture.")
    check_size(frame.picture.name, header.width, header.height)
    points = read_npy(frame.truth, (None, 3)).astype(np.float64)
    points = points[np.isfinite(points).all(axis=1)]
    x, y = np.trunc(points[:, 0]), np.trunc(points[:, 1])
    inside = (x >= 0) & (x < header.width) & (y >= 0) & (y < header.height) & (points[:, 2] > 0)
    depth = np.full((header.height, header.width), np.nan, np.float32)
    depth[y[inside].astype(np.intp), x[inside].astype(np.intp)] = points[inside, 2]
    return depth


DATA_SET = DataSet(
    key="waymo",
    title=_TITLE,
    find=_FOLDERS.find,
    split=Split(read_truth),
    native=(1920, 1280),
    base=(784, 518),
    large=(1918, 1274),
)

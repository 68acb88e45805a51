"""The table of data sets: the command line and the tables read it in this order."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from app.evaluation.values import DataSet

KEYS = (
    "sintel",
    "eth3d",
    "waymo",
    "unreal4k",
    "urbansyn",
    "kitti",
    "bonn",
    "scannet",
    "nyu",
    "tum",
    "rgbd",
)
"""On the command line; the module `app.evaluation.datasets.KEY` has `DATA_SET`."""


@functools.cache
def data_set(key: str) -> DataSet:
    """The data set of that name. Raises ModuleNotFoundError if there is none."""
    return cast("DataSet", importlib.import_module(f"app.evaluation.datasets.{key}").DATA_SET)

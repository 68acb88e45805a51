"""What can go out, a file or a line each. Nothing is imported before it is composed.

A new content is a function `compose(result, scene, size)` that returns (H, W, 3) uint8 RGB which
fits into `size`, or None where there is nothing to show, and a line in `CONTENTS`. The settings,
the menu, the page and the command line follow. It runs on an output's thread: no toolkit.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from app.core.results import FrameResult
    from app.outputs.scene import Scene
    from models.frames import UInt8

    Compose = Callable[[FrameResult, Scene, tuple[int, int]], UInt8 | None]


@dataclass(frozen=True, slots=True)
class Content:
    """One thing that can go out.

    Attributes
    ----------
    title : str
        What menus and the page call it.
    compose : str
        MODULE:NAME of the function that makes the picture.
    is_of_the_frame : bool
        The whole picture is the frame's, so that a point of it is a point of the frame.
    needs_cloud : bool
        It shows the point cloud, which is grabbed from the window.
    """

    title: str
    compose: str
    is_of_the_frame: bool = False
    needs_cloud: bool = False


CONTENTS: Mapping[str, Content] = {
    "view": Content("View as on screen", "app.outputs.contents.view:compose", needs_cloud=True),
    "rgb": Content("Picture", "app.outputs.contents.frame:compose_picture", True),
    "a": Content("Disparity A", "app.outputs.contents.frame:compose_lane_a", True),
    "b": Content("Disparity B", "app.outputs.contents.frame:compose_lane_b", True),
    "rgbd": Content("RGBD, picture and disparity", "app.outputs.contents.rgbd:compose"),
    "stereo": Content("Stereo, for two eyes", "app.outputs.contents.stereo:compose"),
}
"""By key, in the order of the menus."""

DEFAULT = "view"
TITLES: Mapping[object, str] = {key: content.title for key, content in CONTENTS.items()}


@cache
def composer(key: str) -> Compose:
    """Return the function that makes the content of that key.

    Raises
    ------
    KeyError
        If there is none.
    """
    return cast("Compose", pkgutil.resolve_name(CONTENTS[key].compose))

"""The view as on screen, without its controls: the stage's pictures in their places.

The pictures are made from the result again, on the output's own thread, since reading them back
from the screen would cost the GUI thread. The point cloud alone is grabbed from the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.core.results import FrameResult
from app.outputs.contents.pixels import Size, blend, coloured, draw_letter, fitted, scaled
from app.outputs.scene import CLOUD, Place, Scene
from app.views import table as views
from models.frames import UInt8
from renderers import colormap
from widgets.pane_content import Contents, PaneContent, RgbContent

_BACKGROUND = 0x13
"""Grey: filling with one byte takes a tenth of the time that a colour takes."""


def compose(result: FrameResult, scene: Scene, size: Size) -> UInt8 | None:
    """Every picture on the stage, in the stage's proportions."""
    width, height = fitted(scene.size, size)
    canvas = np.full((height, width, 3), _BACKGROUND, np.uint8)
    table = colormap.table(scene.settings.colormap)
    shown = _Shown(result, scene, table, _contents(result, scene, table))
    for place in scene.places:
        left, top = round(place.at[0] * width), round(place.at[1] * height)
        right = min(width, round((place.at[0] + place.at[2]) * width))
        bottom = min(height, round((place.at[1] + place.at[3]) * height))
        if right - left < 2 or bottom - top < 2 or left < 0 or top < 0:
            continue
        picture = _PICTURES.get(place.pane, _of_view)(shown, place, (right - left, bottom - top))
        if picture is not None:
            canvas[top:bottom, left:right] = picture
            if place.lane:
                draw_letter(canvas, (left, top), place.lane)
    return canvas


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """What the pictures of one composition are made of."""

    result: FrameResult
    scene: Scene
    table: UInt8
    contents: Contents


def _contents(result: FrameResult, scene: Scene, table: UInt8) -> Contents:
    view = views.find(scene.settings.view)
    if result.analysis is None and not view.needs(scene.settings).nothing:
        return {}
    return view.fill(result, scene.settings, table)


def _rgb(shown: _Shown, place: Place, size: Size) -> UInt8 | None:
    picture = scaled(shown.result.frame.rgb, size, place.part)
    analysis = shown.result.analysis
    if shown.scene.settings.edges and analysis is not None and analysis.edges is not None:
        picture = blend(picture, analysis.edges, place.part)
    return picture


def _lane(name: str, shown: _Shown, place: Place, size: Size) -> UInt8 | None:
    lane = shown.result.lanes.get(name)
    return None if lane is None else coloured(lane.levels, shown.table, size, place.part)


def _depth_a(shown: _Shown, place: Place, size: Size) -> UInt8 | None:
    return _lane("a", shown, place, size)


def _depth_b(shown: _Shown, place: Place, size: Size) -> UInt8 | None:
    return _lane("b", shown, place, size)


def _cloud(shown: _Shown, _place: Place, size: Size) -> UInt8 | None:
    return None if shown.scene.cloud is None else scaled(shown.scene.cloud, size)


def _of_view(shown: _Shown, place: Place, size: Size) -> UInt8 | None:
    """A pane that the current view fills."""
    content = shown.contents.get(place.pane)
    if isinstance(content, RgbContent):
        return scaled(content.rgb, size, place.part)
    if not isinstance(content, PaneContent):
        return None
    picture = coloured(content.levels, content.table, size, place.part)
    second = content.second
    if second is not None:
        other = coloured(second.levels, content.table, size, place.part)
        if second.blink_hz > 0:
            picture = picture if shown.scene.side == "a" else other
        else:
            _part_by_divider(picture, other, shown.scene.wipe)
    return picture if content.overlay is None else blend(picture, content.overlay, place.part)


def _part_by_divider(picture: UInt8, other: UInt8, wipe: float) -> None:
    """Put lane B right of the divider, with a white line between."""
    x = min(picture.shape[1] - 1, max(0, round(wipe * picture.shape[1])))
    picture[:, x:] = other[:, x:]
    picture[:, max(0, x - 1) : x + 1] = 255


_PICTURES: dict[str, Callable[[_Shown, Place, Size], UInt8 | None]] = {
    "rgb": _rgb,
    "depth_a": _depth_a,
    "depth_b": _depth_b,
    CLOUD: _cloud,
}
"""By pane; the other panes are the view's own."""

"""Settings of the display: how disparity maps to colour, and which panes show it."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings.rules import Between, OneOf, SomeOf
from app.settings.setting import Option, setting
from app.views import table as views
from renderers.colormap_names import COLOR_BLIND_SAFE, COLORMAPS
from widgets.arrangement import PANE_TITLES, PANES


def _view_title(key: str) -> str:
    return views.find(key).title


def _colormap_words(name: str) -> str:
    """The name in menus, with a mark where colour-blind eyes can tell near from far."""
    return name.capitalize() + (" ◆ colour-blind safe" if name in COLOR_BLIND_SAFE else "")


@dataclass(frozen=True)
class DisplaySettings:
    """How disparity maps to colour, and which panes show it.

    Attributes
    ----------
    range_far, range_near
        Disparity at the ends of the fixed range, far < near.
    """

    # fmt: off
    range_mode: str = setting(
        "stable", OneOf({"stable": "Stabilised", "fixed": "Fixed", "per-frame": "Per frame"}),
        "Range",
        "How disparity maps to colour in both lanes: Stabilised follows robust percentiles "
        "slowly (N)")
    range_far: float = setting(
        0.0, Between(-1e9, 1e9), "Far limit", "Disparity shown as farthest when the range is Fixed",
        step=0.05, decimals=3, is_announced=False)
    range_near: float = setting(
        1.0, Between(-1e9, 1e9), "Near limit", "Disparity shown as nearest when the range is Fixed",
        step=0.05, decimals=3, is_announced=False)
    range_locked: bool = setting(
        False, label="Lock current range", tip="Keep the range that is on screen now (K)")
    colormap: str = setting(
        COLORMAPS[0], OneOf({name: _colormap_words(name) for name in COLORMAPS}), "Colour map",
        "Colour map of both lanes; ◆ marks those that are safe for colour-blind eyes (C)")
    edges: bool = setting(
        False, label="Depth edges over RGB", tip="Outline depth discontinuities (E)")
    panes: tuple[str, ...] = setting(
        PANES, SomeOf(PANE_TITLES), "Panes", not_shown="set in the View menu, keys 1 to 4")
    view: str = setting(
        views.DEFAULT, OneOf(dict.fromkeys(views.KEYS, "")), "View",
        not_shown="set by the view buttons", title_of=_view_title,
        option=Option("--view", "KEY", f"how the lanes are compared: {', '.join(views.KEYS)}"))
    # fmt: on

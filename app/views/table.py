"""The keys of the comparing views, in the order of the menu and of the buttons.

A new view is a module of this room with its key as name, which defines `VIEW`, and a line in
`KEYS`. Settings, menus, keys, buttons, presets, the presenter's words, the attract loop, `--view`,
`bench --views` and the soak follow. A view's module is imported when it is first asked for, so
that settings and the command line load neither numpy nor OpenCV.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.views.spec import ViewSpec

KEYS = (
    "side",
    "wipe",
    "blink",
    "difference",
    "flicker",
    "xt",
    "stereo",
    "inside",
)
DEFAULT = KEYS[0]
"""The view that is on at the start, and to which Escape and a view's own key return."""


@cache
def find(key: str) -> ViewSpec:
    """Return the view of that key.

    Raises
    ------
    KeyError
        If there is none.
    """
    if key not in KEYS:
        raise KeyError(key)
    view: ViewSpec = importlib.import_module(f"app.views.{key}").VIEW
    if view.key != key:
        raise ValueError(f"app.views.{key} defines the view {view.key}")
    return view


def every_view() -> tuple[ViewSpec, ...]:
    """Return all of them, in order."""
    return tuple(map(find, KEYS))

"""The workspaces: named arrangements of the same panes and settings, each remembered.

A new workspace is a line in `WORKSPACES`; tabs, menu, keys, settings and `--workspace` follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.views import table as views
from widgets.arrangement import PANES


@dataclass(frozen=True, slots=True)
class Workspace:
    """One tab of the window, as it is before the user changes it.

    Attributes
    ----------
    key
        What settings, presets and `--workspace` say.
    title, shortcut, tip
        Of its tab.
    panes
        Those of PANES that it shows.
    lead
        Name of the pane that gets most room; "" leaves it to the view.
    has_views
        The buttons that choose a comparing view are in the tool bar.
    has_headline
        One sentence in place of the numbers in the status line.
    has_lesson
        A lesson is at the side.
    """

    key: str
    title: str
    shortcut: str
    tip: str
    panes: tuple[str, ...] = PANES
    lead: str = ""
    has_views: bool = False
    has_headline: bool = False
    has_lesson: bool = False


WORKSPACES: tuple[Workspace, ...] = (
    Workspace(
        "look", "Look", "F2", "Everything at a glance: picture, both lanes and point cloud",
        has_headline=True,
    ),
    Workspace(
        "compare", "Compare", "F3", "Both lanes beside the picture, and the comparing views",
        panes=("rgb", "depth_a", "depth_b"), has_views=True,
    ),
    Workspace(
        "3d", "3D", "F4", "The point cloud large, picture and lane A small",
        panes=("rgb", "depth_a", "cloud"), lead="cloud",
    ),
    Workspace(
        "teach", "Teach", "F5", "A lesson at the side; leaving it restores the settings",
        has_views=True, has_lesson=True,
    ),
)  # fmt: skip
KEYS = tuple(workspace.key for workspace in WORKSPACES)
DEFAULT = KEYS[0]
_BY_KEY = {workspace.key: workspace for workspace in WORKSPACES}
WRITTEN = rf"({'|'.join(KEYS)}) [a-z_,]+ [a-z0-9_]+ [01]"
"""How an arrangement is written in the settings file."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What of a workspace the user may change, and what is remembered of it."""

    panes: tuple[str, ...]
    view: str = views.DEFAULT
    inspector: bool = False

    def written(self, key: str) -> str:
        """Return it as one text for the settings file."""
        return f"{key} {','.join(self.panes)} {self.view} {int(self.inspector)}"


def find(key: str) -> Workspace:
    """Return the workspace of that key.

    Raises
    ------
    KeyError
        If there is none.
    """
    return _BY_KEY[key]


def arrangement_of(key: str, remembered: tuple[str, ...]) -> Arrangement:
    """Return how a workspace was left, or as it is in the table where nothing usable is kept."""
    for text in remembered:
        name, panes, view, inspector = text.split(" ")
        shown = tuple(pane for pane in PANES if pane in panes.split(","))
        if name == key and shown and view in views.KEYS:
            return Arrangement(shown, view, inspector == "1")
    return Arrangement(find(key).panes)


def with_arrangement(
    remembered: tuple[str, ...], key: str, arrangement: Arrangement
) -> tuple[str, ...]:
    """Return what is remembered, with this arrangement in place of the workspace's one before."""
    others = (text for text in remembered if text.split(" ")[0] != key)
    return (*others, arrangement.written(key))

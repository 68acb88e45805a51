"""Which panes a view shows, and what it asks of their arrangement; no toolkit."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

PANE_TITLES: Mapping[object, str] = {
    "rgb": "RGB",
    "depth_a": "Disparity A",
    "depth_b": "Disparity B",
    "cloud": "Point cloud",
}
PANES = tuple(map(str, PANE_TITLES))


class PaneKind(Enum):
    """Which widget a view's pane is.

    One picture with a scale, one of a lane, one of a lane's inside, or two lanes.
    """

    LEVELS = "levels"
    LANE_A = "lane A"
    LANE_B = "lane B"
    INSIDE_A = "inside of lane A"
    INSIDE_B = "inside of lane B"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class ViewPane:
    """A pane that is on screen only while a view is on, in the place of others.

    Attributes
    ----------
    name : str
        What the stage and the JSON file beside a screenshot call it.
    kind : PaneKind
        Which widget it is.
    replaces : tuple of str
        Those of PANES in whose place it stands.
    title : str
        What its header says before it has shown anything; a lane's pane has a title of its own.
    layers : tuple of str
        Pictures of the frame that it paints as they are: "a" and "b" for a lane's levels. The
        inference thread brings these to the size at which they were painted last.
    is_of_the_frame : bool
        Its picture has the frame's pixels: it shares zoom, cross hair and pins with the frame.
        Panes without share one zoom among themselves.
    is_required : bool
        It is shown even where the user hides the panes that it replaces.
    """

    name: str
    kind: PaneKind
    replaces: tuple[str, ...]
    title: str = ""
    layers: tuple[str, ...] = ()
    is_of_the_frame: bool = True
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How a view arranges the stage; the default shows PANES as they are.

    Attributes
    ----------
    panes : tuple of ViewPane
        What stands in the place of some of PANES.
    hero : str
        Name of the pane that gets most room; "" makes all pictures equally large where that shows
        most of them.
    stacks_lanes : bool
        The lanes' panes always stand one above the other.
    """

    panes: tuple[ViewPane, ...] = ()
    hero: str = ""
    stacks_lanes: bool = False


PLAIN = Layout()


def shown_panes(visible: Collection[str], layout: Layout) -> tuple[str, ...]:
    """The panes a view shows, in reading order, when the user wants `visible` of PANES.

    At least one pane is shown.
    """
    stand_ins = {place: pane for pane in layout.panes for place in pane.replaces}
    shown: list[str] = []
    for place in PANES:
        stand_in = stand_ins.get(place)
        name = stand_in.name if stand_in is not None else place
        is_required = stand_in is not None and stand_in.is_required
        if (place in visible or is_required) and name not in shown:
            shown.append(name)
    return tuple(shown) or (PANES[0],)


def different_panes(layouts: Iterable[Layout]) -> tuple[ViewPane, ...]:
    """The panes of these layouts, each once; layouts may share one, also under another title.

    Raises
    ------
    ValueError
        If two of them disagree about a pane of one name.
    """
    known: dict[str, ViewPane] = {}
    for pane in (pane for layout in layouts for pane in layout.panes):
        first = known.setdefault(pane.name, pane)
        if dataclasses.replace(pane, title=first.title) != first:
            raise ValueError(f"two views disagree about the pane {pane.name}")
    return tuple(known.values())

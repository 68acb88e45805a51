"""Rules for arranging the panes, without a toolkit.

No cell is ever empty, and lanes A and B are always equally large.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

PANE_TITLES: Mapping[object, str] = {
    "rgb": "RGB",
    "depth_a": "Disparity A",
    "depth_b": "Disparity B",
    "cloud": "Point cloud",
}
PANES = tuple(map(str, PANE_TITLES))
HERO_SHARE, REST_SHARE = 3, 2


class PaneKind(Enum):
    """Which widget a view's pane is: one picture with a scale, one of a lane, or two lanes."""

    LEVELS = "levels"
    LANE_A = "lane A"
    LANE_B = "lane B"
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
        Name of the pane that gets a column to itself where three are shown; "" leaves it to the
        rule that keeps the lanes equally large.
    stacks_lanes : bool
        The lanes' panes always stand one above the other.
    """

    panes: tuple[ViewPane, ...] = ()
    hero: str = ""
    stacks_lanes: bool = False


PLAIN = Layout()


@dataclass(frozen=True, slots=True)
class Cell:
    """A pane's place in a grid of two columns and two rows."""

    pane: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


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


def arranged(panes: tuple[str, ...], is_wide: bool, layout: Layout) -> tuple[Cell, ...]:
    """Cells for one to four panes; `is_wide` says that two go side by side rather than stacked."""
    if len(panes) == 1:
        return (Cell(panes[0], 0, 0),)
    if len(panes) == 2:
        second = (0, 1) if is_wide and not layout.stacks_lanes else (1, 0)
        return Cell(panes[0], 0, 0), Cell(panes[1], *second)
    if len(panes) == 3:
        hero = _hero(panes, layout)
        rest = [pane for pane in panes if pane != hero]
        return Cell(hero, 0, 0, rows=2), Cell(rest[0], 0, 1), Cell(rest[1], 1, 1)
    order = panes
    if layout.stacks_lanes:
        order = (panes[0], panes[1], panes[3], panes[2])
    return tuple(Cell(pane, at // 2, at % 2) for at, pane in enumerate(order))


def _hero(panes: tuple[str, ...], layout: Layout) -> str:
    """The one of three panes that gets a column to itself."""
    if layout.hero in panes:
        return layout.hero
    lanes = [pane for pane in panes if pane.endswith(("_a", "_b"))]
    if len(lanes) == 2:
        return next(pane for pane in panes if pane not in lanes)
    return lanes[0] if lanes else panes[0]

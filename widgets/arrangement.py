"""Which pane stands where: plain rules without a toolkit.

No cell is ever empty, and lanes A and B are always equally large.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

PANES = ("rgb", "depth_a", "depth_b", "cloud")
VIEWS = ("side", "wipe", "blink", "difference", "flicker", "xt")
_STAND_INS = {
    "side": {},
    "wipe": {"depth_a": "wipe", "depth_b": "wipe"},
    "blink": {"depth_a": "wipe", "depth_b": "wipe"},
    "difference": {"cloud": "difference"},
    "flicker": {"depth_a": "flicker_a", "depth_b": "flicker_b"},
    "xt": {"depth_a": "slice_a", "depth_b": "slice_b"},
}
_NEVER_HIDDEN = {"difference": "difference"}
HERO_SHARE, REST_SHARE = 3, 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A pane's place in a grid of two columns and two rows."""

    pane: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


def shown_panes(visible: Collection[str], view: str) -> tuple[str, ...]:
    """The panes a view shows, in reading order, when the user wants `visible` of PANES.

    wipe and blink put both lanes into one pane; difference takes the cloud's place; flicker and
    x-t take the lanes' places. At least one pane is shown. Raises ValueError for an unknown view.
    """
    if view not in VIEWS:
        raise ValueError(f"a view is one of {VIEWS}, not {view!r}")
    stand_ins = _STAND_INS[view]
    shown: list[str] = []
    for pane in PANES:
        name = stand_ins.get(pane, pane)
        if (pane in visible or name == _NEVER_HIDDEN.get(view)) and name not in shown:
            shown.append(name)
    return tuple(shown) or ("rgb",)


def arranged(panes: tuple[str, ...], is_wide: bool, view: str = "side") -> tuple[Cell, ...]:
    """Cells for one to four panes; `is_wide` says that two go side by side rather than stacked."""
    if len(panes) == 1:
        return (Cell(panes[0], 0, 0),)
    if len(panes) == 2:
        second = (0, 1) if is_wide and view != "xt" else (1, 0)
        return Cell(panes[0], 0, 0), Cell(panes[1], *second)
    if len(panes) == 3:
        hero = _hero(panes)
        rest = [pane for pane in panes if pane != hero]
        return Cell(hero, 0, 0, rows=2), Cell(rest[0], 0, 1), Cell(rest[1], 1, 1)
    order = panes
    if view == "xt":  # one slice above the other
        order = (panes[0], panes[1], panes[3], panes[2])
    return tuple(Cell(pane, at // 2, at % 2) for at, pane in enumerate(order))


def _hero(panes: tuple[str, ...]) -> str:
    """The one of three panes that gets a column to itself."""
    if "wipe" in panes:
        return "wipe"
    lanes = [pane for pane in panes if pane.endswith(("_a", "_b"))]
    if len(lanes) == 2:
        return next(pane for pane in panes if pane not in lanes)
    return lanes[0] if lanes else panes[0]

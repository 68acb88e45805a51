"""Where the panes go, so that most of the window is picture; pure functions without a toolkit.

Candidates are grids of equal cells and one large pane beside a strip of small ones. No cell is ever
empty, and lanes A and B are always equally large.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from widgets.arrangement import Layout

LEAST_CELL = (120, 96)
"""Width and height in pixels below which a pane's words are cut."""
ROOMY_CELL = (180, 110)
"""Below this a model's name is shortened, which an arrangement of larger cells avoids."""
STRIP_SHARES = (0.2, 0.5)
"""Least and greatest share of the room for the small panes beside a large one."""
CLOUD = "cloud"
_CLOUD_SLACK = 1.5
_AS_GOOD = 1.01
"""A grid that does not show this much more picture than a more even one is not worth it."""
_WORTH_LEADING = 1.5
"""One large pane must show this much more picture than equal ones, which compare at a glance."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A pane's place in pixels, from the stage's upper left corner."""

    pane: str
    x: int
    y: int
    width: int
    height: int

    def picture_area(self, aspect: float) -> float:
        """Square pixels that a whole picture of this width over height covers in the cell.

        A cloud covers its cell, but what is much wider or higher than its picture counts for
        nothing.
        """
        slack = _CLOUD_SLACK if self.pane == CLOUD else 1.0
        width = min(self.width, self.height * aspect * slack)
        return width * min(self.height, self.width / aspect * slack)


Cells = tuple[Cell, ...]


def tiled(
    panes: Sequence[str], size: tuple[int, int], aspect: float, layout: Layout, gap: int = 0
) -> Cells:
    """Cells for these panes, in their order, that show most picture.

    Parameters
    ----------
    panes
        Names in reading order; at least one.
    size
        (width, height) of the stage in pixels.
    aspect
        Width of the picture over its height.
    layout
        What the view asks for.
    gap
        Pixels between two cells.
    """
    every = _candidates(panes, size, aspect, layout, gap)
    usable = [cells for cells in every if _is_fair(cells)]
    preferences: list[Callable[[Cells], bool]] = [
        partial(_has_at_least, LEAST_CELL), partial(_has_at_least, ROOMY_CELL),
    ]  # fmt: skip
    if layout.stacks_lanes:
        preferences.insert(0, _are_lanes_stacked)
    for is_met in preferences:
        usable = [cells for cells in usable if is_met(cells)] or usable
    best, most = usable[0], 0.0
    for cells in usable:
        shown = sum(cell.picture_area(aspect) for cell in cells)
        leads = _is_led(cells) and not _is_led(best)
        if shown > most * (_WORTH_LEADING if leads else _AS_GOOD):
            best, most = cells, shown
    order = list(panes)
    return tuple(sorted(best, key=lambda cell: order.index(cell.pane)))


def _candidates(
    panes: Sequence[str], size: tuple[int, int], aspect: float, layout: Layout, gap: int
) -> Iterator[Cells]:
    """Every arrangement, the most even ones first; at least one is fair."""
    is_led = layout.hero in panes and len(panes) > 1
    if not is_led:
        by_evenness = sorted(range(1, len(panes) + 1), key=lambda c: abs(c - math.sqrt(len(panes))))
        order = _with_lanes_stacked(panes) if layout.stacks_lanes else tuple(panes)
        for columns in by_evenness:
            yield _grid(order, columns, size, gap)
    if is_led or len(panes) > 2:
        hero = layout.hero if is_led else _hero(panes)
        rest = tuple(pane for pane in panes if pane != hero)
        yield _beside(hero, rest, size, aspect, gap)
        yield _turned(_beside(hero, rest, (size[1], size[0]), 1 / aspect, gap))


def _grid(panes: tuple[str, ...], columns: int, size: tuple[int, int], gap: int) -> Cells:
    """Rows of `columns` equal cells; the last row's are wider where there are fewer."""
    rows = [panes[at : at + columns] for at in range(0, len(panes), columns)]
    height = _part(size[1], len(rows), gap)
    top = (size[1] - len(rows) * (height + gap) + gap) // 2
    return tuple(
        cell for at, row in enumerate(rows) for cell in _row(row, top + at * (height + gap), height,
                                                              size[0], gap)
    )  # fmt: skip


def _row(panes: Sequence[str], y: int, height: int, room: int, gap: int) -> Iterator[Cell]:
    width = _part(room, len(panes), gap)
    left = (room - len(panes) * (width + gap) + gap) // 2
    for at, pane in enumerate(panes):
        yield Cell(pane, left + at * (width + gap), y, width, height)


def _beside(
    hero: str, rest: tuple[str, ...], size: tuple[int, int], aspect: float, gap: int
) -> Cells:
    """The large pane at the left and the others in a column as wide as their pictures."""
    height = _part(size[1], len(rest), gap)
    least, greatest = (round(share * size[0]) for share in STRIP_SHARES)
    strip = max(1, min(greatest, max(least, round(height * aspect))))
    large = Cell(hero, 0, 0, max(1, size[0] - strip - gap), size[1])
    column = (
        Cell(pane, large.width + gap, at * (height + gap), strip, height)
        for at, pane in enumerate(rest)
    )
    return (large, *column)


def _turned(cells: Cells) -> Cells:
    """The same with rows for columns."""
    return tuple(Cell(c.pane, c.y, c.x, c.height, c.width) for c in cells)


def _part(room: int, count: int, gap: int) -> int:
    """Length of one of `count` equal parts; they are whole pixels, so that pictures register."""
    return max(1, (room - gap * (count - 1)) // count)


def _hero(panes: Sequence[str]) -> str:
    """The pane that may be larger than the others: none of two lanes."""
    lanes = _lanes(panes)
    if len(lanes) == 1:
        return lanes[0]
    others = [pane for pane in panes if pane not in lanes]
    return CLOUD if len(others) > 1 and CLOUD in others else (others or list(panes))[0]


def _lanes(panes: Sequence[str]) -> list[str]:
    return [pane for pane in panes if pane.endswith(("_a", "_b"))]


def _with_lanes_stacked(panes: Sequence[str]) -> tuple[str, ...]:
    """An order in which the lanes share a column of a grid of two columns."""
    if len(panes) != 4:
        return tuple(panes)
    return panes[0], panes[1], panes[3], panes[2]


def _pair(cells: Cells) -> Cells:
    lanes = _lanes([cell.pane for cell in cells])
    return tuple(cell for cell in cells if cell.pane in lanes)


def _is_fair(cells: Cells) -> bool:
    """Whether the lanes are equally large."""
    return len({(cell.width, cell.height) for cell in _pair(cells)}) <= 1


def _is_led(cells: Cells) -> bool:
    return len({(cell.width, cell.height) for cell in cells}) > 1


def _are_lanes_stacked(cells: Cells) -> bool:
    return len({cell.x for cell in _pair(cells)}) <= 1


def _has_at_least(size: tuple[int, int], cells: Cells) -> bool:
    return all(cell.width >= size[0] and cell.height >= size[1] for cell in cells)

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.table import KEYS, find
from widgets.arrangement import PANES, PLAIN, Layout, shown_panes
from widgets.tiling import Cell, tiled

SUBSETS = [frozenset(panes) for n in range(1, 5) for panes in itertools.combinations(PANES, n)]
SHAPES = {"wide": (1280, 640), "narrow": (500, 900), "square": (800, 800)}
ASPECTS = {"16:9": 16 / 9, "4:3": 4 / 3, "portrait": 9 / 16}


def rows(cells: tuple[Cell, ...]) -> list[int]:
    """How many panes begin in each row."""
    tops = [cell.y for cell in cells]
    return [tops.count(y) for y in sorted(set(tops))]


@pytest.mark.parametrize("view", KEYS)
def test_every_pane_has_a_cell_and_the_stage_is_full(view: str) -> None:
    for aspect, shape, visible in itertools.product(ASPECTS, SHAPES, SUBSETS):
        check_full(find(view).layout, visible, aspect, shape)


def check_full(layout: Layout, visible: frozenset[str], aspect: str, shape: str) -> None:
    panes = shown_panes(visible, layout)
    width, height = SHAPES[shape]
    cells = tiled(panes, (width, height), ASPECTS[aspect], layout)
    assert tuple(cell.pane for cell in cells) == panes
    covered = sum(cell.width * cell.height for cell in cells)
    assert 0.98 * width * height <= covered <= width * height
    for one, other in itertools.combinations(cells, 2):
        apart = (
            one.x + one.width <= other.x
            or other.x + other.width <= one.x
            or one.y + one.height <= other.y
            or other.y + other.height <= one.y
        )
        assert apart
    for cell in cells:
        assert 0 <= cell.x <= cell.x + cell.width <= width
        assert 0 <= cell.y <= cell.y + cell.height <= height


@given(
    width=st.integers(250, 4000),
    height=st.integers(200, 2500),
    aspect=st.floats(0.2, 5),
    visible=st.sampled_from(SUBSETS),
    view=st.sampled_from(KEYS),
)
def test_the_lanes_are_equally_large_at_every_size(
    width: int, height: int, aspect: float, visible: frozenset[str], view: str
) -> None:
    layout = find(view).layout
    cells = tiled(shown_panes(visible, layout), (width, height), aspect, layout, 4)
    lanes = {(c.width, c.height) for c in cells if c.pane.endswith(("_a", "_b"))}
    assert len(lanes) <= 1


@pytest.mark.parametrize(
    ("size", "aspect", "expected"),
    [
        ((1280, 640), "16:9", [2, 2]),
        ((1280, 640), "4:3", [2, 2]),
        ((1280, 640), "portrait", [4]),
        ((400, 900), "16:9", [1, 1, 1, 1]),
        ((600, 900), "portrait", [2, 2]),
    ],
)
def test_four_panes_are_arranged_for_most_picture(
    size: tuple[int, int], aspect: str, expected: list[int]
) -> None:
    cells = tiled(PANES, size, ASPECTS[aspect], PLAIN, 4)
    assert rows(cells) == expected
    assert len({(cell.width, cell.height) for cell in cells}) == 1


def test_three_panes_leave_room_for_a_large_one() -> None:
    cells = {c.pane: c for c in tiled(PANES[:3], (1280, 640), 16 / 9, PLAIN)}
    assert cells["rgb"].height == 640
    assert cells["depth_a"].x == cells["depth_b"].x
    tall = tiled(PANES[:3], (600, 1000), 16 / 9, PLAIN)
    assert rows(tall) == [1, 1, 1]


@pytest.mark.parametrize("size", [(1280, 640), (1024, 700), (700, 1000)])
@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_pane_that_leads_is_larger_than_each_other(size: tuple[int, int], aspect: str) -> None:
    for panes in (("rgb", "depth_a", "cloud"), PANES):
        cells = {c.pane: c for c in tiled(panes, size, ASPECTS[aspect], Layout(hero="cloud"))}
        large = cells.pop("cloud")
        for small in cells.values():
            assert large.width * large.height > small.width * small.height


def test_slices_stand_one_above_the_other() -> None:
    layout = find("xt").layout
    for panes in (shown_panes(PANES, layout), ("slice_a", "slice_b")):
        cells = {c.pane: c for c in tiled(panes, (1280, 640), 16 / 9, layout)}
        assert cells["slice_a"].x == cells["slice_b"].x


def test_cells_are_no_smaller_than_their_words_where_that_is_possible() -> None:
    for aspect in ASPECTS.values():
        for cell in tiled(PANES, (320, 240), aspect, PLAIN, 4):
            assert cell.width >= 120
            assert cell.height >= 96


def test_names_are_not_shortened_for_a_little_more_picture() -> None:
    for cell in tiled(PANES, (744, 680), 9 / 16, PLAIN, 4):
        assert cell.width >= 180

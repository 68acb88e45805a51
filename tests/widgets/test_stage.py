import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from app.views.table import KEYS, every_view, find
from tests.support.pixels import grabbed
from tests.support.windows import stage_in_window
from widgets.arrangement import PANES, PLAIN, Layout, PaneKind, ViewPane, shown_panes
from widgets.pane_content import PaneContent, Scale, Second
from widgets.stage import Stage

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    with stage_in_window(qtbot, (900, 600)) as made:
        fill(made)
        yield made


def fill(made: Stage) -> None:
    """Give every pane a picture."""
    picture = np.full((48, 64, 3), 90, np.uint8)
    table = np.zeros((256, 3), np.uint8)
    levels = np.full((48, 64), 9, np.uint8)
    made.rgb.show_rgb(picture)
    content = PaneContent(
        levels, table, Scale(0.0, 1.0, "relative"), second=Second(levels, ("one", "other"))
    )
    made.show_contents({"wipe": content})
    for name in ("depth_a", "depth_b", "difference", "flicker_a", "flicker_b", "slice_a"):
        made.pane(name).show_levels(levels, table)


def test_something_is_shown_even_if_nothing_is_wanted() -> None:
    assert shown_panes((), PLAIN) == ("rgb",)
    assert shown_panes((), find("difference").layout) == ("difference",)


def test_the_side_view_shows_four_panes_that_fill_the_stage(stage: Stage) -> None:
    rects = stage.pane_rects()
    assert set(rects) == set(PANES)
    area = sum(rect.width() * rect.height() for rect in rects.values())
    assert area > 0.97 * stage.width() * stage.height()
    for one, other in itertools.combinations(rects.values(), 2):
        assert not one.intersects(other)


def test_rects_are_in_the_windows_coordinates(stage: Stage) -> None:
    for name, rect in stage.pane_rects().items():
        child = stage.window().childAt(rect.center())
        assert child is stage.pane(name)


@pytest.mark.parametrize("view", KEYS)
def test_exactly_the_panes_of_the_view_are_on_screen(stage: Stage, view: str) -> None:
    stage.set_layout(find(view).layout)
    names = {*PANES, *(pane.name for view in every_view() for pane in view.layout.panes)}
    on_screen = {name for name in names if stage.pane(name).isVisible()}
    assert on_screen == set(shown_panes(PANES, find(view).layout)) == set(stage.pane_rects())


def test_hiding_a_pane_gives_its_room_to_the_others(stage: Stage) -> None:
    stage.set_visible_panes({"depth_a", "depth_b"})
    rects = stage.pane_rects()
    assert set(rects) == {"depth_a", "depth_b"}
    assert abs(rects["depth_a"].width() - rects["depth_b"].width()) <= 1
    area = sum(rect.width() * rect.height() for rect in rects.values())
    assert area > 0.97 * stage.width() * stage.height()


def test_pictures_of_the_frame_register_exactly(stage: Stage) -> None:
    pictures = stage.picture_rects()
    sizes = {pictures[name].size() for name in ("rgb", "depth_a", "depth_b")}
    assert len(sizes) == 1
    panes = stage.pane_rects()
    offsets = {
        name: pictures[name].topLeft() - panes[name].topLeft()
        for name in ("rgb", "depth_a", "depth_b")
    }
    assert len({(at.x(), at.y()) for at in offsets.values()}) == 1


def test_the_clouds_picture_is_its_pane_and_a_blank_pane_has_none(stage: Stage) -> None:
    stage.depth_b.clear("This lane is off")
    pictures = stage.picture_rects()
    assert pictures["cloud"] == stage.pane_rects()["cloud"]
    assert set(pictures) == {"rgb", "depth_a", "cloud"}


def test_the_arrangement_follows_the_pictures_proportions(stage: Stage) -> None:
    rows = {rect.y() for rect in stage.pane_rects().values()}
    assert len(rows) == 2
    stage.set_picture_size(1080, 1920)
    assert len({rect.y() for rect in stage.pane_rects().values()}) == 1


def test_two_panes_are_stacked_when_the_stage_is_tall(qtbot: QtBot, stage: Stage) -> None:
    stage.set_visible_panes({"depth_a", "depth_b"})
    stage.window().resize(500, 900)
    qtbot.waitUntil(lambda: stage.pane_rects()["depth_a"].width() == stage.width())


def test_a_double_click_enlarges_and_another_restores(qtbot: QtBot, stage: Stage) -> None:
    with qtbot.waitSignal(stage.enlarged) as caught:
        qtbot.mouseDClick(stage.depth_b, LEFT, pos=QPoint(60, 60))
    assert caught.args == ["depth_b"]
    assert set(stage.pane_rects()) == {"depth_b"}
    qtbot.mouseDClick(stage.depth_b, LEFT, pos=QPoint(60, 60))
    assert set(stage.pane_rects()) == set(PANES)


def test_a_banner_is_over_the_first_pane_and_follows_it(stage: Stage) -> None:
    def drawn() -> dict[str, np.ndarray]:
        return {name: grabbed(stage.pane(name)) for name in stage.shown() if name != "cloud"}

    def bearers() -> list[str]:
        told = drawn()
        stage.set_banner(None)
        plain = drawn()
        stage.set_banner("The camera sends nothing.", "info")
        return [name for name in told if (told[name] != plain[name]).any()]

    stage.set_banner("The camera sends nothing.", "info")
    assert bearers() == ["rgb"]
    stage.enlarge("depth_b")
    assert bearers() == ["depth_b"]
    stage.enlarge(None)
    assert bearers() == ["rgb"]
    stage.set_visible_panes(("depth_a", "cloud"))
    assert bearers() == ["depth_a"]
    stage.set_layout(find("wipe").layout)
    assert bearers() == ["wipe"]


def test_a_view_without_the_enlarged_pane_restores_the_rest(qtbot: QtBot, stage: Stage) -> None:
    stage.enlarge("depth_a")
    with qtbot.waitSignal(stage.enlarged) as caught:
        stage.set_layout(find("wipe").layout)
    assert caught.args == [""]
    assert "wipe" in stage.pane_rects()


def test_escape_is_a_plain_enlarge_of_nothing(stage: Stage) -> None:
    stage.enlarge("cloud")
    assert set(stage.pane_rects()) == {"cloud"}
    stage.enlarge(None)
    assert set(stage.pane_rects()) == set(PANES)


def test_the_cloud_never_changes_parents(stage: Stage) -> None:
    parents = set()
    for view in every_view():
        stage.set_layout(view.layout)
        parents.add(stage.cloud.parent())
    stage.enlarge("rgb")
    parents.add(stage.cloud.parent())
    assert parents == {stage}


def test_hover_and_click_say_which_pane(qtbot: QtBot, stage: Stage) -> None:
    at = stage.depth_a.picture_rect().center().toPoint()
    with qtbot.waitSignals([stage.hovered, stage.picked]) as caught:
        qtbot.mouseMove(stage.depth_a, at)
        qtbot.mouseClick(stage.depth_a, LEFT, pos=at)
    for signal in caught.all_signals_and_args:
        assert signal.args[0] == "depth_a"
        assert signal.args[1:] == pytest.approx((32, 24), abs=1)


@pytest.mark.parametrize("view", KEYS)
def test_the_stage_draws_at_the_smallest_window(stage: Stage, view: str) -> None:
    stage.window().resize(320, 240)
    stage.set_layout(find(view).layout)
    whole = QRect(QPoint(0, 0), stage.window().size())
    for rect in stage.pane_rects().values():
        assert whole.contains(rect)
        assert rect.width() >= 100
    assert not stage.grab().isNull()


def test_names_that_are_none_are_refused(stage: Stage) -> None:
    unknown = Layout((ViewPane("sideways", PaneKind.LEVELS, replaces=("cloud",)),))
    with pytest.raises(KeyError):
        stage.set_layout(unknown)
    with pytest.raises(ValueError, match="panes"):
        stage.set_visible_panes({"rgb", "depth"})
    with pytest.raises(KeyError):
        stage.enlarge("depth")

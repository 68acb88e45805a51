import itertools

import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from tests.support.pixels import grabbed, part, share_of
from widgets import colour_bar, theme
from widgets.colour_bar import ticks
from widgets.depth_pane import DepthPane
from widgets.image_pane import ImagePane
from widgets.linked_view import LinkedView
from widgets.pane_content import Scale
from widgets.picture import UInt8


@pytest.fixture
def table() -> UInt8:
    """Far is green, near is red."""
    colours = np.zeros((256, 3), np.uint8)
    colours[:, 0] = np.arange(256)
    colours[:, 1] = 255 - np.arange(256)
    return colours


@pytest.fixture
def pane(qtbot: QtBot, table: UInt8) -> DepthPane:
    made = DepthPane("b", LinkedView())
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show_levels(np.full((30, 40), 128, np.uint8), table)
    made.set_range(0.1, 1.3, "relative")
    made.show()
    qtbot.waitExposed(made)
    return made


def scale_of(pane: DepthPane) -> np.ndarray:
    return part(grabbed(pane), pane.scale_rect()).astype(int)


def test_the_scale_runs_from_far_at_the_left_to_near_at_the_right(pane: DepthPane) -> None:
    scale = scale_of(pane)
    reddest = np.argmax((scale[..., 0] - scale[..., 2]).max(axis=0))
    greenest = np.argmax((scale[..., 1] - scale[..., 0]).max(axis=0))
    assert greenest < reddest
    assert reddest < 0.9 * scale.shape[1]


def test_the_scale_lies_over_the_picture_and_leaves_it_in_place(pane: DepthPane) -> None:
    alone = ImagePane("RGB", LinkedView())
    alone.resize(pane.size())
    alone.show_rgb(np.zeros((30, 40, 3), np.uint8))
    assert alone.picture_rect() == pane.picture_rect()
    assert pane.picture_rect().contains(pane.scale_rect())
    alone.deleteLater()


def test_chip_and_scale_do_not_overlap(pane: DepthPane) -> None:
    pane.set_title("A model of a very long name that fills all of the upper edge")
    for size in ((700, 300), (400, 300), (260, 200), (200, 300)):
        pane.resize(*size)
        assert not QRectF(pane.chip.geometry()).intersects(pane.scale_rect())
        assert pane.rect().contains(pane.chip.geometry())


def test_an_audience_sees_words_at_the_scale_and_no_numbers(pane: DepthPane) -> None:
    before = pane.scale_rect()
    pane.set_plain(True)
    assert pane.scale_rect().height() < before.height()
    pane.set_range(0.1, 0.7, "relative")
    plain = grabbed(pane)
    pane.set_range(0.2, 0.9, "relative")
    np.testing.assert_array_equal(grabbed(pane), plain)


def test_the_lane_signs_in_its_colour(pane: DepthPane) -> None:
    chip = part(grabbed(pane), QRectF(pane.chip.geometry()))
    assert share_of(chip, theme.COLOURS.lane_b) > 0.03
    assert share_of(chip, theme.COLOURS.lane_a) == 0.0


def test_model_and_badge_reach_the_chip(pane: DepthPane) -> None:
    pane.set_title("FlashDepth-lite")
    pane.set_badge("preliminary")
    header = pane.header()
    assert (header.chip, header.title, header.badge) == ("B", "FlashDepth-lite", "preliminary")
    pane.set_badge(None)
    assert pane.header().badge == ""


def test_no_range_leaves_the_scale_out(pane: DepthPane) -> None:
    pane.set_scale(None)
    assert pane.scale_rect().isEmpty()
    picture = part(grabbed(pane), pane.picture_rect().adjusted(0, 60, 0, 0))
    assert share_of(picture, "#807f00") == 1.0


def test_a_tiny_pane_still_draws(pane: DepthPane) -> None:
    pane.resize(pane.minimumSizeHint())
    pane.set_title("A model of a very long name indeed")
    pane.set_badge("preliminary")
    pane.set_banner("One sentence that is far too long for so small a pane.", "bad")
    assert pane.picture_area().width() == pane.width()
    assert grabbed(pane).any()


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.0, 1.0, 5, [0.0, 0.2, 0.4, 0.6, 0.8]),
        (0.113, 1.2345, 6, [0.2, 0.4, 0.6, 0.8, 1.0, 1.2]),
        (-0.2, 0.2, 4, [-0.2, -0.1, 0.0, 0.1]),
        (0.0, 12345.0, 3, [0.0, 5000.0, 10000.0]),
        (1.0, 1.0, 5, []),
        (0.0, float("nan"), 5, []),
    ],
)
def test_ticks_are_round_numbers_within_the_range(
    low: float, high: float, most: int, expected: list[float]
) -> None:
    assert ticks(low, high, most) == pytest.approx(expected)


def test_another_scale_may_have_other_words(pane: DepthPane) -> None:
    before = scale_of(pane)
    pane.set_scale(Scale(0.1, 1.3, "relative", "steady", "flickers"))
    after = scale_of(pane)
    assert after.shape != before.shape or (after != before).any()


def test_the_bar_follows_scale_colours_and_width(pane: DepthPane, table: UInt8) -> None:
    looks = [scale_of(pane)]
    pane.set_range(0.15, 1.9, "relative")
    looks.append(scale_of(pane))
    pane.show_levels(np.full((30, 40), 128, np.uint8), np.ascontiguousarray(table[:, ::-1]))
    looks.append(scale_of(pane))
    for before, after in itertools.pairwise(looks):
        assert (before != after).any()
    np.testing.assert_array_equal(scale_of(pane), looks[-1])
    narrow = pane.scale_rect().width()
    pane.resize(1600, 1200)
    assert pane.scale_rect().width() > narrow


def test_a_bar_is_drawn_once_for_pictures_of_one_scale(
    pane: DepthPane, table: UInt8, monkeypatch: pytest.MonkeyPatch
) -> None:
    grabbed(pane)
    drawn: list[object] = []
    draw = colour_bar._draw
    monkeypatch.setattr(colour_bar, "_draw", lambda *args: drawn.append(args) or draw(*args))
    pane.show_levels(np.full((30, 40), 7, np.uint8), table)
    pane.set_range(0.1, 1.3 + 1e-6, "relative")
    grabbed(pane)
    assert not drawn
    pane.set_range(0.1, 2.6, "relative")
    grabbed(pane)
    assert len(drawn) == 1

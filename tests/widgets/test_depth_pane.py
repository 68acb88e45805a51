import itertools

import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from tests.support.pixels import grabbed, part, share_of
from widgets import colour_bar, theme
from widgets.colour_bar import ticks
from widgets.depth_pane import DepthPane
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


def beside(pane: DepthPane) -> QRectF:
    area = pane.picture_area()
    return QRectF(area.right(), area.top(), pane.width() - area.right(), area.height())


def test_the_bar_runs_from_near_at_the_top_to_far_at_the_bottom(pane: DepthPane) -> None:
    scale = part(grabbed(pane), beside(pane)).astype(int)
    reddest = np.argmax((scale[..., 0] - scale[..., 2]).max(axis=1))
    greenest = np.argmax((scale[..., 1] - scale[..., 0]).max(axis=1))
    assert reddest < 0.3 * len(scale)
    assert greenest > 0.7 * len(scale)


def test_picture_and_bar_do_not_overlap(pane: DepthPane) -> None:
    assert pane.picture_rect().right() <= beside(pane).left()


def test_the_lane_signs_in_its_colour(pane: DepthPane) -> None:
    header = part(grabbed(pane), QRectF(0, 0, 40, pane.picture_area().top()))
    assert share_of(header, theme.COLOURS.lane_b) > 0.1
    assert share_of(header, theme.COLOURS.lane_a) == 0.0


def test_model_and_badge_reach_the_header(pane: DepthPane) -> None:
    pane.set_title("FlashDepth-lite")
    pane.set_badge("preliminary")
    header = pane.header()
    assert (header.chip, header.title, header.badge) == ("B", "FlashDepth-lite", "preliminary")
    pane.set_badge(None)
    assert pane.header().badge == ""


def test_no_range_leaves_the_bar_out(pane: DepthPane) -> None:
    pane.set_scale(None)
    assert share_of(part(grabbed(pane), beside(pane)), theme.COLOURS.background) == 1.0


def test_a_tiny_pane_still_draws(pane: DepthPane) -> None:
    pane.resize(pane.minimumSizeHint())
    pane.set_title("A model of a very long name indeed")
    pane.set_badge("preliminary")
    pane.set_banner("One sentence that is far too long for so small a pane.", "bad")
    assert pane.picture_area().width() > 0.6 * pane.width()
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
    before = grabbed(pane)
    pane.set_scale(Scale(0.1, 1.3, "relative", "steady", "flickers"))
    changed = np.any(grabbed(pane) != before, axis=-1)
    assert changed.any()
    assert not changed[:, : round(beside(pane).left())].any()


def test_the_bar_follows_scale_colours_and_height(pane: DepthPane, table: UInt8) -> None:
    def drawn() -> np.ndarray:
        return part(grabbed(pane), beside(pane))

    looks = [drawn()]
    pane.set_range(0.15, 1.3, "relative")
    looks.append(drawn())
    pane.show_levels(np.full((30, 40), 128, np.uint8), np.ascontiguousarray(table[:, ::-1]))
    looks.append(drawn())
    for before, after in itertools.pairwise(looks):
        assert (before != after).any()
    np.testing.assert_array_equal(drawn(), looks[-1])
    pane.resize(400, 400)
    blue = part(grabbed(pane), beside(pane)).astype(int)
    bluest = np.argmax((blue[..., 2] - blue[..., 1]).max(axis=1))
    assert bluest < 0.3 * len(blue)
    assert np.argmax((blue[..., 1] - blue[..., 2]).max(axis=1)) > 0.7 * len(blue)


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

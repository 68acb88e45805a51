import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QPointF, QRectF, QSizeF

from widgets.linked_view import (
    MAX_ZOOM,
    LinkedView,
    fit_scale,
    picture_rect,
    to_picture,
    to_screen,
)

WIDE = QSizeF(200, 100)
AREA = QRectF(10, 20, 400, 400)
MIDDLE = QPointF(0.5, 0.5)
shares = st.floats(0.0, 1.0)


def test_a_fitted_picture_is_centred_in_its_own_proportions() -> None:
    rect = picture_rect(1.0, MIDDLE, WIDE, AREA)
    assert rect == QRectF(10, 120, 400, 200)


def test_a_picture_without_extent_does_not_divide_by_zero() -> None:
    assert fit_scale(QSizeF(0, 0), AREA.size()) == 1.0
    assert to_picture(QPointF(3, 3), QRectF(), QSizeF(0, 0)) == QPointF(0, 0)


@given(zoom=st.floats(1.0, MAX_ZOOM), x=shares, y=shares)
def test_an_enlarged_picture_never_leaves_a_gap_at_one_side(
    zoom: float, x: float, y: float
) -> None:
    rect = picture_rect(zoom, QPointF(x, y), WIDE, AREA)
    for low, high, start, end in (
        (rect.left(), rect.right(), AREA.left(), AREA.right()),
        (rect.top(), rect.bottom(), AREA.top(), AREA.bottom()),
    ):
        fills = low <= start + 1e-6 and high >= end - 1e-6
        is_centred = (low - start) == pytest.approx(end - high, abs=1e-6)
        assert fills or is_centred


@given(zoom=st.floats(0.1, MAX_ZOOM), x=shares, y=shares, px=shares, py=shares)
def test_screen_and_picture_points_map_back_to_each_other(
    zoom: float, x: float, y: float, px: float, py: float
) -> None:
    rect = picture_rect(zoom, QPointF(x, y), WIDE, AREA)
    point = QPointF(px * 200, py * 100)
    back = to_picture(to_screen(point, rect, WIDE), rect, WIDE)
    assert back.x() == pytest.approx(point.x(), abs=1e-6)
    assert back.y() == pytest.approx(point.y(), abs=1e-6)


@given(
    anchor_x=st.floats(0.3, 0.7),
    anchor_y=st.floats(0.3, 0.7),
    factors=st.lists(st.floats(1.1, 3.0), min_size=1, max_size=4),
)
def test_zooming_keeps_the_anchor_where_it_was(
    anchor_x: float, anchor_y: float, factors: list[float]
) -> None:
    view = LinkedView()
    square = QSizeF(100, 100)
    anchor = QPointF(anchor_x, anchor_y)
    pixel = QPointF(100 * anchor_x, 100 * anchor_y)
    before = to_screen(pixel, picture_rect(view.zoom, view.centre, square, AREA), square)
    for factor in factors:
        view.zoom_at(factor, anchor)
    after = to_screen(pixel, picture_rect(view.zoom, view.centre, square, AREA), square)
    assert after.x() == pytest.approx(before.x(), abs=1e-6)
    assert after.y() == pytest.approx(before.y(), abs=1e-6)


def test_zooming_out_ends_at_the_whole_picture() -> None:
    view = LinkedView()
    view.zoom_at(4.0, QPointF(0.9, 0.1))
    view.zoom_at(0.001, QPointF(0.2, 0.2))
    assert view.is_fit
    assert view.centre == MIDDLE


def test_panning_stops_at_the_edge_of_the_picture() -> None:
    view = LinkedView()
    view.zoom_at(2.0, MIDDLE)
    view.pan(5.0, -5.0)
    assert view.centre == QPointF(0.75, 0.25)


def test_one_to_one_puts_a_picture_pixel_on_a_device_pixel() -> None:
    view = LinkedView()
    view.one_to_one(QSizeF(2000, 1000), AREA.size(), device_ratio=2.0)
    rect = picture_rect(view.zoom, view.centre, QSizeF(2000, 1000), AREA)
    assert rect.width() * 2.0 == pytest.approx(2000)


def test_listeners_hear_of_changes_and_of_nothing_else() -> None:
    view, heard = LinkedView(), []
    view.changed.connect(lambda: heard.append(view.zoom))
    view.pan(0.1, 0.1)  # nothing to pan while all of it is shown
    view.zoom_at(2.0, MIDDLE)
    view.reset()
    view.reset()
    assert heard == [2.0, 1.0]

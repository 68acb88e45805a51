import gc
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QPoint, QPointF, QRectF, Qt
from PyQt6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from renderers.prescale import Prescaled
from tests.support.finding import button
from tests.support.pixels import grabbed, part, share_of, wheel
from widgets import theme
from widgets.hint import Hint
from widgets.image_pane import ImagePane
from widgets.linked_view import LinkedView
from widgets.pane_paint import label_box
from widgets.picture import UInt8

LEFT = Qt.MouseButton.LeftButton
MakePane = Callable[..., ImagePane]


def halves(width: int = 80, height: int = 60) -> UInt8:
    """Left half pure red, right half pure blue."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 2, 0] = 255
    rgb[:, width // 2 :, 2] = 255
    return rgb


@pytest.fixture
def view() -> LinkedView:
    return LinkedView()


@pytest.fixture
def make_pane(qtbot: QtBot, view: LinkedView) -> MakePane:
    def make(width: int = 320, height: int = 260, title: str = "") -> ImagePane:
        pane = ImagePane(title, view)  # without a title there is no chip over the picture
        qtbot.addWidget(pane)
        pane.resize(width, height)
        pane.show_rgb(halves())
        pane.show()
        qtbot.waitExposed(pane)
        return pane

    return make


def on_screen(pane: ImagePane, x: float, y: float) -> QPoint:
    return pane.to_screen(QPointF(x, y)).toPoint()


def test_the_picture_keeps_its_proportions_and_its_sides(make_pane: MakePane) -> None:
    pane = make_pane(400, 200)
    rect = pane.picture_rect()
    assert rect.width() / rect.height() == pytest.approx(80 / 60)
    left, right = QRectF(rect), QRectF(rect)
    left.setRight(rect.center().x() - 2)
    right.setLeft(rect.center().x() + 2)
    pixels = grabbed(pane)
    assert share_of(part(pixels, left), "#ff0000") > 0.95
    assert share_of(part(pixels, right), "#0000ff") > 0.95
    beside = part(pixels, QRectF(0, rect.top(), rect.left() - 2, rect.height()))
    assert share_of(beside, theme.COLOURS.background) == 1.0


def test_levels_go_through_the_colour_table(make_pane: MakePane) -> None:
    pane = make_pane()
    table = np.zeros((256, 3), np.uint8)
    table[200] = (10, 250, 20)
    pane.show_levels(np.full((30, 40), 200, np.uint8), table)
    assert share_of(part(grabbed(pane), pane.picture_rect()), "#0afa14") > 0.95


def fitted_green(pane: ImagePane, table: UInt8 | None = None) -> Prescaled:
    """Something else than the picture, of the part that the pane paints now."""
    grabbed(pane)
    part_seen = pane.painted_part
    assert part_seen is not None
    pixels = np.empty((part_seen.rows, part_seen.columns, 4), np.uint8)
    pixels[:] = (0, 255, 0, 255)
    return Prescaled(part_seen, pixels, table)


def test_a_picture_fitted_before_is_painted_as_it_is(make_pane: MakePane) -> None:
    pane = make_pane(110, 90)
    pane.show_rgb(halves(), [fitted_green(pane)])
    assert share_of(part(grabbed(pane), pane.picture_rect()), "#00ff00") > 0.95


def test_a_picture_fitted_for_another_view_is_fitted_anew(
    make_pane: MakePane, view: LinkedView
) -> None:
    pane = make_pane(110, 90)
    fitted = fitted_green(pane)
    pane.show_rgb(halves(), [fitted])
    pane.resize(120, 100)
    assert share_of(grabbed(pane), "#00ff00") == 0.0
    pane.resize(110, 90)
    view.zoom_at(1.2, QPointF(0.2, 0.5))
    assert share_of(grabbed(pane), "#00ff00") == 0.0


def test_levels_fitted_in_other_colours_are_fitted_anew(make_pane: MakePane) -> None:
    pane = make_pane(110, 90)
    red, blue = np.zeros((256, 3), np.uint8), np.zeros((256, 3), np.uint8)
    red[:, 0] = blue[:, 2] = 255
    levels = np.full((60, 80), 7, np.uint8)
    pane.show_levels(levels, red)
    fitted = fitted_green(pane, red)
    pane.show_levels(levels, red, [fitted])
    assert share_of(part(grabbed(pane), pane.picture_rect()), "#00ff00") > 0.95
    pane.show_levels(levels, blue, [fitted])
    assert share_of(part(grabbed(pane), pane.picture_rect()), "#0000ff") > 0.95


def test_a_pane_out_of_sight_orders_nothing(make_pane: MakePane, view: LinkedView) -> None:
    pane = make_pane(110, 90)
    grabbed(pane)
    assert pane.painted_part is not None
    view.zoom_at(4.0, QPointF(0.5, 0.5))  # pixels as squares
    grabbed(pane)
    assert pane.painted_part is None
    view.reset()
    grabbed(pane)
    pane.hide()
    assert pane.painted_part is None
    pane.show()
    assert pane.painted_part is not None
    pane.clear()
    grabbed(pane)
    assert pane.painted_part is None


def test_a_new_table_changes_the_colours(make_pane: MakePane) -> None:
    pane, levels = make_pane(), np.full((30, 40), 7, np.uint8)
    for colour in ((200, 0, 0), (0, 200, 0)):
        table = np.zeros((256, 3), np.uint8)
        table[7] = colour
        pane.show_levels(levels, table)
        shown = "#{:02x}{:02x}{:02x}".format(*colour)
        assert share_of(part(grabbed(pane), pane.picture_rect()), shown) > 0.95


def test_arrays_that_are_odd_in_width_or_cut_out_of_others_are_shown_right(
    make_pane: MakePane,
) -> None:
    pane = make_pane()
    big = np.zeros((50, 90, 3), np.uint8)
    big[5:35, 10:47] = (0, 255, 0)
    pane.show_rgb(big[5:35, 10:47])
    assert share_of(part(grabbed(pane), pane.picture_rect()), "#00ff00") > 0.95
    pane.show_rgb(np.ascontiguousarray(big[5:35, 10:47])[:, ::-1])
    assert share_of(part(grabbed(pane), pane.picture_rect()), "#00ff00") > 0.95


def test_the_array_outlives_the_callers_reference(make_pane: MakePane) -> None:
    pane = make_pane()
    rgb = np.full((600, 800, 3), (250, 120, 0), np.uint8)
    pane.show_rgb(rgb)
    del rgb
    gc.collect()
    np.zeros((600, 800, 3), np.uint8)  # would take over freed memory
    assert share_of(part(grabbed(pane), pane.picture_rect()), "#fa7800") > 0.95


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (4, 4, 3, 1)])
def test_a_picture_of_another_shape_is_refused(make_pane: MakePane, shape: tuple[int]) -> None:
    with pytest.raises(ValueError, match=r"\(H, W, 3\)"):
        make_pane().show_rgb(np.zeros(shape, np.uint8))


def test_enlarged_pixels_stay_square_and_unmixed(make_pane: MakePane, view: LinkedView) -> None:
    pane = make_pane()
    view.zoom_at(30.0, QPointF(0.5, 0.5))
    pane.set_plain(True)  # without the chip that tells the zoom
    pixels = part(grabbed(pane), pane.picture_area())
    assert share_of(pixels, "#ff0000", 2) + share_of(pixels, "#0000ff", 2) == 1.0


def test_the_wheel_zooms_about_the_cursor(make_pane: MakePane, view: LinkedView) -> None:
    pane = make_pane()
    at = QPointF(on_screen(pane, 20, 30))
    before = pane.to_picture(at)
    wheel(pane, at, angle=240)
    assert view.zoom > 1.2
    assert pane.to_picture(at).x() == pytest.approx(before.x(), abs=0.5)


def test_a_trackpad_zooms_by_pixels(make_pane: MakePane, view: LinkedView) -> None:
    pane = make_pane()
    wheel(pane, QPointF(on_screen(pane, 40, 30)), angle=999, pixels=24)
    assert 1.05 < view.zoom < 1.1


def test_dragging_pans_and_is_no_click(qtbot: QtBot, make_pane: MakePane, view: LinkedView) -> None:
    pane, picked = make_pane(), []
    pane.picked.connect(lambda x, y: picked.append((x, y)))
    view.zoom_at(4.0, QPointF(0.5, 0.5))
    start = pane.picture_area().center().toPoint()
    qtbot.mousePress(pane, LEFT, pos=start)
    qtbot.mouseMove(pane, start + QPoint(QApplication.startDragDistance() + 30, 0))
    qtbot.mouseRelease(pane, LEFT, pos=start + QPoint(40, 0))
    assert view.centre.x() < 0.5
    assert picked == []


def test_a_click_says_which_pixel(qtbot: QtBot, make_pane: MakePane) -> None:
    pane = make_pane()
    with qtbot.waitSignal(pane.picked) as caught:
        qtbot.mouseClick(pane, LEFT, pos=on_screen(pane, 60, 15))
    assert caught.args == pytest.approx([60, 15], abs=0.5)


def test_a_click_beside_the_picture_says_nothing(qtbot: QtBot, make_pane: MakePane) -> None:
    pane = make_pane(600, 200)
    with qtbot.assertNotEmitted(pane.picked):
        qtbot.mouseClick(pane, LEFT, pos=QPoint(4, 100))
        qtbot.mouseClick(pane, LEFT, pos=QPoint(596, 100))


def test_a_double_click_asks_for_more_room(qtbot: QtBot, make_pane: MakePane) -> None:
    pane = make_pane()
    with qtbot.waitSignal(pane.enlarge_requested):
        qtbot.mouseDClick(pane, LEFT, pos=QPoint(100, 100))


def test_leaving_the_picture_is_told_once(qtbot: QtBot, make_pane: MakePane) -> None:
    pane, told = make_pane(600, 200), []
    pane.hovered.connect(lambda *_: told.append("over"))
    pane.unhovered.connect(lambda: told.append("off"))
    for point in (on_screen(pane, 40, 30), QPoint(3, 100), QPoint(5, 100)):
        qtbot.mouseMove(pane, point)
    assert told == ["over", "off"]


def test_the_cross_hair_passes_through_the_same_picture_point(make_pane: MakePane) -> None:
    pane = make_pane()
    before = grabbed(pane)
    pane.set_probe(20, 45, "")
    changed = np.any(grabbed(pane) != before, axis=-1)
    at = on_screen(pane, 20, 45)
    assert changed[at.y(), :].sum() > 0.8 * pane.picture_rect().width()
    assert changed[pane.picture_area().toRect().top() :, at.x()].sum() > 100
    pane.clear_probe()
    assert np.array_equal(grabbed(pane), before)


def test_labels_stay_inside_the_picture_in_every_corner(make_pane: MakePane) -> None:
    pane = make_pane()
    rect = pane.picture_rect().intersected(pane.picture_area())
    before = grabbed(pane)
    for x, y in ((0, 0), (79.9, 0), (0, 59.9), (79.9, 59.9)):
        pane.set_probe(x, y, "0.123456 relative")
        after = grabbed(pane)
        changed = np.any(after != before, axis=-1)
        rows, columns = np.nonzero(changed)
        assert columns.min() >= rect.left() - 2
        assert columns.max() <= rect.right() + 2
        assert rows.min() >= rect.top() - 1
        assert share_of(part(after, rect), theme.COLOURS.background, 60) > 0.02


@given(x=st.floats(0, 300), y=st.floats(0, 200))
def test_a_label_lies_inside_and_beside_its_point(x: float, y: float) -> None:
    clip, point = QRectF(0, 0, 300, 200), QPointF(x, y)
    box = label_box(clip, point, 100, 20)
    assert clip.contains(box)
    assert not box.left() <= x <= box.right()


def test_a_label_that_is_too_wide_for_either_side_stays_inside() -> None:
    clip = QRectF(10, 10, 120, 80)
    assert clip.contains(label_box(clip, QPointF(70, 50), 100, 20))


def test_pins_are_drawn_in_their_own_colours(make_pane: MakePane) -> None:
    pane = make_pane()
    pane.set_pins([(10, 10), (70, 50)])
    pixels = grabbed(pane)
    for (x, y), colour in zip(((10, 10), (70, 50)), map(theme.pin_colour, (1, 2)), strict=True):
        at = on_screen(pane, x, y)
        around = QRectF(at.x() - 8, at.y() - 8, 16, 16)
        assert share_of(part(pixels, around), colour) > 0.2


def test_a_fifth_pin_is_refused(make_pane: MakePane) -> None:
    with pytest.raises(ValueError, match="at most 4"):
        make_pane().set_pins([(0, 0)] * 5)


def test_an_overlay_covers_only_where_it_is_opaque(make_pane: MakePane) -> None:
    pane = make_pane()
    rgba = np.zeros((60, 80, 4), np.uint8)
    rgba[:, 40:] = (0, 255, 0, 255)
    pane.set_overlay(rgba)
    pixels = part(grabbed(pane), pane.picture_rect())
    assert share_of(pixels, "#ff0000") > 0.45
    assert share_of(pixels, "#00ff00") > 0.45
    pane.set_overlay(None)
    assert share_of(part(grabbed(pane), pane.picture_rect()), "#00ff00") == 0.0


def test_the_scan_line_can_be_dragged_to_another_row(qtbot: QtBot, make_pane: MakePane) -> None:
    pane, rows, picked = make_pane(), [], []
    pane.set_scan_line(30)
    pane.scan_line_moved.connect(rows.append)
    pane.picked.connect(lambda *_: picked.append(1))
    qtbot.mousePress(pane, LEFT, pos=on_screen(pane, 40, 30.5))
    qtbot.mouseMove(pane, on_screen(pane, 40, 45.5))
    qtbot.mouseMove(pane, on_screen(pane, 40, 300))
    qtbot.mouseRelease(pane, LEFT, pos=on_screen(pane, 40, 59))
    assert rows == [45, 59]
    assert picked == []


def test_a_banner_leaves_the_last_picture_in_place(make_pane: MakePane) -> None:
    pane = make_pane()
    pane.set_banner("The camera does not respond; trying again.", "bad")
    pixels = grabbed(pane)
    assert share_of(part(pixels, pane.picture_rect()), "#ff0000") > 0.3
    assert share_of(pixels, theme.COLOURS.bad) > 0.0005
    pane.set_banner(None)
    assert share_of(grabbed(pane), theme.COLOURS.bad, 8) == 0.0


def test_a_banner_of_an_unknown_kind_is_refused(make_pane: MakePane) -> None:
    with pytest.raises(KeyError):
        make_pane().set_banner("words", "loud")


def test_a_hint_stays_until_it_is_dismissed(qtbot: QtBot, make_pane: MakePane) -> None:
    pane = make_pane()
    pane.set_hint("Drop a video here, or pick a camera from the Source menu.")
    hint = pane.findChild(Hint)
    assert hint is not None
    assert pane.rect().contains(hint.geometry())
    assert hint.height() >= hint.heightForWidth(hint.width())
    with qtbot.waitSignal(pane.hint_dismissed):
        qtbot.mouseClick(button(hint, "Dismiss this hint"), LEFT)
    assert not hint.isVisible()


def test_a_hint_stays_below_the_chip_wherever_the_picture_comes_to_lie(make_pane: MakePane) -> None:
    pane = make_pane(400, 400, "RGB")
    pane.show_rgb(halves(80, 80))
    pane.set_hint("Drop a video here, or pick a camera from the Source menu.")
    hint = pane.findChild(Hint)
    assert hint is not None
    for picture in (halves(80, 64), halves(160, 40), halves(40, 160)):
        pane.show_rgb(picture)
        assert not hint.geometry().intersects(pane.chip.geometry())
        assert pane.rect().contains(hint.geometry())


def test_each_picture_is_counted_once_when_it_reached_the_screen(make_pane: MakePane) -> None:
    pane = make_pane()
    grabbed(pane)
    before = pane.frames_painted
    pane.show_rgb(halves())
    grabbed(pane)
    grabbed(pane)
    assert pane.frames_painted == before + 1


def test_an_empty_pane_says_why(make_pane: MakePane) -> None:
    pane = make_pane()
    pane.clear("Lane B is off.")
    pixels = part(grabbed(pane), pane.picture_area())
    assert share_of(pixels, "#ff0000") == 0.0
    assert 0 < share_of(pixels, theme.COLOURS.quiet, 60) < 0.2


def test_panes_share_zoom_and_centre(make_pane: MakePane) -> None:
    first, second = make_pane(320, 260), make_pane(200, 180)
    wheel(first, QPointF(on_screen(first, 70, 10)), angle=960)
    middle = second.to_picture(second.picture_area().center())
    assert middle.x() == pytest.approx(first.to_picture(first.picture_area().center()).x(), abs=1)


def test_one_to_one_shows_picture_pixels_as_screen_pixels(make_pane: MakePane) -> None:
    pane = make_pane()
    pane.show_rgb(halves(1000, 700))
    pane.one_to_one()
    assert pane.picture_rect().width() * pane.devicePixelRatioF() == pytest.approx(1000)


def test_a_plain_pane_paints_neither_cross_hair_nor_readings_nor_hint(make_pane: MakePane) -> None:
    pane = make_pane()
    untouched = grabbed(pane)
    pane.set_probe(40, 30, "x 40 y 30 · #ff0000")
    pane.set_caption("33 ms")
    pane.set_hint("Drop a video here.")
    assert (grabbed(pane) != untouched).any()
    pane.set_plain(True)
    np.testing.assert_array_equal(grabbed(pane), untouched)
    pane.set_plain(False)
    assert (grabbed(pane) != untouched).any()
    assert pane.findChild(Hint).isVisible()  # type: ignore[union-attr]


def test_the_chip_lies_on_the_corner_of_the_visible_picture(
    make_pane: MakePane, view: LinkedView
) -> None:
    pane = make_pane(600, 200, "RGB")
    chip, picture = pane.chip.geometry(), pane.picture_rect()
    assert 0 < chip.left() - picture.left() < 10
    assert 0 < chip.top() - picture.top() < 10
    view.zoom_at(4.0, QPointF(0.5, 0.5))
    assert 0 < pane.chip.geometry().left() < 10


def test_the_mouse_passes_through_the_chip(qtbot: QtBot, make_pane: MakePane) -> None:
    pane = make_pane(320, 260, "RGB")
    assert pane.childAt(pane.chip.geometry().center()) is None


def test_a_control_in_the_chip_can_be_used_and_goes_with_the_readings(
    qtbot: QtBot, make_pane: MakePane
) -> None:
    pane = make_pane(320, 260, "RGB")
    button_in = QPushButton("Layer 3")
    pane.chip.host(button_in)
    pane.lay_out_chip()
    assert button_in.isVisible()
    assert pane.chip.rect().contains(button_in.geometry())
    with qtbot.waitSignal(button_in.clicked):
        qtbot.mouseClick(button_in, LEFT)
    pane.set_plain(True)
    assert not button_in.isVisible()

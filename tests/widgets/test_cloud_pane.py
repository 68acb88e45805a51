"""The point cloud pane: what it shows, how one moves in it, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import (
    QImage,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QShortcut,
    QWheelEvent,
)
from PyQt6.QtOpenGLWidgets import QOpenGLWidget
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QWidget
from pytestqt.qtbot import QtBot

from models.frames import Unit
from models.geometry import Calibration, Intrinsics
from renderers.camera import CameraPose, eye
from renderers.colormap import table
from renderers.depth_image import quantise
from renderers.point_cloud import CloudColour, CloudOptions, default_calibration
from tests.support.pixels import grabbed
from tests.support.timers import running_timers
from widgets import cloud_pane
from widgets.cloud_canvas import CloudCanvas, no_gl_reason
from widgets.cloud_navigation import CloudNavigator
from widgets.cloud_pane import CloudPane
from widgets.painted_cloud import PaintedCloud

WIDTH, HEIGHT = 160, 120
CAMERA = Intrinsics.from_fov(60.0, WIDTH, HEIGHT)
RANGE = (0.15, 0.7)


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A red box before a green wall: (rgb, disparity)."""
    disparity = np.full((HEIGHT, WIDTH), 0.2, np.float32)
    disparity[40:90, 50:110] = 0.6
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[..., 1] = 180
    rgb[40:90, 50:110] = (220, 40, 30)
    return rgb, disparity


def feed(pane: CloudPane, unit: Unit = Unit.INVERSE_METRE) -> None:
    rgb, disparity = scene()
    pane.show_cloud(rgb, disparity, quantise(disparity, RANGE), RANGE, unit, CAMERA)


def flight_goes_on(pane: CloudPane) -> bool:
    """Held keys go on moving the viewer."""
    (navigation,) = pane.findChildren(CloudNavigator)
    return bool(running_timers(navigation))


def surface_of(pane: CloudPane) -> QWidget:
    """What the mouse touches."""
    surface = pane.findChild(PaintedCloud) or pane.findChild(CloudCanvas)
    assert surface is not None
    return surface


def canvas_of(pane: CloudPane) -> CloudCanvas:
    surface = surface_of(pane)
    canvas = surface.canvas if isinstance(surface, PaintedCloud) else surface
    assert isinstance(canvas, CloudCanvas)
    return canvas


def share(picture: np.ndarray, channel: int) -> float:
    """Share of pixels in which one channel clearly leads."""
    rest = np.delete(picture, channel, axis=2).max(axis=2)
    return float((picture[..., channel] > rest.astype(int) + 60).mean())


@pytest.fixture(params=[True, False], ids=["painted", "in the window"])
def pane(
    qtbot: QtBot, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CloudPane]:
    reason = no_gl_reason()
    if reason:
        pytest.skip(reason)
    monkeypatch.setattr(cloud_pane, "is_gl_software", partial(bool, request.param))
    made = CloudPane()
    made.resize(400, 320)
    qtbot.addWidget(made)
    feed(made)
    made.show()
    qtbot.waitUntil(lambda: made.frames_painted == 1, timeout=5000)
    yield made
    made.close()


@pytest.mark.gl
def test_the_first_frame_is_framed_recognisable_and_seen_from_aside(pane: CloudPane) -> None:
    picture = pane.grab_image()
    assert share(picture, 0) > 0.05
    assert share(picture, 1) > 0.3
    view = pane.viewpoint()
    assert 0 < abs(view.yaw_deg) < 30
    assert 0 < view.pitch_deg < 30
    assert view.target == pytest.approx((0, 0, -np.sqrt(5 * 5 / 3)), abs=0.1)


@pytest.mark.gl
def test_what_was_drawn_out_of_sight_is_what_the_pane_shows(pane: CloudPane) -> None:
    surface = surface_of(pane)
    if not isinstance(surface, PaintedCloud):
        pytest.skip("drawn in the window")
    shown = surface.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    bits = shown.constBits()
    assert bits is not None
    data = np.frombuffer(bytes(bits.asarray(shown.sizeInBytes())), np.uint8)
    rows = data.reshape(shown.height(), shown.bytesPerLine())[:, : shown.width() * 3]
    np.testing.assert_array_equal(rows.reshape(shown.height(), -1, 3), pane.grab_image())
    assert not any(child.isVisible() for child in pane.findChildren(QOpenGLWidget))


@pytest.mark.gl
def test_relief_is_visible_from_the_default_viewpoint(pane: CloudPane) -> None:
    empty = (pane.grab_image() == CloudOptions().background).all(axis=2)
    height, width = empty.shape
    shadow = empty[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    assert shadow.any()


@pytest.mark.gl
def test_software_gl_is_named_and_starts_coarse(
    pane: CloudPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = canvas_of(pane)
    monkeypatch.setattr(canvas, "software", True)
    rgb = np.zeros((720, 1280, 3), np.uint8)
    disparity = np.full((720, 1280), 0.3, np.float32)
    with qtbot.waitSignal(pane.stride_changed) as changed:
        pane.show_cloud(rgb, disparity, quantise(disparity, RANGE), RANGE, Unit.INVERSE_METRE, None)
    assert changed.args[0] == pane.stride > 1
    assert changed.args[1] == "software GL"
    assert "software GL" in pane.readout
    assert f"stride {pane.stride}" in pane.readout


@pytest.mark.gl
def test_slow_draws_make_the_stride_coarser_and_say_so(pane: CloudPane, qtbot: QtBot) -> None:
    rgb, disparity = (np.repeat(np.repeat(each, 4, 0), 4, 1) for each in scene())
    pane.show_cloud(rgb, disparity, quantise(disparity, RANGE), RANGE, Unit.INVERSE_METRE, CAMERA)
    before = pane.stride
    with qtbot.waitSignal(pane.stride_changed) as changed:
        for _ in range(5):
            canvas_of(pane).drawn.emit(900.0)
    assert changed.args[0] == pane.stride > before
    assert changed.args[1] == "draw time"
    assert pane.draw_ms == 900.0


@pytest.mark.gl
def test_a_stride_by_hand_stays_whatever_drawing_costs(pane: CloudPane) -> None:
    pane.set_options(CloudOptions(stride=5))
    for _ in range(20):
        canvas_of(pane).drawn.emit(900.0)
    assert pane.stride == 5
    pane.set_options(CloudOptions())
    assert pane.stride != 5


@pytest.mark.gl
@pytest.mark.parametrize("size", [(900, 640), (240, 200), (900, 240)])
def test_a_pane_of_another_size_is_drawn_all_over(
    pane: CloudPane, qtbot: QtBot, size: tuple[int, int]
) -> None:
    options = CloudOptions(background=(0, 0, 90))
    pane.set_options(options)
    grabbed(pane)
    pane.resize(*size)
    qtbot.waitUntil(lambda: surface_of(pane).width() == size[0], timeout=5000)
    surface = surface_of(pane)
    drawn = grabbed(pane)[surface.y() :]
    assert drawn.shape[:2] == (surface.height(), size[0])
    known = [options.background, (0, 180, 0), (220, 40, 30)]
    off = np.min([np.abs(drawn.astype(int) - colour).max(axis=2) for colour in known], axis=0)
    assert (off < 8).mean() > 0.99  # nothing that was never drawn


@pytest.mark.gl
def test_a_left_drag_orbits(pane: CloudPane) -> None:
    canvas, before, picture = surface_of(pane), pane.viewpoint(), pane.grab_image()
    drag(canvas, Qt.MouseButton.LeftButton, QPoint(60, -20))
    after = pane.viewpoint()
    assert after.target == before.target
    assert after.distance == before.distance
    assert after.yaw_deg < before.yaw_deg
    assert after.pitch_deg < before.pitch_deg
    assert (pane.grab_image() != picture).mean() > 0.05


@pytest.mark.gl
@pytest.mark.parametrize(
    ("button", "modifier"),
    [
        (Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier),
        (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_middle_or_shift_drag_keeps_the_target_under_the_cursor(
    pane: CloudPane, button: Qt.MouseButton, modifier: Qt.KeyboardModifier
) -> None:
    canvas, before = surface_of(pane), pane.viewpoint()
    drag(canvas, button, QPoint(50, 30), modifier)
    after = pane.viewpoint()
    assert (after.yaw_deg, after.pitch_deg) == (before.yaw_deg, before.pitch_deg)
    moved = np.linalg.norm(np.subtract(after.target, before.target))
    px = moved / before.distance / canvas_of(pane).tan_half() * canvas.height() / 2
    assert px == pytest.approx(np.hypot(50, 30), rel=0.01)


@pytest.mark.gl
def test_the_wheel_zooms_in_and_out_again(pane: CloudPane) -> None:
    before = pane.viewpoint().distance
    wheel(surface_of(pane), 240)
    assert pane.viewpoint().distance < before
    wheel(surface_of(pane), -240)
    assert pane.viewpoint().distance == pytest.approx(before)


def scroll(
    canvas: QWidget,
    pixels: QPoint,
    phase: Qt.ScrollPhase = Qt.ScrollPhase.ScrollUpdate,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Two fingers on a trackpad moved by so many pixels."""
    middle = QPointF(canvas.rect().center())
    event = QWheelEvent(
        middle, canvas.mapToGlobal(middle), pixels, 2 * pixels, Qt.MouseButton.NoButton, keys,
        phase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


@pytest.mark.gl
def test_two_fingers_on_a_trackpad_orbit(pane: CloudPane) -> None:
    before, picture = pane.viewpoint(), pane.grab_image()
    scroll(surface_of(pane), QPoint(40, 10))
    after = pane.viewpoint()
    assert after.yaw_deg == pytest.approx(before.yaw_deg - 12.0)
    assert after.pitch_deg == pytest.approx(before.pitch_deg + 3.0)
    assert (after.distance, after.target) == (before.distance, before.target)
    assert (pane.grab_image() != picture).any()


@pytest.mark.gl
def test_what_a_trackpad_adds_by_itself_turns_nothing(pane: CloudPane) -> None:
    before = pane.viewpoint()
    scroll(surface_of(pane), QPoint(40, 10), Qt.ScrollPhase.ScrollMomentum)
    assert pane.viewpoint() == before


@pytest.mark.gl
def test_two_fingers_pan_with_shift_and_zoom_with_ctrl(pane: CloudPane) -> None:
    before = pane.viewpoint()
    scroll(surface_of(pane), QPoint(30, 0), keys=Qt.KeyboardModifier.ShiftModifier)
    panned = pane.viewpoint()
    assert panned.target != before.target
    assert panned.yaw_deg == before.yaw_deg
    scroll(surface_of(pane), QPoint(0, 30), keys=Qt.KeyboardModifier.ControlModifier)
    zoomed = pane.viewpoint()
    assert zoomed.distance < panned.distance
    assert zoomed.target == panned.target


def native(canvas: QWidget, kind: Qt.NativeGestureType, value: float) -> None:
    middle = QPointF(canvas.rect().center())
    device = QPointingDevice.primaryPointingDevice()
    event = QNativeGestureEvent(
        kind, device, 2, middle, middle, canvas.mapToGlobal(middle), value, QPointF()
    )
    QApplication.sendEvent(canvas, event)


@pytest.mark.gl
def test_a_pinch_zooms_a_twist_turns_and_a_double_tap_resets(pane: CloudPane) -> None:
    canvas, home = surface_of(pane), pane.viewpoint()
    native(canvas, Qt.NativeGestureType.ZoomNativeGesture, 0.25)
    assert pane.viewpoint().distance == pytest.approx(home.distance / 1.25)
    native(canvas, Qt.NativeGestureType.RotateNativeGesture, 15.0)
    assert pane.viewpoint().yaw_deg == pytest.approx(home.yaw_deg + 15.0)
    native(canvas, Qt.NativeGestureType.SmartZoomNativeGesture, 0.0)
    assert pane.viewpoint() == home


@pytest.mark.gl
def test_a_pinch_on_a_touch_screen_zooms_turns_and_pans(pane: CloudPane) -> None:
    canvas, home = surface_of(pane), pane.viewpoint()
    pinch = QPinchGesture()
    pinch.setScaleFactor(1.25)
    pinch.setLastRotationAngle(5.0)
    pinch.setRotationAngle(20.0)
    QApplication.sendEvent(canvas, QGestureEvent([pinch]))
    after = pane.viewpoint()
    assert after.distance == pytest.approx(home.distance / 1.25)
    assert after.yaw_deg == pytest.approx(home.yaw_deg + 15.0)


@pytest.mark.gl
def test_keys_fly_while_the_right_button_is_held_and_reach_no_shortcut(
    pane: CloudPane, qtbot: QtBot
) -> None:
    pressed: list[str] = []
    shortcut = QShortcut(QKeySequence("W"), pane)
    shortcut.activated.connect(RecordInto(pressed))
    pane.activateWindow()
    canvas = surface_of(pane)
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus, timeout=5000)
    start = eye(pane.viewpoint())
    QTest.mousePress(canvas, Qt.MouseButton.RightButton)
    QTest.keyPress(canvas, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: np.linalg.norm(eye(pane.viewpoint()) - start) > 0.1, timeout=5000)
    QTest.keyRelease(canvas, Qt.Key.Key_W)
    QTest.mouseRelease(canvas, Qt.MouseButton.RightButton)
    assert pressed == []
    stopped = pane.viewpoint()
    assert not flight_goes_on(pane)
    QTest.keyClick(canvas, Qt.Key.Key_W)
    assert pressed == ["W"]
    assert pane.viewpoint() == stopped


@pytest.mark.gl
def test_losing_the_focus_ends_the_flight(pane: CloudPane) -> None:
    canvas = surface_of(pane)
    QTest.mousePress(canvas, Qt.MouseButton.RightButton)
    QTest.keyPress(canvas, Qt.Key.Key_D)
    assert flight_goes_on(pane)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.WindowDeactivate))
    assert not flight_goes_on(pane)


@pytest.mark.gl
def test_home_brings_the_default_view_back(pane: CloudPane) -> None:
    home = pane.viewpoint()
    drag(surface_of(pane), Qt.MouseButton.LeftButton, QPoint(90, 40))
    QTest.keyClick(surface_of(pane), Qt.Key.Key_Home)
    assert pane.viewpoint() == home


@pytest.mark.gl
def test_a_saved_view_is_restored_and_survives_new_frames(pane: CloudPane) -> None:
    view = CameraPose((0.5, 0.2, -3.0), 2.5, -40.0, 25.0)
    pane.set_viewpoint(view)
    feed(pane)
    assert pane.viewpoint() == view


@pytest.mark.gl
def test_a_picture_without_a_point_leaves_the_framing_to_the_next(pane: CloudPane) -> None:
    home = pane.viewpoint()
    pane.set_viewpoint(CameraPose((0, 0, -90.0), 100.0))
    rgb, disparity = scene()
    unknown = np.full_like(disparity, np.nan)
    pane.show_cloud(rgb, unknown, np.zeros_like(rgb[..., 0]), RANGE, Unit.INVERSE_METRE, CAMERA)
    pane.reset_view()
    feed(pane)
    assert pane.viewpoint() == home


@pytest.mark.gl
def test_a_change_of_unit_frames_anew(pane: CloudPane) -> None:
    pane.set_viewpoint(CameraPose((0, 0, -90.0), 100.0))
    feed(pane, Unit.RELATIVE)
    assert pane.viewpoint().distance < 20
    assert pane.calibration == default_calibration(*RANGE)
    by_hand = Calibration(0.0, 0.5)
    pane.set_options(CloudOptions(calibration=by_hand))
    assert pane.calibration == by_hand


@pytest.mark.gl
def test_a_double_click_asks_to_enlarge(pane: CloudPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pane.enlarge_requested):
        QTest.mouseDClick(surface_of(pane), Qt.MouseButton.LeftButton)


@pytest.mark.gl
def test_points_take_the_colours_of_the_table(pane: CloudPane) -> None:
    colours = table("viridis")
    pane.set_color_table(colours)
    pane.set_options(CloudOptions(colour=CloudColour.DISPARITY))
    seen = {tuple(pixel) for pixel in pane.grab_image().reshape(-1, 3)}
    near, far = (colours[level] for level in np.unique(quantise(scene()[1], RANGE))[::-1])
    assert seen == {tuple(near), tuple(far), CloudOptions().background}


@pytest.mark.gl
def test_a_mirrored_cloud_is_the_mirror_image(pane: CloudPane) -> None:
    pane.set_viewpoint(CameraPose((0, 0, -3.0), 3.0))
    rgb, disparity = scene()
    rgb[:, :20] = (20, 30, 230)
    pane.show_cloud(rgb, disparity, quantise(disparity, RANGE), RANGE, Unit.INVERSE_METRE, CAMERA)
    plain = pane.grab_image()
    pane.set_options(CloudOptions(mirror=True))
    mirrored = pane.grab_image()
    half = plain.shape[1] // 2
    assert share(plain[:, :half], 2) > 0.1
    assert share(plain[:, half:], 2) == 0
    assert share(mirrored[:, half:], 2) > 0.1
    assert share(mirrored[:, :half], 2) == 0


@pytest.mark.gl
def test_a_hidden_pane_costs_nothing_and_catches_up(pane: CloudPane, qtbot: QtBot) -> None:
    pane.hide()
    painted = pane.frames_painted
    for _ in range(10):
        feed(pane)
    assert not canvas_of(pane).uploads_pending
    pane.show()
    qtbot.waitUntil(lambda: pane.frames_painted == painted + 1, timeout=5000)


@pytest.mark.gl
def test_moving_to_another_window_does_not_blacken_the_cloud(pane: CloudPane, qtbot: QtBot) -> None:
    before = share(pane.grab_image(), 0)
    window = QWidget()
    window.resize(400, 320)
    qtbot.addWidget(window)
    window.show()
    for parent in (window, None):
        pane.setParent(parent)
        painted = pane.frames_painted
        pane.show()
        feed(pane)
        qtbot.waitUntil(lambda: pane.frames_painted > painted, timeout=5000)  # noqa: B023
        assert share(pane.grab_image(), 0) == pytest.approx(before, abs=0.03)


@pytest.mark.gl
def test_a_banner_lies_over_the_cloud_and_goes(pane: CloudPane) -> None:
    plain = pane.grab().toImage()
    pane.set_banner("Signal lost")
    covered = pane.grab().toImage()
    pane.set_banner(None)
    assert covered != plain
    assert pane.grab().toImage() == plain


@pytest.mark.gl
def test_a_cleared_pane_shows_no_points(pane: CloudPane) -> None:
    pane.clear("No lane")
    assert (pane.grab_image() == CloudOptions().background).all()
    feed(pane)
    assert share(pane.grab_image(), 0) > 0.05


@pytest.mark.gl
def test_a_closed_pane_ignores_what_still_comes(pane: CloudPane) -> None:
    pane.close()
    feed(pane)
    pane.set_options(CloudOptions(stride=3))
    pane.reset_view()
    pane.close()


@pytest.mark.gl
def test_a_pane_deleted_without_closing_leaves_quietly(pane: CloudPane, qtbot: QtBot) -> None:
    other = CloudPane()
    feed(other)
    other.show()
    qtbot.waitUntil(lambda: other.frames_painted == 1, timeout=5000)
    other.deleteLater()
    QCoreApplication.sendPostedEvents(other, QEvent.Type.DeferredDelete)
    feed(pane)
    assert share(pane.grab_image(), 0) > 0.05


@pytest.mark.gl
def test_a_driver_that_fails_leaves_a_sentence(
    pane: CloudPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise RuntimeError("Shader compilation error")

    monkeypatch.setattr("widgets.cloud_canvas.PointCloudVisual.draw", refuse)
    with qtbot.waitSignal(canvas_of(pane).failed):
        feed(pane)
    assert pane.no_gl_reason is not None
    assert "Shader" in pane.no_gl_reason
    feed(pane)


def test_without_gl_the_pane_says_why_and_nothing_raises(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud_pane, "no_gl_reason", no_gl)
    pane = CloudPane()
    qtbot.addWidget(pane)
    pane.resize(300, 200)
    pane.show()
    empty = pane.grab().toImage()
    feed(pane)
    pane.set_options(CloudOptions(stride=2))
    pane.set_color_table(table("viridis"))
    pane.reset_view()
    pane.set_viewpoint(pane.viewpoint())
    pane.set_banner("Signal lost")
    pane.set_banner(None)
    pane.clear()
    assert pane.no_gl_reason == no_gl()
    assert pane.readout == ""
    assert pane.frames_painted == 1
    assert pane.grab_image().shape == (200, 300, 3)
    assert len({empty.pixelColor(x, y).name() for x in range(300) for y in range(40, 200)}) > 2
    pane.close()


def no_gl() -> str:
    return "The point cloud needs OpenGL 2.1; install a graphics driver to see it."


class RecordInto:
    """A slot that notes that its shortcut was used."""

    def __init__(self, pressed: list[str]) -> None:
        self._pressed = pressed

    def __call__(self) -> None:
        self._pressed.append("W")


def drag(
    canvas: QWidget,
    button: Qt.MouseButton,
    way: QPoint,
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    start = canvas.rect().center()
    QTest.mousePress(canvas, button, modifier, start)
    move(canvas, button, start + way, modifier)
    QTest.mouseRelease(canvas, button, modifier, start + way)


def move(
    canvas: QWidget, button: Qt.MouseButton, to: QPoint, modifier: Qt.KeyboardModifier
) -> None:
    """A move with the button down, which QTest.mouseMove does not send."""
    point = QPointF(to)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        point,
        canvas.mapToGlobal(point),
        Qt.MouseButton.NoButton,
        button,
        modifier,
    )
    QApplication.sendEvent(canvas, event)


def wheel(canvas: QWidget, delta: int) -> None:
    centre = QPointF(canvas.rect().center())
    event = QWheelEvent(
        centre,
        canvas.mapToGlobal(centre),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)

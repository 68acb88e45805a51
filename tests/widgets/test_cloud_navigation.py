"""Moving in the point cloud by mouse, trackpad, touch and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import (
    QKeySequence,
    QNativeGestureEvent,
    QPointingDevice,
    QShortcut,
    QWheelEvent,
)
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QGestureEvent, QPinchGesture, QWidget
from pytestqt.qtbot import QtBot

from renderers.camera import CameraPose, eye
from tests.support.clouds import (
    canvas_of,
    drag,
    feed,
    surface_of,
    wheel,
)
from tests.support.timers import running_timers
from widgets.cloud_navigation import CloudNavigator
from widgets.cloud_pane import CloudPane


def flight_goes_on(pane: CloudPane) -> bool:
    """Held keys go on moving the viewer."""
    (navigation,) = pane.findChildren(CloudNavigator)
    return bool(running_timers(navigation))


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


class RecordInto:
    """A slot that notes that its shortcut was used."""

    def __init__(self, pressed: list[str]) -> None:
        self._pressed = pressed

    def __call__(self) -> None:
        self._pressed.append("W")

"""The point cloud pane: what it shows, and how it ends."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, Qt
from PyQt6.QtGui import (
    QImage,
)
from PyQt6.QtOpenGLWidgets import QOpenGLWidget
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.frames import Unit
from models.geometry import Calibration
from renderers.camera import CameraPose, eye, orbit
from renderers.cloud_options import CloudColour, CloudOptions
from renderers.colormap import table
from renderers.levels import quantise
from renderers.point_cloud import default_calibration
from tests.support.clouds import (
    CAMERA,
    RANGE,
    canvas_of,
    feed,
    scene,
    share,
    surface_of,
)
from tests.support.pixels import grabbed
from tests.support.timers import running_timers
from widgets import cloud_pane
from widgets.cloud_pane import CloudPane
from widgets.gl_support import GLSupport
from widgets.painted_cloud import PaintedCloud


@pytest.mark.gl
def test_the_first_frame_is_seen_as_the_taking_camera_saw_it(pane: CloudPane) -> None:
    picture = pane.grab_image()
    assert share(picture, 0) > 0.05
    assert share(picture, 1) > 0.3
    view = pane.viewpoint()
    np.testing.assert_allclose(eye(view), 0, atol=1e-6)
    assert (view.yaw_deg, view.pitch_deg) == (0, 0)
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
def test_relief_is_visible_from_aside(pane: CloudPane) -> None:
    pane.set_viewpoint(orbit(pane.viewpoint(), 12.0, 6.0))
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
    assert f"stride {pane.stride:g} " in pane.readout


@pytest.mark.gl
def test_slow_draws_make_the_stride_coarser_and_say_so(pane: CloudPane, qtbot: QtBot) -> None:
    rgb, disparity = (np.repeat(np.repeat(each, 4, 0), 4, 1) for each in scene())
    pane.show_cloud(rgb, disparity, quantise(disparity, RANGE), RANGE, Unit.INVERSE_METRE, CAMERA)
    for _ in range(10):
        canvas_of(pane).drawn.emit(0.1)
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
    assert surface.size() == pane.size()
    drawn = grabbed(pane)[pane.chip.geometry().bottom() + 1 :]
    known = [options.background, (0, 180, 0), (220, 40, 30)]
    off = np.min([np.abs(drawn.astype(int) - colour).max(axis=2) for colour in known], axis=0)
    assert (off < 8).mean() > 0.99  # nothing that was never drawn


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
    painted = pane.frames_painted
    feed(pane)
    pane.set_options(CloudOptions(stride=3))
    pane.reset_view()
    pane.close()
    assert pane.frames_painted == painted
    assert running_timers(pane) == []


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

    monkeypatch.setattr("renderers.cloud_visual.PointCloudVisual.draw", refuse)
    with qtbot.waitSignal(canvas_of(pane).failed):
        feed(pane)
    assert pane.no_gl_reason is not None
    assert "Shader" in pane.no_gl_reason
    feed(pane)


def test_without_gl_the_pane_says_why_and_nothing_raises(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud_pane, "find_gl", lambda: GLSupport(NO_GL))
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
    assert pane.no_gl_reason == NO_GL
    assert pane.readout == ""
    assert pane.frames_painted == 1
    assert pane.grab_image().shape == (200, 300, 3)
    assert len({empty.pixelColor(x, y).name() for x in range(300) for y in range(40, 200)}) > 2
    pane.close()


NO_GL = "The point cloud needs OpenGL 2.1; install a graphics driver to see it."


@pytest.mark.gl
def test_the_chip_says_the_stride_and_the_points_of_the_first_frame(
    pane: CloudPane,
) -> None:
    pane.set_options(CloudOptions(stride=1))
    pane.clear()
    assert pane.chip.header.caption == ""
    feed(pane)
    said = pane.chip.header.caption
    assert said.startswith("stride 1 · 19 k points")

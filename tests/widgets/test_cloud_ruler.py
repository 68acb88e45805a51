"""The ruler in the cloud: two clicks, a line and its length."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from models.frames import Unit
from models.geometry import Calibration
from renderers.camera import CameraPose, orbit
from renderers.cloud_options import CloudOptions
from renderers.cloud_ruler import CloudLength
from renderers.levels import quantise
from renderers.point_cloud import default_calibration
from tests.support.clouds import CAMERA, HEIGHT, RANGE, WIDTH, drag, feed, scene, surface_of
from widgets.cloud_pane import CloudPane

pytestmark = pytest.mark.gl


def click(pane: CloudPane, column: float, row: float) -> None:
    """Click where the camera that took the picture saw a pixel."""
    surface = surface_of(pane)
    scale = min(surface.width() / WIDTH, surface.height() / HEIGHT)
    x = surface.width() / 2 + (column + 0.5 - WIDTH / 2) * scale
    y = surface.height() / 2 + (row + 0.5 - HEIGHT / 2) * scale
    QTest.mouseClick(surface, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))


def measure(pane: CloudPane, one: tuple[float, float], other: tuple[float, float]) -> CloudLength:
    pane.set_measuring(True)
    click(pane, *one)
    click(pane, *other)
    assert pane.length is not None
    return pane.length


def expected(calibration: Calibration, *pixels: tuple[int, int]) -> float:
    """Distance of two pixels of the scene, by z = 1 / (a + b disparity) and the pinhole camera."""
    disparity = scene()[1]
    points = []
    for column, row in pixels:
        z = 1 / (calibration.offset + calibration.gain * float(disparity[row, column]))
        points.append(((column - CAMERA.cx) / CAMERA.fx * z, (row - CAMERA.cy) / CAMERA.fy * z, z))
    return float(np.linalg.norm(np.subtract(*points)))


def test_two_clicks_measure_in_metres_across_the_box_and_into_depth(pane: CloudPane) -> None:
    across = measure(pane, (55, 60), (105, 60))
    assert across.is_metric
    assert across.length == pytest.approx(50 / CAMERA.fx / 0.6, rel=0.05)
    assert across.words == f"{across.length:.2f} m"
    into = measure(pane, (100, 60), (130, 60))
    assert into.length == pytest.approx(expected(Calibration(), *into.pixels), rel=1e-5)
    assert into.length > 3


def test_relative_disparity_is_measured_in_units_with_a_and_b(pane: CloudPane) -> None:
    feed(pane, Unit.RELATIVE)
    length = measure(pane, (60, 50), (20, 20))
    calibration = default_calibration(*RANGE)
    assert not length.is_metric
    assert length.length == pytest.approx(expected(calibration, *length.pixels), rel=1e-5)
    assert "relative" in length.words
    words = length.words.replace("\u2212", "-")
    assert f"shift a {calibration.offset:.3g}, scale b {calibration.gain:.3g}" in words


def test_the_length_follows_a_and_b_and_the_field_of_view(pane: CloudPane) -> None:
    lengths: list[object] = []
    pane.measured.connect(lengths.append)
    before = measure(pane, (55, 60), (105, 60))
    halved = CloudOptions(calibration=Calibration(0.0, 2.0))
    pane.set_options(halved)
    assert pane.length is not None
    assert pane.length.pixels == before.pixels
    assert pane.length.length == pytest.approx(before.length / 2, rel=1e-5)
    assert not pane.length.is_metric  # a and b by hand are no calibration
    pane.set_options(CloudOptions(fov_deg=90.0))
    assert pane.length.length > 1.5 * before.length
    assert lengths[-1] == pane.length


def test_two_known_distances_make_it_metres(pane: CloudPane) -> None:
    rgb, disparity = scene()
    levels, known = quantise(disparity, RANGE), Calibration(0.1, 0.5)
    pane.show_cloud(rgb, disparity, levels, RANGE, Unit.RELATIVE, CAMERA, known)
    length = measure(pane, (60, 50), (20, 20))
    assert length.is_metric
    assert length.length == pytest.approx(expected(known, *length.pixels), rel=1e-5)


def test_a_click_from_aside_takes_the_surface_in_front(pane: CloudPane) -> None:
    pane.set_viewpoint(orbit(pane.viewpoint(), 10.0, 0.0))
    pane.set_measuring(True)
    surface = surface_of(pane)
    for at in (surface.rect().center(), surface.rect().center() + QPoint(20, 0)):
        QTest.mouseClick(surface, Qt.MouseButton.LeftButton, pos=at)
    assert pane.length is not None
    for column, row in pane.length.pixels:
        assert scene()[1][row, column] == pytest.approx(0.6)


def test_a_drag_turns_the_cloud_and_measures_nothing(pane: CloudPane) -> None:
    pane.set_measuring(True)
    before = pane.viewpoint()
    drag(surface_of(pane), Qt.MouseButton.LeftButton, QPoint(40, 0))
    assert pane.viewpoint() != before
    click(pane, 60, 60)
    assert pane.length is None


def test_a_third_click_begins_anew_and_the_end_forgets(pane: CloudPane) -> None:
    measure(pane, (55, 60), (105, 60))
    click(pane, 60, 60)
    assert pane.length is None
    click(pane, 100, 60)
    assert pane.length is not None
    assert pane.stop_measuring()
    assert pane.length is None
    assert not pane.stop_measuring()
    click(pane, 60, 60)
    assert pane.length is None


def test_the_line_and_its_length_are_seen(pane: CloudPane) -> None:
    bare = pane.grab().toImage()
    measure(pane, (55, 60), (105, 60))
    assert pane.grab().toImage() != bare
    pane.set_measuring(False)
    assert pane.grab().toImage() == bare


def test_nothing_is_measured_beside_the_cloud(pane: CloudPane) -> None:
    pane.set_viewpoint(CameraPose((0.0, 0.0, -3.0), 80.0))
    pane.set_measuring(True)
    QTest.mouseClick(surface_of(pane), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    click(pane, 80, 60)
    assert pane.length is None


def test_the_button_in_the_chip_says_whether_it_measures(pane: CloudPane, qtbot: QtBot) -> None:
    pane.offer_viewpoints()
    button = next(b for b in pane.findChildren(QToolButton) if b.text() == "Ruler")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pane.is_measuring
    pane.stop_measuring()
    assert not button.isChecked()

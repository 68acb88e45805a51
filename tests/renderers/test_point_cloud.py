"""Geometry of the point cloud."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.frames import Unit
from models.geometry import Calibration, Intrinsics, unproject
from models.opencv import cv2
from renderers.cloud_grid import grid_axis, grid_pixels, grid_shape
from renderers.cloud_options import CloudOptions
from renderers.point_cloud import (
    calibration_in_force,
    cloud_points,
    default_calibration,
    intrinsics_in_force,
)

WIDTH, HEIGHT = 320, 240
CAMERA = Intrinsics.from_fov(60.0, WIDTH, HEIGHT)
RGB = np.random.default_rng(3).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
KEEP_ALL = CloudOptions(edge_ratio=math.inf)


def plane_disparity(normal: tuple[float, float, float], offset: float) -> np.ndarray:
    """1/z of the plane normal . p = offset in camera axes (x right, y down, z forward)."""
    x = (np.arange(WIDTH) - CAMERA.cx) / CAMERA.fx
    y = ((np.arange(HEIGHT) - CAMERA.cy) / CAMERA.fy)[:, None]
    return ((normal[0] * x + normal[1] * y + normal[2]) / offset).astype(np.float32)


def floor_and_wall() -> np.ndarray:
    """A room: a floor 1.4 m below, a wall 6 m ahead, a wall 1.5 m to the right."""
    planes = ((0.0, 1.0, 0.0), 1.4), ((0.0, 0.0, 1.0), 6.0), ((1.0, 0.0, 0.0), 1.5)
    return np.max([plane_disparity(*plane) for plane in planes], axis=0)


def test_points_are_the_unprojected_pixels_with_y_up_and_z_towards_the_viewer() -> None:
    disparity = plane_disparity((0.2, 0.3, 1.0), 4.0)
    points, colours = cloud_points(RGB, disparity, KEEP_ALL, CAMERA)
    expected = unproject(1.0 / disparity, CAMERA).reshape(-1, 3) * (1, -1, -1)
    np.testing.assert_allclose(points, expected, rtol=1e-5)
    np.testing.assert_array_equal(colours, RGB.reshape(-1, 3))


@pytest.mark.parametrize("normal", [(0.0, 0.0, 1.0), (0.5, 0.1, 1.0), (-0.3, 0.6, 0.8)])
def test_a_flat_wall_is_flat(normal: tuple[float, float, float]) -> None:
    points, _ = cloud_points(RGB, plane_disparity(normal, 3.0), CloudOptions(), CAMERA)
    assert len(points) > 0.99 * WIDTH * HEIGHT
    distance = points @ (np.array(normal) * (1, -1, -1)) - 3.0
    assert np.abs(distance).max() < 1e-4 * np.abs(points[:, 2]).max()


@pytest.mark.parametrize("stride", [1, 2, 3, 5, 8])
def test_a_room_keeps_its_surfaces_at_every_stride(stride: int) -> None:
    disparity = floor_and_wall()
    kept, _ = cloud_points(RGB, disparity, CloudOptions(stride=stride), CAMERA)
    everything, _ = cloud_points(
        RGB, disparity, CloudOptions(stride=stride, edge_ratio=math.inf), CAMERA
    )
    assert len(kept) == len(everything)


def test_a_coarse_cloud_is_a_subset_of_the_fine_one() -> None:
    disparity = floor_and_wall()
    disparity[80:160, 100:200] = 0.9
    disparity = cv2.GaussianBlur(disparity, (0, 0), 1.5)
    fine = {tuple(p) for p in cloud_points(RGB, disparity, CloudOptions(stride=1), CAMERA)[0]}
    for stride in (2, 3, 4, 7):
        coarse, _ = cloud_points(RGB, disparity, CloudOptions(stride=stride), CAMERA)
        assert len(coarse) > 0.9 * WIDTH * HEIGHT / stride**2
        assert {tuple(p) for p in coarse} <= fine


@pytest.mark.parametrize("width", [640, 2044])
def test_a_coarse_cloud_has_no_points_of_its_own_at_the_border_either(width: int) -> None:
    height = width // 4
    noise = np.random.default_rng(8).uniform(0.2, 1.0, (height, width)).astype(np.float32)
    disparity = cv2.GaussianBlur(noise, (0, 0), 3.0) ** 4 * 20
    rgb = np.zeros((height, width, 3), np.uint8)
    fine = {tuple(p) for p in cloud_points(rgb, disparity, CloudOptions(stride=1))[0]}
    assert 0 < len(fine) < width * height
    for stride in (2, 6, 8):
        coarse, _ = cloud_points(rgb, disparity, CloudOptions(stride=stride))
        assert {tuple(p) for p in coarse} <= fine


@settings(deadline=None)
@given(
    st.integers(1, 2100), st.integers(1, 40), st.sampled_from((1, 1.5, 2, 3, 4, 6, 7, 8, 12, 16))
)
def test_the_pixels_that_become_points_are_those_of_the_grid(
    width: int, height: int, stride: float
) -> None:
    picture = np.arange(width * height).reshape(height, width)
    rows, columns = grid_axis(height, stride), grid_axis(width, stride)
    assert grid_shape(width, height, stride) == (len(rows), len(columns))
    pixels = grid_pixels(picture, stride)
    np.testing.assert_array_equal(pixels, picture[np.ix_(rows, columns)])
    np.testing.assert_array_equal(grid_pixels(picture, stride, slice(1, 3)), pixels[1:3])
    assert pixels.flags.c_contiguous


@pytest.mark.parametrize("shrink", [2, 3, 4])
def test_pixels_smeared_between_two_surfaces_do_not_fly(shrink: int) -> None:
    sharp = np.full((480, 640), 1 / 6, np.float32)
    rows, columns = np.mgrid[:480, :640]
    sharp[np.hypot(rows - 250, columns - 300) < 150] = 1 / 2
    low = cv2.resize(sharp, (640 // shrink, 480 // shrink), interpolation=cv2.INTER_AREA)
    smeared = cv2.resize(low, (640, 480), interpolation=cv2.INTER_LINEAR)
    rgb = np.zeros((480, 640, 3), np.uint8)

    def flying(options: CloudOptions) -> float:
        depth = -cloud_points(rgb, smeared, options)[0][:, 2]
        return float(((depth > 2.06) & (depth < 5.82)).mean())

    assert flying(KEEP_ALL) > 0.005
    assert flying(CloudOptions()) < 0.1 * flying(KEEP_ALL)


def test_the_rim_of_a_sharp_surface_stays() -> None:
    disparity = np.full((HEIGHT, WIDTH), 1 / 6, np.float32)
    disparity[60:180, 80:240] = 0.5
    points, _ = cloud_points(RGB, disparity, CloudOptions(), CAMERA)
    assert len(points) == WIDTH * HEIGHT


def test_unknown_too_near_and_too_far_pixels_make_no_points() -> None:
    disparity = np.full((HEIGHT, WIDTH), 0.5, np.float32)
    disparity[:, :10] = np.nan
    disparity[:, 10:20] = 50.0
    disparity[:, 20:30] = 0.001
    disparity[:, 30:40] = -1.0
    points, _ = cloud_points(RGB, disparity, KEEP_ALL, CAMERA)
    assert len(points) == (WIDTH - 40) * HEIGHT
    np.testing.assert_allclose(points[:, 2], -2.0)


def test_a_mirrored_cloud_exchanges_left_and_right() -> None:
    disparity = plane_disparity((0.4, 0.0, 1.0), 3.0)
    plain, _ = cloud_points(RGB, disparity, CloudOptions(), CAMERA)
    mirrored, _ = cloud_points(RGB, disparity, CloudOptions(mirror=True), CAMERA)
    np.testing.assert_array_equal(mirrored, plain * np.float32([-1, 1, 1]))


def test_the_default_calibration_puts_the_range_at_one_to_eight_metres() -> None:
    calibration = default_calibration(far=3.0, near=17.0)
    depth = calibration.depth_m(np.array([[3.0, 17.0]], np.float32))
    np.testing.assert_allclose(depth, [[8.0, 1.0]], rtol=1e-5)
    with pytest.raises(ValueError, match="range"):
        default_calibration(1.0, 1.0)


def test_metres_are_taken_as_they_are_and_a_calibration_by_hand_wins() -> None:
    by_hand = Calibration(0.1, 0.2)
    assert calibration_in_force(CloudOptions(), (0.1, 1.0), Unit.INVERSE_METRE) == Calibration()
    assert calibration_in_force(CloudOptions(), (1.0, 2.0), Unit.RELATIVE) == default_calibration(
        1.0, 2.0
    )
    for unit in Unit:
        assert calibration_in_force(CloudOptions(calibration=by_hand), (0, 1), unit) == by_hand


def test_a_field_of_view_by_hand_wins_over_the_source() -> None:
    assert intrinsics_in_force(CloudOptions(), CAMERA, WIDTH, HEIGHT) == CAMERA
    by_hand = intrinsics_in_force(CloudOptions(fov_deg=90.0), CAMERA, WIDTH, HEIGHT)
    assert by_hand.fov_deg == pytest.approx(90.0)
    assert intrinsics_in_force(CloudOptions(), None, WIDTH, HEIGHT).fov_deg == pytest.approx(60.0)


@pytest.mark.parametrize(
    "wrong", [{"stride": 0}, {"point_size": 0.0}, {"edge_ratio": 1.0}, {"fov_deg": 180.0}]
)
def test_unusable_options_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError):
        CloudOptions(**wrong)

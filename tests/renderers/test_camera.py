"""The viewer's camera."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.geometry import Intrinsics
from renderers.camera import (
    MAX_PITCH_DEG,
    CameraPose,
    eye,
    fly,
    framing,
    look,
    orbit,
    pan,
    projection_matrix,
    swayed,
    tan_half_fov_to_fit,
    view_matrix,
    zoom,
)

angles = st.floats(-400, 400)
poses = st.builds(
    CameraPose,
    st.tuples(*[st.floats(-5, 5)] * 3),
    st.floats(0.1, 20),
    st.floats(-180, 180),
    st.floats(-89, 89),
)


def test_the_plain_pose_stands_at_the_taking_camera() -> None:
    np.testing.assert_allclose(view_matrix(CameraPose((0, 0, -3), 3.0)), np.eye(4), atol=1e-12)


@given(poses)
def test_the_target_is_straight_ahead_at_its_distance(pose: CameraPose) -> None:
    seen = view_matrix(pose) @ [*pose.target, 1.0]
    np.testing.assert_allclose(seen[:3], [0, 0, -pose.distance], atol=1e-9)


@given(poses, angles, angles)
def test_orbiting_keeps_the_target_and_the_distance(
    pose: CameraPose, yaw: float, pitch: float
) -> None:
    turned = orbit(pose, yaw, pitch)
    assert turned.target == pose.target
    assert np.linalg.norm(eye(turned) - turned.target) == pytest.approx(pose.distance)
    assert abs(turned.pitch_deg) <= MAX_PITCH_DEG
    assert -180 <= turned.yaw_deg <= 180


@given(poses, angles, angles)
def test_looking_around_keeps_the_eye(pose: CameraPose, yaw: float, pitch: float) -> None:
    np.testing.assert_allclose(eye(look(pose, yaw, pitch)), eye(pose), atol=1e-9)


@given(poses, st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3))
def test_flying_moves_the_eye_along_the_viewers_axes(
    pose: CameraPose, right: float, up: float, forward: float
) -> None:
    moved = view_matrix(pose) @ [*eye(fly(pose, right, up, forward)), 1.0]
    np.testing.assert_allclose(moved[:3], [right, up, -forward], atol=1e-9)


def test_panning_moves_by_shares_of_the_distance() -> None:
    moved = pan(CameraPose((0, 0, -4), 4.0), 0.5, -0.25)
    assert moved.target == pytest.approx((2.0, -1.0, -4.0))


def test_zooming_stops_at_both_ends() -> None:
    pose = CameraPose(distance=3.0)
    assert zoom(pose, 2.0).distance == 1.5
    assert zoom(pose, 1e9).distance > 0
    assert np.isfinite(zoom(pose, 1e-9).distance)


def test_positive_yaw_stands_right_and_positive_pitch_above() -> None:
    position = eye(orbit(CameraPose((0, 0, -3), 3.0), 30, 20))
    assert position[0] > 0
    assert position[1] > 0


def test_the_picture_just_fits_a_canvas_of_any_shape() -> None:
    camera = Intrinsics.from_fov(60.0, 640, 480)
    corner = np.array([320 / camera.fx, 240 / camera.fy, -1.0, 1.0])
    for aspect in (0.5, 4 / 3, 3.0):
        clip = projection_matrix(tan_half_fov_to_fit(camera, aspect), aspect, 0.1, 100) @ corner
        assert max(clip[:2] / clip[3]) == pytest.approx(1.0)


def test_framing_stands_at_the_taking_camera_and_aims_between_near_and_far_content() -> None:
    points = np.zeros((100, 3), np.float32)
    points[:, 2] = -np.repeat([2.0, 8.0], 50)
    pose = framing(points)
    assert pose.target == pytest.approx((0, 0, -4), abs=0.1)
    np.testing.assert_allclose(view_matrix(pose), np.eye(4), atol=1e-12)


def test_swaying_keeps_the_target_returns_and_stays_close() -> None:
    pose = CameraPose((0.0, 0.0, -4.0), 4.0)
    for turns in (0.0, 1.0, 7.0):
        np.testing.assert_allclose(view_matrix(swayed(pose, turns)), view_matrix(pose), atol=1e-9)
    moved = [swayed(pose, turns) for turns in np.linspace(0, 1, 30)]
    assert {each.target for each in moved} == {pose.target}
    assert 3 < max(each.yaw_deg for each in moved) < 10
    assert -10 < min(each.yaw_deg for each in moved) < -3
    assert all(0 <= each.pitch_deg < 5 for each in moved)


def test_framing_without_points_still_gives_a_pose() -> None:
    assert framing(np.empty((0, 3), np.float32)).distance > 0

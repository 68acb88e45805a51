"""The mesh of a frame: where its points are, which way it faces, where it is cut."""

from __future__ import annotations

import numpy as np
import pytest

from models.geometry import Calibration, Intrinsics
from renderers.mesh import Mesh, frame_mesh
from renderers.point_cloud import CloudOptions, cloud_points

WIDTH, HEIGHT = 64, 48
CAMERA = Intrinsics(70.0, 66.0, 30.0, 25.0, WIDTH, HEIGHT)
METRES = CloudOptions(calibration=Calibration())


def box_before_a_wall() -> np.ndarray:
    disparity = np.full((HEIGHT, WIDTH), 0.25, np.float32)
    disparity[16:32, 20:44] = 1.0
    return disparity


def triangles(mesh: Mesh) -> np.ndarray:
    return mesh.points[mesh.faces].astype(float)


def test_vertices_are_where_the_points_of_the_cloud_are() -> None:
    disparity = box_before_a_wall()
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    points, _ = cloud_points(rgb, disparity, METRES, CAMERA)
    mesh = frame_mesh(disparity, METRES, CAMERA)
    assert len(mesh.points) == len(points) == WIDTH * HEIGHT
    np.testing.assert_allclose(mesh.points, points, atol=1e-6)


def test_no_triangle_spans_a_jump_in_depth() -> None:
    mesh = frame_mesh(box_before_a_wall(), METRES, CAMERA)
    depth = -triangles(mesh)[..., 2]
    assert set(np.unique(depth)) == {1.0, 4.0}
    assert (np.ptp(depth, axis=1) == 0).all()
    squares = (WIDTH - 1) * (HEIGHT - 1)
    around_the_box = 25 * 17 - 23 * 15  # squares with corners on both
    on_the_wall_alone = 2  # one triangle at each of two corners
    assert len(mesh.faces) == 2 * (squares - around_the_box) + on_the_wall_alone


def test_faces_and_normals_turn_towards_the_camera() -> None:
    tilted = 0.2 + 0.002 * np.arange(HEIGHT, dtype=np.float32)[:, None] * np.ones((1, WIDTH), "f4")
    for disparity in (box_before_a_wall(), np.asarray(tilted, np.float32)):
        mesh = frame_mesh(disparity, METRES, CAMERA)
        corner = triangles(mesh)
        across = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        assert ((across * -corner.mean(axis=1)).sum(axis=1) > 0).all()
        assert ((mesh.normals * -mesh.points).sum(axis=1) > 0).all()
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-6)


def test_normals_of_a_plane_are_the_planes_own() -> None:
    slope = np.array([0.3, 0.5, 1.0])
    slope /= np.linalg.norm(slope)
    x = (np.arange(WIDTH) - CAMERA.cx) / CAMERA.fx
    y = ((CAMERA.cy - np.arange(HEIGHT)) / CAMERA.fy)[:, None]
    along = slope[0] * x + slope[1] * y - slope[2]  # of the ray to depth 1
    disparity = (along / -2.0).astype(np.float32)  # the plane slope · point = -2
    mesh = frame_mesh(disparity, METRES, CAMERA)
    np.testing.assert_allclose(mesh.points @ slope, -2.0, atol=1e-4)
    np.testing.assert_allclose(mesh.normals, np.tile(slope, (len(mesh.normals), 1)), atol=1e-3)


def test_the_texture_of_a_vertex_is_the_middle_of_its_pixel() -> None:
    mesh = frame_mesh(np.full((HEIGHT, WIDTH), 0.5, np.float32), METRES, CAMERA)
    np.testing.assert_allclose(mesh.texture[0], (0.5 / WIDTH, 0.5 / HEIGHT))
    np.testing.assert_allclose(mesh.texture[-1], (1 - 0.5 / WIDTH, 1 - 0.5 / HEIGHT))


def test_large_pictures_give_coarser_meshes_of_the_same_surface() -> None:
    disparity = np.full((HEIGHT, WIDTH), 0.5, np.float32)
    mesh = frame_mesh(disparity, METRES, CAMERA, most_vertices=HEIGHT * WIDTH // 4)
    assert len(mesh.points) == HEIGHT * WIDTH // 4
    assert (mesh.points[:, 2] == -2.0).all()


@pytest.mark.parametrize("disparity", [np.full((8, 8), np.nan, "f4"), np.ones((1, 9), "f4")])
def test_where_there_is_no_surface_the_mesh_is_empty(disparity: np.ndarray) -> None:
    mesh = frame_mesh(disparity, METRES)
    assert len(mesh.points) == len(mesh.faces) == len(mesh.normals) == len(mesh.texture) == 0

"""Depth, flow and covisibility of the ray caster against what can be worked out by hand."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.geometry import unproject
from models.scenes import RenderedFrame, Renderer, Scene, default_atlas, demo_scene, random_scene
from models.scenes.builder import SceneBuilder
from models.scenes.motion import CameraPath, Rock, Spin, Wander
from models.scenes.scene import Lighting, Material

SIZE = (161, 121)
STILL = CameraPath((0, 0, 0), (0, 1, 0))


def scene_of(
    place: Callable[[SceneBuilder], None], camera: CameraPath = STILL, fov_deg: float = 60.0
) -> Scene:
    builder = SceneBuilder(np.random.default_rng(0), default_atlas())
    place(builder)
    return builder.build("test", 0, Lighting(), camera, fov_deg, (-5, -5, 5, 5))


def draw(scene: Scene, time_s: float = 0.0, previous_s: float | None = None) -> RenderedFrame:
    renderer = Renderer(*SIZE, threads=1)
    try:
        return renderer.render(scene, time_s, previous_s)
    finally:
        renderer.close()


def rays(frame: RenderedFrame) -> np.ndarray:
    """(H, W, 3) float64 rays in camera axes with z = 1."""
    k = frame.intrinsics
    x, y = np.meshgrid((np.arange(SIZE[0]) - k.cx) / k.fx, (np.arange(SIZE[1]) - k.cy) / k.fy)
    return np.stack([x, y, np.ones_like(x)], axis=-1)


def world_points(frame: RenderedFrame, where: np.ndarray) -> np.ndarray:
    """(n, 3) world coordinates of what the pixels in `where` see."""
    depth = np.where(where, frame.depth_m, np.float32(np.nan))
    points = unproject(depth, frame.intrinsics)[where].astype(np.float64)
    return points @ frame.camera_to_world[:3, :3].T + frame.camera_to_world[:3, 3]


def wall(builder: SceneBuilder) -> None:
    builder.panel((0, 4, 0), 20, 20, Material())


def test_a_wall_across_the_view_has_one_depth() -> None:
    frame = draw(scene_of(wall))
    np.testing.assert_allclose(frame.depth_m, 4.0, rtol=1e-5)
    np.testing.assert_allclose(frame.disparity, 0.25, rtol=1e-5)


def test_a_lamp_in_a_surface_lights_it_without_a_warning() -> None:
    scene = scene_of(wall)
    frame = draw(scene)
    seen = world_points(frame, np.ones(frame.depth_m.shape, np.bool_))
    for number in range(0, len(seen), len(seen) // 12):
        lamp = tuple(map(float, seen[number]))
        lit = draw(replace(scene, lighting=replace(scene.lighting, key_position=lamp)))
        assert (lit.depth_m == frame.depth_m).all()


@pytest.mark.parametrize("sizes", [(20.0, 0.5), (0.5, 20.0)])
def test_of_equally_near_surfaces_the_first_is_seen_whatever_their_sizes(
    sizes: tuple[float, float],
) -> None:
    def place(builder: SceneBuilder) -> None:
        for size in sizes:
            builder.panel((0, 4, 0), size, size, Material())

    frame = draw(scene_of(place))
    assert frame.surface[SIZE[1] // 2, SIZE[0] // 2] == 1
    assert (frame.depth_m == frame.depth_m[0, 0]).all()


def test_a_ball_before_a_wall_is_where_the_ray_equation_puts_it() -> None:
    def place(builder: SceneBuilder) -> None:
        wall(builder)
        builder.ball((0.3, 3.0, 0.2), 0.7, Material())

    frame = draw(scene_of(place))
    d, centre = rays(frame), np.array([0.3, -0.2, 3.0])
    a, b = np.sum(d * d, -1), np.sum(d * centre, -1)
    root = b * b - a * (centre @ centre - 0.49)
    clear = np.abs(root) > 1e-4
    expected = np.where(root > 0, (b - np.sqrt(np.maximum(root, 0))) / a, 4.0)
    assert 1000 < np.sum(root > 0) < 10000
    np.testing.assert_allclose(frame.depth_m[clear], expected[clear], rtol=1e-4)


def test_an_upright_cylinder_has_round_sides_and_a_flat_top() -> None:
    def place(builder: SceneBuilder) -> None:
        builder.rod((0, 3, -2), (0, 3, -0.5), 0.6, Material())

    camera = CameraPath((0, 0, 0.5), (0, 3, -0.5))
    frame = draw(scene_of(place, camera))
    world = world_points(frame, np.isfinite(frame.depth_m))
    radius = np.hypot(world[:, 0], world[:, 1] - 3)
    top = np.abs(world[:, 2] + 0.5) < 1e-3
    assert 100 < top.sum() < len(top) - 100
    assert radius[top].max() < 0.6 + 1e-3
    np.testing.assert_allclose(radius[~top], 0.6, atol=1e-3)
    assert world[:, 2].max() < -0.5 + 1e-3


def test_a_cone_narrows_to_its_tip() -> None:
    def place(builder: SceneBuilder) -> None:
        builder.rod((0, 3, -1), (0, 3, 1), 0.8, Material(), 0.0)

    frame = draw(scene_of(place))
    world = world_points(frame, np.isfinite(frame.depth_m))
    expected = 0.8 * (1 - world[:, 2]) / 2
    np.testing.assert_allclose(np.hypot(world[:, 0], world[:, 1] - 3), expected, atol=2e-3)


def test_all_six_faces_of_a_box_show_as_it_turns() -> None:
    def place(builder: SceneBuilder) -> None:
        with builder.at(0, 4), builder.moving(Spin("z", 1.0)), builder.moving(Spin("x", 0.7)):
            builder.box((0, 0, 0), (1.0, 1.2, 0.8), Material())

    scene = scene_of(place)
    seen = np.zeros(6)
    for time_s in np.arange(0, 12, 0.75):
        frame = draw(scene, float(time_s))
        inside = frame.object_id > 0
        world = world_points(frame, inside)
        pose = scene.body_to_world(float(time_s))[2]
        own = (world - pose[:3, 3]) @ pose[:3, :3]
        reach = np.concatenate([own, -own], 1) - np.tile([0.5, 0.6, 0.4], 2)
        np.testing.assert_allclose(reach.max(axis=1), 0, atol=1e-3)
        seen += (np.abs(reach) < 1e-3).sum(axis=0)
    assert (seen > 50).all()


def test_the_sky_is_at_infinity_and_has_no_disparity() -> None:
    frame = draw(scene_of(lambda builder: builder.floor(-9, -9, 9, 99, -1, Material())))
    assert np.isinf(frame.depth_m[0]).all()
    assert (frame.disparity[0] == 0).all()
    assert (frame.object_id[0] == 0).all()
    assert np.isfinite(frame.depth_m[-1]).all()


def test_a_surface_that_passes_behind_the_camera_is_cut_not_mirrored() -> None:
    frame = draw(scene_of(lambda builder: builder.floor(-50, -50, 50, 50, -1, Material())))
    d = rays(frame)
    below = d[..., 1] > 0.03
    np.testing.assert_allclose(frame.depth_m[below], 1 / d[..., 1][below], rtol=1e-4)
    assert np.isinf(frame.depth_m[d[..., 1] < 0]).all()


def test_flow_leads_to_the_same_point_of_the_world() -> None:
    scene = random_scene(3, "still_life")
    now, before = draw(scene, 0.4, 0.2), draw(scene, 0.2)
    assert now.flow_to_previous is not None
    assert now.covisible is not None
    static = (now.object_id == 1) & now.covisible
    assert static.mean() > 0.3
    world = world_points(now, static)
    inverse = np.linalg.inv(before.camera_to_world)
    local = world @ inverse[:3, :3].T + inverse[:3, 3]
    k = before.intrinsics
    expected = local[:, :2] / local[:, 2:] * (k.fx, k.fy) + (k.cx, k.cy)
    rows, columns = np.nonzero(static)
    found = now.flow_to_previous[static] + np.stack([columns, rows], 1)
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_flow_follows_a_moving_body() -> None:
    def place(builder: SceneBuilder) -> None:
        wall(builder)
        with builder.at(0, 2), builder.moving(Rock((0.4, 0, 0), 4.0)):
            builder.panel((0, 0, 0), 0.5, 0.5, Material())

    frame = draw(scene_of(place), 1.0, 0.0)
    assert frame.flow_to_previous is not None
    moving = frame.object_id == 2
    np.testing.assert_allclose(
        frame.flow_to_previous[moving],
        [[-0.4 / 2 * frame.intrinsics.fx, 0]] * moving.sum(),
        atol=1e-2,
    )
    np.testing.assert_allclose(frame.flow_to_previous[frame.object_id == 1], 0, atol=1e-3)


def test_what_was_hidden_before_is_not_covisible() -> None:
    def place(builder: SceneBuilder) -> None:
        wall(builder)
        with builder.at(0, 2), builder.moving(Rock((0.4, 0, 0), 4.0)):
            builder.panel((0, 0, 0), 0.5, 0.5, Material())

    scene = scene_of(place)
    now, before = draw(scene, 1.0, 0.0), draw(scene, 0.0)
    assert now.covisible is not None
    uncovered = (now.object_id == 1) & (before.object_id == 2)
    assert uncovered.sum() > 200
    assert not now.covisible[uncovered].any()
    assert now.covisible[~uncovered].all()


def test_what_was_outside_the_picture_is_not_covisible() -> None:
    turning = CameraPath((0, 0, 0), (0, 4, 0), target_wander=Wander(x=((1.0, 4.0, 0.0),)))
    frame = draw(scene_of(wall, turning), 1.0, 0.0)
    assert frame.covisible is not None
    assert frame.flow_to_previous is not None
    column = np.arange(SIZE[0]) + frame.flow_to_previous[60, :, 0]
    np.testing.assert_array_equal(frame.covisible[60], column < SIZE[0] - 0.5)
    assert 0.05 < 1 - frame.covisible.mean() < 0.6


def test_the_sky_flows_as_the_camera_turns() -> None:
    turning = CameraPath((0, 0, 0), (0, 4, 0), target_wander=Wander(x=((1.0, 4.0, 0.0),)))
    frame = draw(scene_of(lambda b: b.floor(-9, -9, 9, 9, -1, Material()), turning), 1.0, 0.0)
    assert frame.flow_to_previous is not None
    k = frame.intrinsics
    middle = frame.flow_to_previous[10, 80]
    assert frame.object_id[10, 80] == 0
    ray = np.array([0, (10 - k.cy) / k.fy, 1.0])
    angle = math.atan(0.25)
    x, z = math.sin(angle) * ray[2], math.cos(angle) * ray[2]
    np.testing.assert_allclose(middle[0], k.fx * x / z, atol=0.1)


def test_warping_the_previous_depth_gives_this_one() -> None:
    scene = demo_scene(0)
    now, before = draw(scene, 5.0, 4.96), draw(scene, 4.96)
    assert now.flow_to_previous is not None
    assert now.covisible is not None
    static = now.covisible & (now.object_id == 1)
    rows, columns = np.nonzero(static)
    at = np.rint(now.flow_to_previous[static] + np.stack([columns, rows], 1)).astype(int)
    then = before.depth_m[at[:, 1], at[:, 0]]
    error = np.abs(then / now.depth_m[static] - 1)
    assert np.median(error) < 0.01
    assert np.quantile(error, 0.97) < 0.05


@pytest.mark.parametrize("angle", [0.0, 0.5, -0.8])
def test_a_round_bounding_box_never_cuts_a_ball(angle: float) -> None:
    def place(builder: SceneBuilder) -> None:
        builder.ball(
            (0.9 * math.sin(angle), 1.2 * math.cos(angle), 0.3), (0.3, 0.2, 0.25), Material()
        )

    frame = draw(scene_of(place, fov_deg=100))
    seen = np.isfinite(frame.depth_m)
    d = rays(frame)
    q = np.diag([1 / 0.3, 1 / 0.25, 1 / 0.2])
    centre = np.array([0.9 * math.sin(angle), -0.3, 1.2 * math.cos(angle)])
    u, c = d @ q, q @ centre
    root = np.sum(u * c, -1) ** 2 - np.sum(u * u, -1) * (c @ c - 1)
    clear = np.abs(root) > 1e-4
    np.testing.assert_array_equal(seen[clear], root[clear] > 0)

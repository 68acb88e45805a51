"""Built-in scenes as pictures: the same by seed and threads, finite, varied, grounded."""

import numpy as np
import pytest

from models.scenes import (
    SCENE_KINDS,
    RenderedFrame,
    Renderer,
    default_atlas,
    demo_scene,
    random_scene,
)
from models.scenes.builder import SceneBuilder
from models.scenes.demo import DEMO_PERIOD_S
from models.scenes.motion import Bounce, CameraPath, Loop
from models.scenes.people import person, random_appearance
from models.scenes.scene import Lighting, Material


def same(a: RenderedFrame, b: RenderedFrame) -> bool:
    pairs = [(a.rgb, b.rgb), (a.depth_m, b.depth_m), (a.object_id, b.object_id)]
    if a.flow_to_previous is not None and b.flow_to_previous is not None:
        pairs.append((a.flow_to_previous, b.flow_to_previous))
    return all(np.array_equal(x, y) for x, y in pairs)


def draw(scene_seed: int, kind: str, threads: int, size: tuple[int, int]) -> RenderedFrame:
    renderer = Renderer(*size, threads=threads)
    try:
        return renderer.render(random_scene(scene_seed, kind), 0.5, 0.4)
    finally:
        renderer.close()


def test_the_same_seed_gives_the_same_picture_bit_for_bit() -> None:
    assert same(draw(4, "room", 1, (128, 96)), draw(4, "room", 1, (128, 96)))


def test_another_seed_gives_another_picture() -> None:
    assert not same(draw(4, "room", 1, (128, 96)), draw(5, "room", 1, (128, 96)))


@pytest.mark.parametrize("kind", ["street", "people"])
def test_threads_do_not_change_the_picture(kind: str) -> None:
    assert same(draw(2, kind, 1, (640, 480)), draw(2, kind, 3, (640, 480)))


def test_what_was_drawn_before_does_not_change_the_picture() -> None:
    first, second = random_scene(1, "clutter"), random_scene(2, "people")
    renderer = Renderer(96, 72, threads=1)
    alone = renderer.render(first, 1.0, 0.9)
    renderer.render(second, 0.3)
    renderer.render(first, 0.9)
    assert same(alone, renderer.render(first, 1.0, 0.9))
    renderer.close()


@pytest.mark.parametrize("kind", SCENE_KINDS)
def test_every_kind_is_finite_and_has_light_and_depth(kind: str) -> None:
    renderer = Renderer(96, 72, threads=1)
    for seed in range(4):
        frame = renderer.render(random_scene(seed, kind), 0.7, 0.6)
        assert frame.flow_to_previous is not None
        assert np.isfinite(frame.flow_to_previous).all()
        assert np.isfinite(frame.disparity).all()
        assert (frame.depth_m > 0.04).all()
        assert np.array_equal(np.isinf(frame.depth_m), frame.object_id == 0)
        near, far = np.quantile(frame.disparity, (0.98, 0.02))
        assert near > 1.2 * far
        assert frame.rgb.std() > 5
        assert 8 < frame.rgb.mean() < 245
    renderer.close()


def test_an_unknown_kind_names_those_that_exist() -> None:
    with pytest.raises(ValueError, match="corridor"):
        random_scene(0, "moon")


@pytest.mark.parametrize("arguments", [(0, 10, 1), (10, 0, 1), (10, 10, 0)])
def test_a_picture_without_size_or_threads_is_refused(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot draw"):
        Renderer(*arguments)


def test_sizes_of_one_pixel_and_odd_shapes_are_drawn() -> None:
    scene = demo_scene(0)
    for size in ((1, 1), (7, 300), (301, 5)):
        renderer = Renderer(*size, threads=2)
        assert renderer.render(scene, 0.0).rgb.shape == (size[1], size[0], 3)
        renderer.close()


def test_the_demo_moves_and_never_puts_anything_in_front_of_the_lens() -> None:
    scene, renderer = demo_scene(0), Renderer(96, 72, threads=1)
    frames = [renderer.render(scene, t, t - 0.04) for t in np.arange(0, DEMO_PERIOD_S, 0.9)]
    for frame in frames:
        assert np.isfinite(frame.depth_m).all()
        assert frame.depth_m.min() > 0.35
        assert frame.flow_to_previous is not None
        assert np.abs(frame.flow_to_previous).mean() > 0.01
    assert not same(frames[0], frames[1])
    renderer.close()


def test_everything_in_the_demo_comes_back_after_its_period() -> None:
    scene, later_s = demo_scene(0), 3.0 + DEMO_PERIOD_S
    for pose in (scene.camera.camera_to_world, scene.body_to_world):
        np.testing.assert_allclose(pose(3.0), pose(later_s), atol=1e-9)


def test_the_demo_has_a_large_flat_wall() -> None:
    scene, renderer = demo_scene(0), Renderer(160, 120, threads=1)
    frame = renderer.render(scene, 0.0)
    renderer.close()
    d = np.nan_to_num(frame.disparity[20:30, 10:150].astype(np.float64))
    rows, columns = np.mgrid[20:30, 10:150]
    design = np.stack([rows.ravel(), columns.ravel(), np.ones(d.size)], 1)
    fit, *_ = np.linalg.lstsq(design, d.ravel(), rcond=None)
    close = np.abs(design @ fit - d.ravel()) < 0.02 * d.ravel()
    assert close.mean() > 0.5


def test_people_stand_with_their_feet_on_the_ground() -> None:
    for seed in range(6):
        builder = SceneBuilder(np.random.default_rng(seed), default_atlas())
        look = random_appearance(builder)
        person(builder, look)
        camera = CameraPath((0, -6, 0.2), (0, 0, 0.9))
        scene = builder.build("test", 0, Lighting(), camera, 40, (-2, -2, 2, 2))
        renderer = Renderer(200, 200, threads=1)
        frame = renderer.render(scene, 0.0)
        renderer.close()
        k, seen = frame.intrinsics, np.isfinite(frame.depth_m)
        rows, columns = np.nonzero(seen)
        z = frame.depth_m[seen].astype(np.float64)
        points = np.stack([(columns - k.cx) / k.fx * z, (rows - k.cy) / k.fy * z, z], 1)
        height = (points @ frame.camera_to_world[:3, :3].T + frame.camera_to_world[:3, 3])[:, 2]
        assert -0.03 < height.min() < 0.06
        assert 0.85 * look.height < height.max() < 1.4 * look.height


def test_a_bouncing_body_never_goes_below_its_place() -> None:
    heights = [Bounce(1.0, 0.8, 0.3).matrix(t)[2, 3] for t in np.linspace(0, 3, 200)]
    assert min(heights) >= 0
    assert max(heights) == pytest.approx(1.0, abs=0.01)


def test_a_walker_faces_where_it_goes() -> None:
    loop = Loop(2.0, 1.0, 8.0)
    for t in (0.0, 1.3, 4.4, 7.0):
        step = loop.matrix(t + 1e-4)[:2, 3] - loop.matrix(t)[:2, 3]
        np.testing.assert_allclose(loop.matrix(t)[:2, 1], step / np.linalg.norm(step), atol=1e-3)


def test_a_body_throws_its_shadow_on_the_ground() -> None:
    def brightness(with_ball: bool) -> np.ndarray:
        builder = SceneBuilder(np.random.default_rng(0), default_atlas())
        builder.floor(-5, -5, 5, 5, 0, Material())
        if with_ball:
            builder.ball((0, 0, 1.0), 0.4, Material())
        light = Lighting(key_position=(0, 0, 5), key_focus=(0, 0.01, 0), key_fov_deg=70)
        camera = CameraPath((0, -5, 0.6), (0, 0, 0))
        scene = builder.build("test", 0, light, camera, 60, (-5, -5, 5, 5))
        renderer = Renderer(120, 90, threads=1)
        rgb = renderer.render(scene, 0.0).rgb
        renderer.close()
        return rgb.astype(np.float64).mean(axis=2)

    lit, shaded = brightness(False), brightness(True)
    assert shaded[45, 60] < 0.85 * lit[45, 60]
    np.testing.assert_allclose(shaded[85, 10], lit[85, 10], atol=2)


def test_photographs_added_to_the_atlas_are_used() -> None:
    red = np.zeros((40, 60, 3), np.uint8)
    red[..., 0] = 255
    atlas = default_atlas().with_photographs([red] * 3)
    assert len(atlas.groups["photo"]) == 3
    builder = SceneBuilder(np.random.default_rng(0), atlas)
    builder.panel((0, 2, 0), 9, 9, Material(atlas.groups["photo"][1], emission=1.0))
    camera = CameraPath((0, 0, 0), (0, 1, 0))
    scene = builder.build("test", 0, Lighting(), camera, 60, (-1, -1, 1, 1))
    renderer = Renderer(20, 20, threads=1)
    middle = renderer.render(scene, 0.0).rgb[10, 10]
    renderer.close()
    assert middle[0] > 200
    assert middle[1] < 20


def test_more_photographs_than_the_atlas_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="photographs"):
        default_atlas().with_photographs([np.zeros((4, 4, 3), np.uint8)] * 200)

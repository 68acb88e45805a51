"""Mirrors and glass: truth is their surface, and what they show is where optics puts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.scenes import RenderedFrame, Renderer, Scene, default_atlas, random_scene
from models.scenes.builder import SceneBuilder
from models.scenes.motion import CameraPath, Rock, Wander
from models.scenes.optics import optical_surfaces
from models.scenes.scene import Lighting, Material

SIZE = (161, 121)
WALL_M = 4.0
MOVING = CameraPath((0.2, 0, 0), (0.1, 1, 0.05), Wander(((0.3, 4.0, 0.0),)), roll=0.1)
GLOWING = Material(0, 1.0, (0, 0, 0), (1.0, 0.1, 0.1), emission=1.0, blotch=0.0)
DARK = Material(0, 1.0, (0, 0, 0), (0.02, 0.02, 0.02), blotch=0.0)
MIRROR = replace(DARK, mirror=1.0)
GLASS = replace(DARK, mirror=0.0, clear=0.9)


def draw(
    place: Callable[[SceneBuilder], None],
    time_s: float = 0.7,
    previous_s: float | None = None,
    threads: int = 1,
) -> RenderedFrame:
    renderer = Renderer(*SIZE, threads=threads)
    try:
        return renderer.render(scene_of(place), time_s, previous_s)
    finally:
        renderer.close()


def scene_of(place: Callable[[SceneBuilder], None]) -> Scene:
    builder = SceneBuilder(np.random.default_rng(0), default_atlas())
    place(builder)
    return builder.build("test", 0, Lighting(), MOVING, 60.0, (-5, -5, 5, 5))


def wall(skin: Material) -> Callable[[SceneBuilder], None]:
    return lambda b: b.panel((0, WALL_M, 0), 20, 20, skin, two_sided=skin.clear > 0)


def lamp(b: SceneBuilder, x: float, y: float, z: float) -> None:
    b.ball((x, y, z), 0.12, GLOWING)


def lit(frame: RenderedFrame) -> np.ndarray:
    """(2,) column and row of the middle of what glows, and nothing else does."""
    glows = frame.rgb[..., 0].astype(int) - frame.rgb[..., 1] > 60
    assert glows.any()
    rows, columns = np.nonzero(glows)
    return np.array([columns.mean(), rows.mean()])


def projected(frame: RenderedFrame, point: tuple[float, float, float]) -> np.ndarray:
    x, y, z, _ = np.linalg.inv(frame.camera_to_world) @ (*point, 1.0)
    k = frame.intrinsics
    return np.array([k.cx + k.fx * x / z, k.cy + k.fy * y / z])


def facing_wall(frame: RenderedFrame) -> np.ndarray:
    """(H, W) inverse depth of the wall, by hand."""
    k, pose = frame.intrinsics, frame.camera_to_world
    x, y = np.meshgrid((np.arange(SIZE[0]) - k.cx) / k.fx, (np.arange(SIZE[1]) - k.cy) / k.fy)
    along = pose[1, 0] * x + pose[1, 1] * y + pose[1, 2]
    return along / (WALL_M - pose[1, 3])


@pytest.mark.parametrize("skin", [MIRROR, GLASS])
def test_truth_is_the_surface_whatever_it_shows(skin: Material) -> None:
    def place(b: SceneBuilder) -> None:
        wall(skin)(b)
        lamp(b, -0.3, -2.0, 0.3)  # behind the camera
        lamp(b, 0.2, 6.0, -0.3)  # behind the wall

    frame = draw(place)
    np.testing.assert_allclose(frame.disparity, facing_wall(frame), rtol=1e-5)


@pytest.mark.parametrize(
    "at", [(-0.4, 2.0, 0.5), (0.7, -1.5, -0.4), (0.1, 0.5, 0.6)], ids=["before", "behind", "above"]
)
def test_a_mirror_image_is_as_far_behind_the_mirror(at: tuple[float, float, float]) -> None:
    def place(b: SceneBuilder) -> None:
        wall(MIRROR)(b)
        with b.at(*at):
            b.panel((0, 0.2, 0), 0.4, 0.4, GLOWING, yaw=np.pi)  # seen from the wall alone

    x, y, z = at
    frame = draw(place)
    np.testing.assert_allclose(lit(frame), projected(frame, (x, 2 * WALL_M - y - 0.2, z)), atol=0.8)


def test_what_is_behind_a_mirror_is_not_in_it() -> None:
    def place(b: SceneBuilder) -> None:
        wall(MIRROR)(b)
        lamp(b, 0, 5.0, 0)
        b.panel((0, 5.0, 0), 3, 3, GLOWING, two_sided=True)

    def redness(frame: RenderedFrame) -> int:
        return int((frame.rgb[..., 0].astype(int) - frame.rgb[..., 2]).max())

    assert redness(draw(place)) < 20 < redness(draw(wall(GLOWING)))


def test_glass_shows_what_is_behind_it_darker() -> None:
    def room(b: SceneBuilder) -> None:
        lamp(b, 0.3, 6.0, 0.2)
        b.panel((0, 8, 0), 30, 30, Material(3))

    def with_pane(b: SceneBuilder) -> None:
        room(b)
        wall(GLASS)(b)

    clear, seen = draw(room), draw(with_pane)
    np.testing.assert_allclose(lit(seen), lit(clear), atol=0.1)
    ratio = (seen.rgb.astype(float) ** 2).sum() / (clear.rgb.astype(float) ** 2).sum()
    assert ratio == pytest.approx(0.9, abs=0.02)


def test_glass_reflects_faintly_on_both_sides() -> None:
    pane = replace(GLASS, mirror=0.1, clear=0.8)
    for yaw in (0.0, np.pi):

        def place(b: SceneBuilder, yaw: float = yaw) -> None:
            b.panel((0, WALL_M, 0), 9, 9, pane, yaw=yaw, two_sided=True)
            b.panel((0, 9, 0), 40, 40, DARK)
            b.panel((-0.2, 1.5, 0.3), 0.5, 0.5, replace(GLOWING, emission=1.4), yaw=np.pi)

        frame = draw(place)
        image = projected(frame, (-0.2, 2 * WALL_M - 1.5, 0.3)).round().astype(int)
        assert 40 < frame.rgb[image[1], image[0], 0] < 160


def test_a_mirror_in_glass_and_glass_before_a_mirror_end() -> None:
    def place(b: SceneBuilder) -> None:
        wall(MIRROR)(b)
        b.panel((0, 2, 0), 2, 2, replace(GLASS, mirror=0.08), two_sided=True)
        b.panel((0, -1, 0), 9, 9, MIRROR, yaw=np.pi)  # faces the other mirror
        lamp(b, 0.5, 1.0, 0.5)

    frame = draw(place)
    assert frame.rgb.std() > 1


def test_flow_and_covisibility_are_those_of_the_surface() -> None:
    def with_wall(skin: Material) -> Callable[[SceneBuilder], None]:
        def place(b: SceneBuilder) -> None:
            wall(skin)(b)
            with b.at(0, 2), b.moving(Rock((0.4, 0, 0), 4.0)):
                b.panel((0, 0, 0), 0.5, 0.5, Material())

        return place

    mirror, plain = draw(with_wall(MIRROR), 1.0, 0.9), draw(with_wall(DARK), 1.0, 0.9)
    assert plain.flow_to_previous is not None
    assert plain.covisible is not None
    np.testing.assert_array_equal(mirror.flow_to_previous, plain.flow_to_previous)
    np.testing.assert_array_equal(mirror.covisible, plain.covisible)


def test_panes_of_one_glass_in_one_plane_are_one_picture() -> None:
    def place(b: SceneBuilder) -> None:
        for x in (-1.2, 0.0, 1.2):
            b.panel((x, WALL_M, 0), 1.1, 2, GLASS, two_sided=True)
        b.panel((0, 2, 0), 0.5, 0.5, GLASS, two_sided=True)  # in a plane of its own
        b.panel((0, WALL_M, -1.5), 1, 0.5, MIRROR)

    assert optical_surfaces(scene_of(place)) == ((1, 2, 3), (4,), (5,))


@pytest.mark.parametrize("kind", ["mirrored", "glazed", "polished"])
def test_kinds_for_training_have_what_their_names_say(kind: str) -> None:
    for seed in range(5):
        skins = random_scene(seed, kind).materials
        assert any((skin.clear if kind == "glazed" else skin.mirror) > 0.05 for skin in skins)


def test_threads_do_not_change_what_a_mirror_shows() -> None:
    def place(b: SceneBuilder) -> None:
        wall(replace(MIRROR, mirror=0.9))(b)
        lamp(b, 0.3, 1.0, 0.4)

    np.testing.assert_array_equal(draw(place).rgb, draw(place, threads=3).rgb)

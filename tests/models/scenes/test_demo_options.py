"""What can be changed in the demonstration scene, with truth worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from models.opencv import cv2
from models.scene_options import OBJECTS, USUAL_SCENE, WALLS, SceneOptions
from models.scenes import RenderedFrame, Renderer, demo_scene
from models.scenes.demo import DEMO_PERIOD_S
from models.scenes.demo_options import OBJECT_X

SIZE = (240, 180)
TIMES_S = (1.3, 6.0)
BACK_M = 5.4


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer(*SIZE, threads=1)
    yield made
    made.close()


def shown(renderer: Renderer, time_s: float = TIMES_S[0], **options: object) -> RenderedFrame:
    return renderer.render(demo_scene(0, SceneOptions(**options)), time_s)  # type: ignore[arg-type]


def in_camera(frame: RenderedFrame, point: tuple[float, float, float]) -> np.ndarray:
    return (np.linalg.inv(frame.camera_to_world) @ (*point, 1.0))[:3]


def object_of(renderer: Renderer, time_s: float, **options: object) -> np.ndarray:
    """(H, W) the pixels of the object."""
    frame = shown(renderer, time_s, **options)
    found: np.ndarray = frame.object_id == frame.object_id.max()
    assert found.sum() > 50
    return found


@pytest.mark.parametrize("time_s", TIMES_S)
@pytest.mark.parametrize(("distance", "raise_m", "size"), [(3, 0, 1), (2.4, 0.6, 0.7), (4, 1, 2)])
def test_the_balls_disparity_is_that_of_a_sphere_where_the_options_put_it(
    renderer: Renderer, time_s: float, distance: float, raise_m: float, size: float
) -> None:
    frame = shown(
        renderer, time_s, object="ball", distance=float(distance), raise_m=raise_m, size=size
    )
    radius = 0.25 * size
    centre = in_camera(frame, (OBJECT_X, -1.5 + distance, radius)) - (0, raise_m, 0)
    k = frame.intrinsics
    x, y = np.meshgrid((np.arange(SIZE[0]) - k.cx) / k.fx, (np.arange(SIZE[1]) - k.cy) / k.fy)
    d = np.stack([x, y, np.ones_like(x)], axis=-1)
    a, b = np.sum(d * d, -1), d @ centre
    root = b * b - a * (centre @ centre - radius**2)
    inside = (root > 1e-3) & (frame.object_id == frame.object_id.max())
    assert inside.sum() > 100
    expected = a[inside] / (b[inside] - np.sqrt(root[inside]))
    np.testing.assert_allclose(frame.disparity[inside], expected, rtol=1e-4)


@pytest.mark.parametrize("time_s", TIMES_S)
def test_raised_objects_are_higher_in_the_picture_at_the_same_disparity(
    renderer: Renderer, time_s: float
) -> None:
    low = shown(renderer, time_s, object="box")
    high = shown(renderer, time_s, object="box", raise_m=0.8)
    middle = in_camera(low, (OBJECT_X, 1.25, 0.25))  # of its front
    k = low.intrinsics
    rows = [round(k.cy + k.fy * (middle[1] - up) / middle[2]) for up in (0.0, 0.8)]
    column = round(k.cx + k.fx * middle[0] / middle[2])
    assert rows[1] < rows[0] - 30
    for frame, row in ((low, rows[0]), (high, rows[1])):
        assert frame.object_id[row, column] == frame.object_id.max()
        assert frame.disparity[row, column] == pytest.approx(1 / middle[2], rel=2e-3)


def test_a_shadow_changes_no_geometry_and_darkens_the_floor_alone(renderer: Renderer) -> None:
    for raise_m in (0.0, 0.7):
        with_it = shown(renderer, object="box", raise_m=raise_m)
        without = shown(renderer, object="box", raise_m=raise_m, shadow=False)
        np.testing.assert_array_equal(with_it.disparity, without.disparity)
        np.testing.assert_array_equal(with_it.surface, without.surface)
        change = with_it.rgb.astype(int).sum(axis=2) - without.rgb.astype(int).sum(axis=2)
        elsewhere = with_it.object_id != with_it.object_id.max()
        assert (change[elsewhere] < -20).sum() > 200
        assert (change[elsewhere] > 6).mean() < 1e-3
        assert (change[elsewhere] == 0).mean() > 0.8


def test_a_larger_object_covers_more_and_stands_on_the_floor(renderer: Renderer) -> None:
    small, large = (
        object_of(renderer, TIMES_S[0], object="chair", size=size) for size in (0.7, 1.4)
    )
    assert 3 < large.sum() / small.sum() < 5
    lowest = [np.flatnonzero(mask.any(axis=1)).max() for mask in (small, large)]
    assert abs(lowest[1] - lowest[0]) < 0.1 * SIZE[1]


@pytest.mark.parametrize("wall", WALLS)
def test_the_back_wall_is_flat_in_truth_whatever_is_on_it(renderer: Renderer, wall: str) -> None:
    frame = shown(renderer, wall=wall)
    points = np.argwhere(np.isfinite(frame.depth_m))
    k, pose = frame.intrinsics, frame.camera_to_world
    x, y = (points[:, 1] - k.cx) / k.fx, (points[:, 0] - k.cy) / k.fy
    rays = np.stack([x, y, np.ones(len(x))], axis=1) @ pose[:3, :3].T
    world_y = rays[:, 1] * frame.depth_m[points[:, 0], points[:, 1]] + pose[1, 3]
    hung = np.abs(world_y - BACK_M) < 0.02
    assert hung.mean() > 0.2
    assert world_y.max() < BACK_M + 1e-3


def test_what_is_on_the_back_wall_changes_nothing_else(renderer: Renderer) -> None:
    usual = shown(renderer)
    for wall in WALLS:
        other = shown(renderer, wall=wall)
        before_it = (usual.depth_m < 5.0) & (other.depth_m < 5.0)
        within = cv2.erode(before_it.astype(np.uint8), np.ones((3, 3))) > 0  # outlines are smoothed
        np.testing.assert_array_equal(other.rgb[within], usual.rgb[within])
        np.testing.assert_array_equal(other.disparity[before_it], usual.disparity[before_it])


def test_glass_is_nearer_than_what_it_shows(renderer: Renderer) -> None:
    usual, glazed = shown(renderer), shown(renderer, glass=True)
    pane = glazed.disparity > usual.disparity + 0.02
    assert pane.mean() > 0.08
    likeness = np.corrcoef(usual.rgb[pane].ravel(), glazed.rgb[pane].ravel())[0, 1]
    assert likeness > 0.8


@pytest.mark.parametrize("thing", OBJECTS)
def test_every_object_can_be_shown_and_repeats_with_the_scene(
    renderer: Renderer, thing: str
) -> None:
    first = shown(renderer, 2.0, object=thing, raise_m=0.3, wall="mirror")
    again = shown(renderer, 2.0 + DEMO_PERIOD_S, object=thing, raise_m=0.3, wall="mirror")
    np.testing.assert_allclose(again.disparity, first.disparity, atol=1e-5)


def test_options_are_written_as_they_are_read() -> None:
    for options in (
        SceneOptions(),
        SceneOptions(wall="mirror", glass=True),
        SceneOptions(object="chair", distance=2.5, raise_m=0.35, size=1.25, shadow=False),
    ):
        text = str(options)
        assert (SceneOptions.parse(text) if text else USUAL_SCENE) == options
    assert SceneOptions.parse("object=box, raise=0.5,shadow=off").raise_m == 0.5
    assert str(SceneOptions(raise_m=0.5, shadow=False)) == ""  # of no object


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wall=door", "wall must be one of pictures"),
        ("colour=red", "'colour' is none of object, distance, raise"),
        ("raise=high", "raise must be a number"),
        ("raise=nan", "raise must be between"),
        ("distance=99", "distance must be between"),
        ("glass=maybe", "glass must be on or off"),
    ],
)
def test_unusable_options_say_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SceneOptions.parse(text)

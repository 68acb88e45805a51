"""What the shader draws, held against its NumPy twin and against known surfaces."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from models.geometry import Calibration, Intrinsics
from models.opencv import cv2
from renderers.camera import CameraPose, projection_matrix, view_matrix
from renderers.cloud_options import CloudColour, CloudOptions, CloudStyle
from renderers.colormap import table
from renderers.levels import quantise
from renderers.shader_program import Textures
from tests.support.cloud_twin import twin_points
from widgets.cloud_canvas import CloudCanvas
from widgets.cloud_frame import CloudFrame
from widgets.gl_support import find_gl

pytestmark = pytest.mark.gl

WIDTH, HEIGHT = 160, 120
CAMERA = Intrinsics(140.0, 138.0, 81.0, 57.0, WIDTH, HEIGHT)
CENTRED = Intrinsics.from_fov(60.0, WIDTH, HEIGHT)
HOME = CameraPose((0.0, 0.0, -3.0), 3.0)
ASIDE = CameraPose((0.1, -0.05, -3.0), 3.6, 31.0, 17.0)
Show = Callable[..., np.ndarray]


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[CloudCanvas]:
    reason = find_gl().missing
    if reason:
        pytest.skip(reason)
    made = CloudCanvas()
    made.resize(WIDTH, HEIGHT)
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.started, timeout=5000):
        made.show()
    qtbot.waitUntil(lambda: made.size().width() == WIDTH, timeout=5000)
    yield made
    made.release()
    made.close()


@pytest.fixture
def show(canvas: CloudCanvas) -> Show:
    def draw(
        rgb: np.ndarray,
        disparity: np.ndarray,
        options: CloudOptions,
        pose: CameraPose = HOME,
        intrinsics: Intrinsics | None = CENTRED,
        calibration: Calibration | None = None,
    ) -> np.ndarray:
        levels = quantise(disparity, (0.1, 1.0))
        canvas.set_options(options, options.stride or 1)
        canvas.set_frame(
            CloudFrame(rgb, disparity, levels, calibration or Calibration(), intrinsics)
        )
        canvas.set_pose(pose)
        return canvas.grab_image()

    return draw


def room() -> tuple[np.ndarray, np.ndarray]:
    """(rgb, disparity): wall, floor, a box with smeared rims, unknown and too far patches."""
    rng = np.random.default_rng(5)
    rgb = rng.integers(40, 255, (HEIGHT, WIDTH, 3), np.uint8)
    y = ((np.arange(HEIGHT) - CENTRED.cy) / CENTRED.fy)[:, None] * np.ones((1, WIDTH))
    disparity = np.maximum(1 / 5, y / 1.2).astype(np.float32)
    disparity[30:80, 40:90] = 0.6
    disparity = cv2.GaussianBlur(disparity, (0, 0), 1.0)
    disparity[5:15, 100:120] = np.nan
    disparity[5:15, 130:150] = 0.001
    return rgb, disparity


def background(picture: np.ndarray, options: CloudOptions) -> np.ndarray:
    return (picture == np.array(options.background)).all(axis=2)


@pytest.mark.parametrize("options", [CloudOptions(), CloudOptions(edge_ratio=math.inf)])
def test_from_the_taking_camera_each_kept_pixel_shows_its_own_colour(
    show: Show, options: CloudOptions
) -> None:
    rgb, disparity = room()
    picture = show(rgb, disparity, options)
    points, _ = twin_points(rgb, disparity, options, CENTRED)
    column = np.rint(points[:, 0] / -points[:, 2] * CENTRED.fx + CENTRED.cx).astype(int)
    row = np.rint(points[:, 1] / points[:, 2] * CENTRED.fy + CENTRED.cy).astype(int)
    expected = np.empty_like(rgb)
    expected[:] = options.background
    expected[row, column] = rgb[row, column]
    np.testing.assert_array_equal(picture, expected)


@pytest.mark.parametrize(
    "options",
    [
        CloudOptions(stride=1, point_size=0.1),
        CloudOptions(stride=2, point_size=0.1),
        CloudOptions(stride=2, point_size=0.1, mirror=True, fov_deg=75.0),
        CloudOptions(stride=2, point_size=0.1, calibration=Calibration(0.05, 0.8, 0.5, 4.5)),
    ],
)
def test_from_aside_the_shader_puts_points_where_its_twin_does(
    canvas: CloudCanvas, show: Show, options: CloudOptions
) -> None:
    rgb, disparity = room()
    if options.stride != 1:  # a coarse point shows more than its own pixel
        rgb[:] = (200, 90, 60)
    assert_drawn_as_its_twin(canvas, show, rgb, disparity, options)


@pytest.mark.parametrize("style", CloudStyle)
@pytest.mark.parametrize("stride", [1.5, 2, 4, 7])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_coarse_cloud_shows_every_pixel_of_the_picture_where_it_belongs(
    show: Show, stride: float, style: CloudStyle, mirror: bool
) -> None:
    rgb, _ = room()
    flat = np.full((HEIGHT, WIDTH), 1 / 3, np.float32)
    picture = show(rgb, flat, CloudOptions(stride=stride, style=style, mirror=mirror))
    expected = rgb[:, ::-1] if mirror else rgb
    middle = np.s_[8:-8, 8:-8]
    assert (picture[middle] == expected[middle]).all(axis=2).mean() > 0.9


@pytest.mark.parametrize("stride", [3, 6])
def test_a_turned_coarse_cloud_shows_the_picture_as_the_full_one_does(
    show: Show, stride: float
) -> None:
    rgb, _ = room()
    rgb = cv2.GaussianBlur(rgb, (0, 0), 3.0)
    tilted = np.repeat(np.linspace(0.3, 0.4, WIDTH)[None], HEIGHT, axis=0).astype(np.float32)
    fine, coarse = (
        show(rgb, tilted, CloudOptions(stride=each), ASIDE, CAMERA).astype(int)
        for each in (1, stride)
    )
    both = (fine != CloudOptions().background).any(axis=2)
    both &= (coarse != CloudOptions().background).any(axis=2)
    assert np.abs(fine - coarse)[both].mean() < 2.0


def test_a_coarse_cloud_computes_only_the_pixels_that_are_points(
    canvas: CloudCanvas, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: dict[str, tuple[int, ...]] = {}
    put = Textures.put

    def noting(self: Textures, name: str, data: np.ndarray, row: int = 0) -> None:
        sizes[name] = data.shape[:2]
        put(self, name, data, row)

    rgb, disparity = (
        cv2.resize(each, (4 * WIDTH, 4 * HEIGHT), interpolation=cv2.INTER_NEAREST)
        for each in room()
    )
    rgb[:] = (200, 90, 60)
    monkeypatch.setattr(Textures, "put", noting)
    assert_drawn_as_its_twin(canvas, show, rgb, disparity, CloudOptions(stride=8, point_size=0.1))
    assert sizes["u_disparity"] == sizes["u_rgb"] == (HEIGHT / 2, WIDTH / 2)
    assert sizes["u_picture"] == (4 * HEIGHT, 4 * WIDTH)


def test_a_stride_that_changes_under_a_still_picture_gets_the_pixels_it_needs(
    canvas: CloudCanvas, show: Show
) -> None:
    rgb, disparity = (
        cv2.resize(each, (4 * WIDTH, 4 * HEIGHT), interpolation=cv2.INTER_NEAREST)
        for each in room()
    )
    wanted = show(rgb, disparity, CloudOptions(stride=1)).copy()
    show(rgb, disparity, CloudOptions(stride=8))
    canvas.set_options(CloudOptions(), 1)
    np.testing.assert_array_equal(canvas.grab_image(), wanted)


def assert_drawn_as_its_twin(
    canvas: CloudCanvas,
    show: Show,
    rgb: np.ndarray,
    disparity: np.ndarray,
    options: CloudOptions,
) -> None:
    picture = show(rgb, disparity, options, ASIDE, CAMERA, options.calibration)
    points, colours = twin_points(rgb, disparity, options, CAMERA)
    project = projection_matrix(canvas.tan_half(), WIDTH / HEIGHT, 0.01, 100) @ view_matrix(ASIDE)
    clip = np.c_[points, np.ones(len(points))] @ project.T
    x = (clip[:, 0] / clip[:, 3] + 1) * WIDTH / 2
    y = (1 - clip[:, 1] / clip[:, 3]) * HEIGHT / 2
    inside = (x > 1) & (x < WIDTH - 1) & (y > 1) & (y < HEIGHT - 1)
    order = np.argsort(-clip[inside, 3])
    expected = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    expected[:] = options.background
    expected[y[inside].astype(int)[order], x[inside].astype(int)[order]] = colours[inside][order]
    assert inside.sum() > 500
    same = (picture[1:-1, 1:-1] == expected[1:-1, 1:-1]).all(axis=2)
    # Points on a pixel border may be rounded to either side.
    assert same.mean() > 0.985
    drawn, wanted = (~background(each, options)[1:-1, 1:-1] for each in (picture, expected))
    assert drawn.sum() == pytest.approx(wanted.sum(), rel=0.02)


@pytest.mark.parametrize("stride", [1, 2, 4, 7])
@pytest.mark.parametrize("yaw", [0.0, 20.0, -50.0])
def test_a_slanted_wall_has_no_holes_at_any_stride(show: Show, stride: int, yaw: float) -> None:
    x = ((np.arange(WIDTH) - CENTRED.cx) / CENTRED.fx)[None]
    disparity = np.repeat((1 + 0.9 * x) / 3.0, HEIGHT, axis=0).astype(np.float32)
    rgb = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    options = CloudOptions(stride=stride)
    picture = show(rgb, disparity, options, CameraPose((0, 0, -3.0), 2.0, yaw, 15.0))
    empty = background(picture, options)
    assert empty.mean() < 0.9
    _, patches = cv2.connectedComponents(empty.astype(np.uint8), connectivity=4)
    around = np.r_[patches[0], patches[-1], patches[:, 0], patches[:, -1]]
    assert not np.isin(patches, around, invert=True).any()


def test_points_are_coloured_by_level_with_the_table(canvas: CloudCanvas, show: Show) -> None:
    rgb, disparity = room()
    colours = table("viridis")
    canvas.set_table(colours)
    options = CloudOptions(colour=CloudColour.DISPARITY)
    picture = show(rgb, disparity, options)
    kept = ~background(picture, options)
    expected = colours[quantise(disparity, (0.1, 1.0))]
    np.testing.assert_array_equal(picture[kept], expected[kept])
    canvas.set_table(table("grey"))
    assert (np.ptp(canvas.grab_image()[kept], axis=1) == 0).all()


def test_a_changed_colouring_uploads_the_other_texture(show: Show) -> None:
    rgb, disparity = room()
    by_level = CloudOptions(colour=CloudColour.DISPARITY)
    show(rgb, disparity, by_level)
    picture = show(rgb, disparity, CloudOptions())
    kept = ~background(picture, by_level)
    np.testing.assert_array_equal(picture[kept], rgb[kept])


def test_frames_of_changing_size_are_all_drawn(show: Show) -> None:
    rgb, disparity = room()
    first = show(rgb, disparity, CloudOptions())
    half_rgb, half = np.ascontiguousarray(rgb[::2, ::2]), np.ascontiguousarray(disparity[::2, ::2])
    second = show(half_rgb, half, CloudOptions())
    np.testing.assert_array_equal(show(rgb, disparity, CloudOptions()), first)
    share = 1 - background(second, CloudOptions()).mean()
    assert share > 0.8


def test_grid_and_axes_are_drawn_where_there_is_no_cloud(canvas: CloudCanvas, show: Show) -> None:
    nothing = np.full((HEIGHT, WIDTH), np.nan, np.float32)
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    assert background(show(rgb, nothing, CloudOptions()), CloudOptions()).all()
    canvas.set_floor(-1.0, 4.0)
    grid = show(rgb, nothing, CloudOptions(show_grid=True))
    assert 0.005 < (~background(grid, CloudOptions())).mean() < 0.5
    aside = CameraPose((0, -1, -4), 2.0, 30, 20)
    axes = show(rgb, nothing, CloudOptions(show_axes=True), aside)
    strongest = {int(pixel.argmax()) for pixel in axes[axes.max(axis=2) > 150]}
    assert strongest == {0, 1, 2}


def test_the_background_is_as_told(show: Show) -> None:
    nothing = np.full((HEIGHT, WIDTH), np.nan, np.float32)
    options = CloudOptions(background=(90, 20, 200))
    assert background(show(np.zeros((HEIGHT, WIDTH, 3), np.uint8), nothing, options), options).all()


def test_a_hidden_canvas_uploads_nothing_and_catches_up_when_shown(
    canvas: CloudCanvas, qtbot: QtBot
) -> None:
    rgb, disparity = room()
    frame = CloudFrame(rgb, disparity, quantise(disparity, (0.1, 1.0)), Calibration(), CENTRED)
    canvas.hide()
    for _ in range(3):
        canvas.set_frame(frame)
    canvas.repaint()
    assert canvas.uploads_pending
    canvas.show()
    qtbot.waitUntil(lambda: not canvas.uploads_pending, timeout=5000)


def test_a_released_canvas_stays_quiet(canvas: CloudCanvas, show: Show) -> None:
    show(*room(), CloudOptions())
    canvas.release()
    canvas.release()
    show(*room(), CloudOptions())
    assert canvas.uploads_pending

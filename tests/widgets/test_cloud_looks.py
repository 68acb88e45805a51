"""How the cloud looks: closed surfaces, a mesh, filled background, depth cue and gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from models.geometry import Calibration, Intrinsics
from models.opencv import cv2
from renderers.camera import CameraPose
from renderers.cloud_options import CloudOptions, CloudStyle
from widgets.cloud_canvas import CloudCanvas
from widgets.cloud_frame import CloudFrame
from widgets.gl_support import find_gl

pytestmark = pytest.mark.gl

WIDTH, HEIGHT = 320, 240
CAMERA = Intrinsics.from_fov(60.0, WIDTH, HEIGHT)
HOME = CameraPose((0.0, 0.0, -3.0), 3.0)
ASIDE = CameraPose((0.0, 0.0, -3.0), 3.0, 8.0, 2.0)
BACK = (13, 14, 16)
WALL, BOX = (40, 170, 60), (210, 60, 50)
Show = Callable[..., np.ndarray]
STRIDES = (1, 1.5, 2, 3, 4, 7, 12)


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    reason = find_gl().missing
    if reason:
        pytest.skip(reason)
    canvas = CloudCanvas()
    canvas.resize(WIDTH, HEIGHT)
    qtbot.addWidget(canvas)
    with qtbot.waitSignal(canvas.started, timeout=5000):
        canvas.show()

    def draw(
        rgb: np.ndarray, disparity: np.ndarray, options: CloudOptions, pose: CameraPose = HOME
    ) -> np.ndarray:
        levels = np.zeros(disparity.shape, np.uint8)
        canvas.set_options(options, options.stride or 1)
        canvas.set_frame(CloudFrame(rgb, disparity, levels, Calibration(), CAMERA))
        canvas.set_pose(pose)
        return canvas.grab_image()

    yield draw
    canvas.release()
    canvas.close()


def box_before_wall(blur_px: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A red box at 2 m before a green wall at 4 m; depth blurred as networks do, colours not."""
    disparity = np.full((HEIGHT, WIDTH), 0.25, np.float32)
    disparity[60:180, 110:210] = 0.5
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:] = WALL
    rgb[60:180, 110:210] = BOX
    return rgb, cv2.GaussianBlur(disparity, (0, 0), blur_px) if blur_px else disparity


def plane(tilt: float) -> tuple[np.ndarray, np.ndarray]:
    """A grey plane at 3 m that reaches beyond the picture."""
    across = ((np.arange(WIDTH) - CAMERA.cx) / CAMERA.fx)[None]
    disparity = np.repeat((1 + tilt * across) / 3.0, HEIGHT, axis=0).astype(np.float32)
    return np.full((HEIGHT, WIDTH, 3), 200, np.uint8), disparity


def enclosed(picture: np.ndarray) -> np.ndarray:
    """True for background pixels that something surrounds."""
    empty = (picture == BACK).all(axis=2)
    _, patches = cv2.connectedComponents(empty.astype(np.uint8), connectivity=4)
    outside = np.unique(np.r_[patches[0], patches[-1], patches[:, 0], patches[:, -1]])
    return empty & ~np.isin(patches, outside)


def holes(picture: np.ndarray) -> int:
    return int(enclosed(picture).sum())


def share(picture: np.ndarray, colour: tuple[int, int, int]) -> float:
    return float((np.abs(picture.astype(int) - colour).max(axis=2) < 12).mean())


@pytest.mark.parametrize("style", CloudStyle)
@pytest.mark.parametrize("stride", STRIDES)
def test_a_plane_has_no_holes_at_any_stride(show: Show, style: CloudStyle, stride: float) -> None:
    options = CloudOptions(stride=stride, style=style)
    for tilt, yaw, distance in ((0.0, 0.0, 3.0), (0.8, 25.0, 2.5), (0.0, -40.0, 1.2)):
        pose = CameraPose((0.0, 0.0, -3.0), distance, yaw, 10.0)
        picture = show(*plane(tilt), options, pose)
        assert (picture != BACK).any(axis=2).mean() > 0.3
        assert holes(picture) == 0


@pytest.mark.parametrize("style", CloudStyle)
@pytest.mark.parametrize("stride", [1, 1.5, 2, 3])
@pytest.mark.parametrize("blur_px", [0.0, 1.5])
def test_from_the_taking_camera_an_edge_has_no_holes(
    show: Show, style: CloudStyle, stride: float, blur_px: float
) -> None:
    picture = show(*box_before_wall(blur_px), CloudOptions(stride=stride, style=style))
    assert (picture == BACK).all(axis=2)[10:-10, 10:-10].sum() == 0


@pytest.mark.parametrize("style", CloudStyle)
def test_from_aside_nothing_hangs_between_two_surfaces(show: Show, style: CloudStyle) -> None:
    rgb, disparity = box_before_wall(1.5)
    picture = show(rgb, disparity, CloudOptions(style=style), CameraPose(HOME.target, 3.0, 20.0))
    shadow = enclosed(picture)[100:140]  # what the box hid, across its middle
    start, end = (np.flatnonzero(shadow.mean(axis=0) > 0.5)[at] for at in (0, -1))
    assert end - start > 30
    assert shadow[:, start + 3 : end - 2].mean() > 0.99
    assert share(picture, BOX) > 0.08


def test_a_box_stays_whole_in_colour_and_size_whatever_the_blur(show: Show) -> None:
    sharp = share(show(*box_before_wall(), CloudOptions()), BOX)
    assert share(show(*box_before_wall(2.0), CloudOptions()), BOX) == pytest.approx(sharp, rel=0.03)


def test_the_background_is_continued_behind_the_box_in_grey(show: Show) -> None:
    rgb, disparity = box_before_wall(1.0)
    bare = show(rgb, disparity, CloudOptions(), ASIDE)
    filled = show(rgb, disparity, CloudOptions(fill=True), ASIDE)
    assert holes(bare) > 300
    assert holes(filled) < 0.1 * holes(bare)
    new = filled[(bare != filled).any(axis=2)].astype(int)
    green = new[:, 1] - new[:, [0, 2]].max(axis=1)
    wall = WALL[1] - max(WALL[0], WALL[2])
    assert 0 < np.median(green) < 0.6 * wall  # the wall's colour, but visibly less of it
    seen = (bare != BACK).any(axis=2)
    assert (bare[seen] == filled[seen]).all(axis=1).mean() > 0.99


def test_nothing_filled_is_in_sight_of_the_taking_camera(show: Show) -> None:
    rgb, disparity = box_before_wall()
    bare = show(rgb, disparity, CloudOptions())
    np.testing.assert_array_equal(show(rgb, disparity, CloudOptions(fill=True)), bare)


def test_distant_points_fade_into_the_background(show: Show) -> None:
    rgb, disparity = np.full((HEIGHT, WIDTH, 3), 220, np.uint8), box_before_wall()[1]
    plain = show(rgb, disparity, CloudOptions())
    faded = show(rgb, disparity, CloudOptions(depth_cue=1.0))
    assert (plain[5:-5, 5:-5] == 220).all()
    near, far = faded[120, 160], faded[20, 20]
    assert far.max() < near.max() < 220


def test_the_gradient_goes_from_bottom_to_top(show: Show) -> None:
    nothing = np.full((HEIGHT, WIDTH), np.nan, np.float32)
    options = CloudOptions(background=(20, 20, 20), background_top=(120, 120, 120))
    rows = show(np.zeros((HEIGHT, WIDTH, 3), np.uint8), nothing, options).mean(axis=(1, 2))
    assert rows[0] == pytest.approx(120, abs=2)
    assert rows[-1] == pytest.approx(20, abs=2)
    assert (np.diff(rows) <= 0.5).all()


def test_large_points_are_round(show: Show) -> None:
    rgb, disparity = plane(0.0)
    pose = CameraPose((0.0, 0.0, -3.0), 0.6)
    sparse = show(rgb, disparity, CloudOptions(stride=12, point_size=0.4), pose)
    _, _, stats, _ = cv2.connectedComponentsWithStats((sparse != BACK).any(axis=2).astype(np.uint8))
    whole = [s for s in stats[1:] if s[2] == s[3] > 8]
    assert whole
    assert all(0.7 < s[4] / (s[2] * s[3]) < 0.87 for s in whole)  # a disc fills 0.785 of its square

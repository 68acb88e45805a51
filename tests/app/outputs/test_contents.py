"""What goes out, pixel by pixel."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.analysis.analyzer import Analyzer
from app.core.results import Analysis, FrameResult
from app.outputs.contents import CONTENTS, composer
from app.outputs.contents.pixels import fitted
from app.outputs.scene import Place
from app.views import table as views
from renderers import colormap
from tests.support.outputs import make_scene
from tests.support.recordings import SIZE, make_result
from widgets.pane_content import Nothing


@pytest.mark.parametrize("key", CONTENTS)
@pytest.mark.parametrize("size", [(320, 180), (1280, 720), (64, 64)])
def test_every_content_fits_into_the_size_and_has_even_sides(
    key: str, size: tuple[int, int]
) -> None:
    picture = composer(key)(make_result(5), make_scene(), size)
    assert picture is not None and picture.dtype == np.uint8 and picture.shape[2] == 3
    assert picture.shape[1] <= size[0] and picture.shape[0] <= size[1]
    assert picture.shape[0] % 2 == picture.shape[1] % 2 == 0
    assert picture.flags["C_CONTIGUOUS"]


def test_the_picture_alone_is_the_frame() -> None:
    result = make_result(5)
    picture = composer("rgb")(result, make_scene(), SIZE)
    assert np.array_equal(picture, result.frame.rgb)


def test_a_lane_has_the_colours_of_the_window() -> None:
    result = make_result(5)
    for name in ("turbo", "inferno"):
        picture = composer("a")(result, make_scene(colormap=name), SIZE)
        assert picture is not None
        assert (picture == colormap.table(name)[result.lanes["a"].levels[0, 0]]).all()


def test_unknown_disparity_has_its_own_colour() -> None:
    result = make_result(5)
    lane = result.lanes["a"]
    levels = np.full_like(lane.levels, 200)
    levels[:, :80] = 0
    result.lanes["a"] = dataclasses.replace(lane, levels=levels)
    picture = composer("a")(result, make_scene(), SIZE)
    assert picture is not None
    assert (picture[:, :79] == colormap.UNKNOWN).all()


def test_a_lane_that_is_off_goes_out_as_nothing() -> None:
    result = make_result(5, lanes=("a",))
    assert composer("b")(result, make_scene(), SIZE) is None
    assert composer("rgbd")(make_result(5, lanes=()), make_scene(), SIZE) is None
    assert composer("stereo")(make_result(5, lanes=()), make_scene(), SIZE) is None


@pytest.mark.parametrize("form", ["anaglyph", "beside", "above"])
def test_stereo_goes_out_in_the_proportions_of_the_picture(form: str) -> None:
    """Televisions and headsets stretch each half to the whole screen."""
    picture = composer("stereo")(make_result(5), make_scene(stereo_form=form), SIZE)
    assert picture is not None and picture.shape[1::-1] == SIZE
    halves = {"beside": (picture[:, : SIZE[0] // 2], picture[:, SIZE[0] // 2 :])}
    halves["above"] = (picture[: SIZE[1] // 2], picture[SIZE[1] // 2 :])
    if form in halves:
        left, right = (half.astype(int) for half in halves[form])
        assert np.abs(left - right).mean() < 60  # the same picture, seen from two places


def test_rgbd_has_the_picture_left_and_grey_disparity_right_nearer_brighter() -> None:
    result = make_result(5)
    lane = result.lanes["a"]
    levels = np.full_like(lane.levels, 40)
    levels[:, 80:] = 250
    result.lanes["a"] = dataclasses.replace(lane, levels=levels)
    picture = composer("rgbd")(result, make_scene(), (2 * SIZE[0], SIZE[1]))
    assert picture is not None and picture.shape == (SIZE[1], 2 * SIZE[0], 3)
    assert np.array_equal(picture[:, : SIZE[0]], result.frame.rgb)
    right = picture[:, SIZE[0] :]
    assert (right[:, 10] == 40).all() and (right[:, -10] == 250).all()


def test_the_view_has_each_picture_in_its_place() -> None:
    result = make_result(5)
    picture = composer("view")(result, make_scene(), (320, 128))
    assert picture is not None and picture.shape == (128, 320, 3)
    assert np.array_equal(picture[:64, :160], result.frame.rgb)
    colours = colormap.table(colormap.COLORMAPS[0])[result.lanes["a"].levels[0, 0]]
    assert (picture[:64, 160:] == colours).all()
    assert (picture[64:, :160] == picture[100, 10]).all()  # no pane there


def test_a_lanes_pane_goes_out_with_its_letter() -> None:
    places = (Place("depth_a", (0.0, 0.0, 0.5, 1.0), lane="a"), Place("depth_b", (0.5, 0, 0.5, 1)))
    scene = dataclasses.replace(make_scene(), places=places, size=(640, 256))
    picture = composer("view")(make_result(5), scene, (640, 256))
    assert picture is not None
    blue = (picture == tuple(bytes.fromhex("4cb5f5"))).all(axis=2)
    assert blue[:60, :60].any() and not blue[:, 320:].any()


def test_the_view_follows_the_zoom() -> None:
    result = make_result(5)
    zoomed = Place("rgb", (0.0, 0.0, 1.0, 1.0), (0.25, 0.25, 0.5, 0.5))
    scene = dataclasses.replace(make_scene(), places=(zoomed,))
    picture = composer("view")(result, scene, (80, 32))
    assert picture is not None
    assert np.array_equal(picture, result.frame.rgb[16:48, 40:120])


def test_the_wipe_goes_out_with_its_divider_where_it_is() -> None:
    result = make_result(5)
    lane = result.lanes["b"]
    result.lanes["b"] = dataclasses.replace(lane, levels=np.full_like(lane.levels, 250))
    pane = Place("wipe", (0.0, 0.0, 1.0, 1.0))
    scene = dataclasses.replace(make_scene(view="wipe"), places=(pane,), wipe=0.25)
    picture = composer("view")(result, scene, SIZE)
    assert picture is not None
    table = colormap.table(colormap.COLORMAPS[0])
    assert (picture[:, :38] == table[result.lanes["a"].levels[0, 0]]).all()
    assert (picture[:, 42:] == table[250]).all()
    blinking = dataclasses.replace(make_scene(view="blink"), places=(pane,), side="b")
    picture = composer("view")(result, blinking, SIZE)
    assert picture is not None and (picture == table[250]).all()


def test_depth_edges_are_laid_over_the_picture() -> None:
    result = make_result(5)
    edges = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
    edges[:, 100] = (76, 181, 245, 255)
    made = dataclasses.replace(result, analysis=Analysis(edges=edges))
    picture = composer("view")(made, make_scene(edges=True), (320, 128))
    assert picture is not None and (picture[:64, 100] == (76, 181, 245)).all()
    assert np.array_equal(picture[:64, :100], result.frame.rgb[:, :100])


def test_a_view_whose_analysis_is_not_there_yet_leaves_its_panes_empty() -> None:
    pane = Place("difference", (0.0, 0.0, 1.0, 1.0))
    scene = dataclasses.replace(make_scene(view="difference"), places=(pane,))
    picture = composer("view")(make_result(5), scene, SIZE)
    assert picture is not None and (picture == picture[0, 0]).all()


def test_pictures_are_never_enlarged_to_fit() -> None:
    assert fitted((160, 64), (1920, 1080)) == (160, 64)
    assert fitted((1920, 1080), (960, 540)) == (960, 540)
    assert fitted((1, 4000), (960, 540)) == (2, 540)


def test_a_result_without_lanes_still_has_its_picture() -> None:
    result = FrameResult(make_result(0).frame, {})
    picture = composer("view")(result, make_scene(), (320, 128))
    assert picture is not None and np.array_equal(picture[:64, :160], result.frame.rgb)


@pytest.mark.parametrize("key", views.KEYS)
def test_every_view_goes_out_with_a_picture_in_each_of_its_panes(key: str) -> None:
    settings = make_scene(view=key).settings
    analyzer, request = Analyzer(), views.find(key).needs(settings)
    result = make_result(0)
    for number in range(3):
        result = make_result(number)
        analysis = analyzer.analyze(result.frame, result.lanes, request)
        result = dataclasses.replace(result, analysis=analysis)
    filled = views.find(key).fill(result, settings, colormap.table("inferno"))
    for name, content in filled.items():
        scene = dataclasses.replace(
            make_scene(view=key), places=(Place(name, (0.0, 0.0, 1.0, 1.0)),)
        )
        picture = composer("view")(result, scene, (320, 128))
        assert picture is not None
        is_empty = bool((picture == 0x13).all())
        assert is_empty == isinstance(content, Nothing), name

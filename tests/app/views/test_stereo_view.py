"""The stereo view: rendered on the inference thread, shown as it is, and a sentence without."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from app.core.results import FrameResult
from app.engine.pipeline import Pipeline, PipelineConfig
from app.settings.settings import Settings
from app.sources.opening import open_source
from app.ui.resolve import pipeline_config
from app.views.table import find
from models.frames import Frame
from models.opencv import cv2
from renderers import colormap
from renderers.stereo import parallax, scaled_stereo_picture, stereo_picture, views
from renderers.stereo_options import STEREO_FORMS, StereoOptions
from tests.support.recordings import make_result
from widgets.pane_content import Nothing, RgbContent

VIEW = find("stereo")
TABLE = colormap.table("inferno")


@pytest.fixture(scope="module")
def room() -> FrameResult:
    """A frame of the built-in scene with its exact disparity."""
    with contextlib.closing(open_source("synthetic")) as source:
        frame = None
        while not isinstance(frame, Frame):
            frame = source.read(5.0)
    pipeline = Pipeline()
    pipeline.configure(PipelineConfig("ground-truth", "off"))
    with contextlib.closing(pipeline):
        return pipeline.step(frame)


@pytest.mark.parametrize("form", STEREO_FORMS)
def test_the_picture_is_made_with_the_settings(room: FrameResult, form: str) -> None:
    settings = Settings(
        model_a="ground-truth", model_b="off", view="stereo", stereo_form=form,
        stereo_parallax=5.0, stereo_zero=0.25,
    )  # fmt: skip
    pipeline = Pipeline()
    pipeline.configure(pipeline_config(settings))
    with contextlib.closing(pipeline):
        result = pipeline.step(room.frame)
    (content,) = VIEW.fill(result, settings, TABLE).values()
    assert isinstance(content, RgbContent)
    assert content.caption == STEREO_FORMS[form]
    made = stereo_picture(room.frame.rgb, result.lanes["a"].levels, StereoOptions(0.05, 0.25, form))
    np.testing.assert_array_equal(content.rgb, made)


def test_other_views_pay_nothing_for_it(room: FrameResult) -> None:
    for key in ("side", "difference", "flicker"):
        assert find(key).needs(Settings()).stereo is None


def test_without_the_lane_there_is_a_sentence() -> None:
    settings = Settings(view="stereo", cloud_lane="b")
    (content,) = VIEW.fill(make_result(0, lanes=("a",)), settings, TABLE).values()
    assert content == Nothing("Lane B is off, so there is no stereo picture")


def test_in_the_room_every_surface_moves_by_the_formula(room: FrameResult) -> None:
    """What both pictures show of a surface is apart by the formula, to half a pixel."""
    options = StereoOptions(0.04, 0.6)
    levels, rgb = room.lanes["a"].levels, room.frame.rgb
    shift = parallax(levels, options) / 2
    height, width = levels.shape
    flat = cv2.dilate(levels, np.ones((9, 9))) - cv2.erode(levels, np.ones((9, 9))) < 6
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    for view, sign in zip(views(rgb, levels, options), (1, -1), strict=True):
        errors = {}
        for off in (-1.0, -0.5, 0.0, 0.5, 1.0):
            found = cv2.remap(view, x + sign * shift + off, y, cv2.INTER_LINEAR)
            wrong = np.abs(found.astype(int) - rgb).max(axis=2)[flat]
            errors[off] = float(np.mean(np.minimum(wrong, 40)))  # hidden places differ by any
        assert min(errors, key=errors.__getitem__) == 0.0, errors


def test_in_the_room_what_is_nearer_is_in_front(room: FrameResult) -> None:
    """Wherever two pixels meet, the view shows the nearer one."""
    options = StereoOptions(0.06, 0.5)
    levels = room.lanes["a"].levels
    rimmed = cv2.dilate(levels, np.ones((5, 5)))  # near things take a rim along
    grey = np.repeat(rimmed[..., None], 3, axis=2)  # a picture of nearness itself
    left, _ = views(grey, levels, options)
    steps = np.rint(parallax(levels, options) / 2).astype(int)
    height, width = levels.shape
    nearest = np.zeros_like(levels)
    column = np.arange(width) + steps
    row = np.repeat(np.arange(height)[:, None], width, axis=1)
    inside = (column >= 0) & (column < width)
    np.maximum.at(nearest, (row[inside], column[inside]), levels[inside])
    behind = left[..., 0].astype(int) < nearest.astype(int) - 12
    assert behind.mean() < 0.005


def test_large_pictures_are_brought_to_the_size_of_a_screen() -> None:
    result = make_result(0, size=(2560, 1440))
    made = scaled_stereo_picture(result.frame.rgb, result.lanes["a"].levels, StereoOptions())
    assert made.shape == (720, 1280, 3)

"""The demonstration scene is played until something in it is changed, and then rendered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from app.core.source import Adjustable
from app.sources.demo_loop import DemoLoopSource
from app.sources.demo_scene import DemoSceneSource
from app.sources.kinds.synthetic import SyntheticSpec
from app.sources.opening import open_source
from app.sources.parsing import is_adjustable, parse_spec
from models.errors import UsageError
from models.frames import Frame
from models.scene_options import USUAL_SCENE, SceneOptions

MIRROR = SceneOptions(wall="mirror")


@pytest.fixture
def source() -> Iterator[DemoSceneSource]:
    opened = DemoSceneSource(with_flow=True)
    yield opened
    opened.close()


def _next(source: DemoSceneSource) -> Frame:
    reading = source.read(1.0)
    assert isinstance(reading, Frame)
    return reading


def _has_flow(frame: Frame) -> bool:
    return frame.truth is not None and frame.truth.flow_to_previous is not None


def _disparity(frame: Frame) -> np.ndarray:
    assert frame.truth is not None
    return frame.truth.disparity


def test_the_unchanged_scene_is_the_loop(source: DemoSceneSource) -> None:
    loop = DemoLoopSource()
    for options in (USUAL_SCENE, SceneOptions(raise_m=1.0, shadow=False)):  # of no object
        assert source.adjust(options)
        expected = loop.read(1.0)
        assert isinstance(expected, Frame)
        assert np.array_equal(_next(source).rgb, expected.rgb)
    loop.close()


def test_a_change_goes_on_at_the_same_place_in_time_without_a_break(
    source: DemoSceneSource,
) -> None:
    source.seek(100)
    played = [_next(source), _next(source)]
    source.adjust(MIRROR)
    rendered = [_next(source), _next(source)]
    source.adjust(USUAL_SCENE)
    again = [_next(source), _next(source)]
    frames = [*played, *rendered, *again]
    assert [frame.index for frame in frames] == list(range(100, 106))
    assert len({(frame.segment, frame.shot) for frame in frames}) == 1
    assert [_has_flow(frame) for frame in frames] == [False, True] * 3
    poses = [frame.truth.camera_to_world for frame in frames if frame.truth is not None]
    steps = [np.linalg.norm(b[:3, 3] - a[:3, 3]) for a, b in pairwise(poses)]  # type: ignore[index]
    assert max(steps) < 1.5 * min(steps)
    near = _disparity(rendered[0]) > 0.25  # before the back wall
    change = np.abs(rendered[0].rgb.astype(int) - played[1].rgb)[near].mean()
    assert change < 2 * np.abs(played[1].rgb.astype(int) - played[0].rgb)[near].mean() + 3


def test_the_last_of_several_changes_is_shown(source: DemoSceneSource) -> None:
    _next(source)
    for raise_m in (0.1, 0.6, 0.9):
        source.adjust(SceneOptions(object="ball", raise_m=raise_m))
    moved = _next(source)
    fixed = open_source("synthetic:object=ball,raise=0.9")
    fixed.seek(1)
    expected = fixed.read(1.0)
    fixed.close()
    assert isinstance(expected, Frame)
    assert np.array_equal(moved.rgb, expected.rgb)


def test_a_frame_can_be_shown_again_after_a_change(source: DemoSceneSource) -> None:
    _next(source)
    before = _next(source)
    source.adjust(MIRROR)
    source.return_to(before.index)
    after = _next(source)
    assert (after.index, after.segment) == (before.index, before.segment)
    assert not np.array_equal(after.rgb, before.rgb)
    assert _next(source).index == before.index + 1


def test_only_rendered_frames_are_left_out(source: DemoSceneSource) -> None:
    first = _next(source)
    source.skip_to(0.4)
    assert _next(source).index == 1
    source.adjust(MIRROR)
    _next(source)
    source.skip_to(0.4)
    skipped = _next(source)
    assert (skipped.index, skipped.segment) == (10, first.segment)


def test_closing_twice_ends_both(source: DemoSceneSource) -> None:
    source.adjust(MIRROR)
    _next(source)
    source.close()
    source.close()
    assert source.read(0.1) is None


def test_options_in_the_text_are_kept_whatever_the_window_says() -> None:
    spec = "synthetic:wall=mirror,object=box,raise=0.5"
    opened = open_source(spec, (96, 72))
    assert isinstance(opened, Adjustable)
    first = opened.read(1.0)
    assert not opened.adjust(USUAL_SCENE)
    opened.seek(0)
    again = opened.read(1.0)
    opened.close()
    assert isinstance(first, Frame)
    assert isinstance(again, Frame)
    assert np.array_equal(first.rgb, again.rgb)
    assert parse_spec(opened.info.spec) == parse_spec(spec)


def test_a_scene_of_another_size_can_be_changed_too() -> None:
    opened = open_source("synthetic", (96, 72))
    assert isinstance(opened, Adjustable)
    first = opened.read(1.0)
    assert opened.adjust(SceneOptions(wall="pattern"))
    opened.return_to(0)
    again = opened.read(1.0)
    opened.close()
    assert isinstance(first, Frame)
    assert isinstance(again, Frame)
    assert (first.index, first.segment) == (again.index, again.segment)
    assert not np.array_equal(first.rgb, again.rgb)


def test_only_the_scene_made_by_hand_has_options() -> None:
    assert is_adjustable("synthetic")
    for text in ("synthetic:3", "synthetic:wall=mirror", "clip.mp4", "camera:0"):
        assert not is_adjustable(text)
    assert parse_spec("synthetic:glass=on") == SyntheticSpec(None, SceneOptions(glass=True))


def test_unusable_options_are_one_sentence() -> None:
    with pytest.raises(UsageError, match=r"cannot be shown so: wall must be one of pictures"):
        parse_spec("synthetic:wall=door")

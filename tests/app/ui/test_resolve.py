"""From settings to what the lanes, the capture loop and the analyzer are asked."""

from __future__ import annotations

import pytest

from app.analysis.request import AnalysisRequest
from app.settings.settings import Settings
from app.sources.kinds.synthetic import SyntheticSpec
from app.sources.parsing import parse_spec
from app.ui.resolve import (
    analysis_request,
    fallback,
    fixed_source,
    pipeline_config,
    playback_options,
    source_size,
)
from models.scene_options import SceneOptions
from renderers.display_range import RangeMode


def test_with_every_view_off_nothing_is_worked_out() -> None:
    for view in ("side", "wipe", "blink"):
        assert analysis_request(Settings(view=view, workspace="compare")).nothing


@pytest.mark.parametrize(
    ("view", "wanted"),
    [
        ("difference", AnalysisRequest(difference="frame")),
        ("flicker", AnalysisRequest(flicker_window=20, heat=True)),
        ("xt", AnalysisRequest(scan_line=0.25)),
    ],
)
def test_a_view_asks_for_itself_alone(view: str, wanted: AnalysisRequest) -> None:
    settings = Settings(
        workspace="compare",
        view=view,
        difference_alignment="frame",
        flicker_window=20,
        scan_line=0.25,
    )
    assert analysis_request(settings) == wanted


@pytest.mark.parametrize("listener", ["charts", "sound"])
def test_charts_and_sound_want_the_numbers_but_no_heat_map(listener: str) -> None:
    request = analysis_request(Settings(workspace="3d", **{listener: True}))  # type: ignore[arg-type]
    window = Settings().flicker_window
    assert request == AnalysisRequest(flicker_window=window, drift=listener == "charts")


def test_edges_are_those_of_the_lane_that_the_cloud_shows() -> None:
    assert analysis_request(Settings(edges=True, cloud_lane="b")).edges == "b"


def test_pinned_points_are_followed_whatever_the_view() -> None:
    pins = ((0.5, 0.5),)
    assert pipeline_config(Settings(), pins).analysis.pins == pins


def test_a_locked_range_is_fixed_whatever_the_mode() -> None:
    settings = Settings(range_mode="per-frame", range_locked=True, range_far=0.1, range_near=2.0)
    shown = pipeline_config(settings).display_range
    assert (shown.mode, shown.fixed) == (RangeMode.FIXED, (0.1, 2.0))
    unlocked = pipeline_config(Settings(range_mode="per-frame")).display_range
    assert unlocked.mode is RangeMode.PER_FRAME


def test_an_input_size_of_zero_leaves_it_to_the_model() -> None:
    assert pipeline_config(Settings(input_size=0)).options.input_size is None
    assert pipeline_config(Settings(input_size=224)).options.input_size == 224


def test_a_lowered_quality_is_a_fraction_of_each_models_own_size() -> None:
    options = pipeline_config(Settings(), quality=2 / 3).options
    assert (options.input_size, options.input_scale) == (None, 2 / 3)


@pytest.mark.parametrize(
    ("size", "asked"), [((0, 0), None), ((640, 0), None), ((640, 480), (640, 480))]
)
def test_half_a_size_is_no_size(size: tuple[int, int], asked: tuple[int, int] | None) -> None:
    assert source_size(Settings(source_width=size[0], source_height=size[1])) == asked


def test_pacing_mirror_and_rotation_reach_the_capture_loop() -> None:
    asked = playback_options(Settings(pacing="every-frame", mirror=True, rotate=90, loop=False))
    assert (asked.every_frame, asked.mirror, asked.rotate, asked.loop) == (True, True, 90, False)
    assert not playback_options(Settings(pacing="real-time")).every_frame


def test_changes_of_the_built_in_scene_reach_it_and_name_it_elsewhere() -> None:
    settings = Settings(scene_object="box", scene_raise=0.5, scene_wall="mirror")
    changed = SceneOptions(object="box", raise_m=0.5, wall="mirror")
    assert playback_options(settings).scene == changed
    assert parse_spec(fixed_source(settings)) == SyntheticSpec(None, changed)
    assert fixed_source(Settings(scene_raise=0.5)) == "synthetic"  # of no object
    assert fixed_source(Settings(source="synthetic:3", scene_glass=True)) == "synthetic:3"


def test_the_fallback_is_what_the_settings_name() -> None:
    wanted = fallback(Settings(fallback_after_s=2.5, fallback_clip="clip.mp4"))
    assert (wanted.after_s, wanted.clip) == (2.5, "clip.mp4")

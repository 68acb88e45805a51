"""What the display says and shows of a result, read back from the panes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.results import FrameResult, LaneResult
from app.settings.settings import Settings
from app.ui.display import Display
from app.ui.resolve import cloud_options, display_options
from models.frames import DepthMap, Unit
from models.geometry import Calibration
from tests.support.fakes import make_frame
from tests.support.pixels import grabbed, part
from tests.support.windows import stage_in_window
from widgets.stage import Stage

SIZE = (64, 48)
MODEL, TWIN = "flashdepth-lite", "flashdepth-lite-per-frame"


class Cloud(QWidget):
    """Stands in for the cloud pane, which needs OpenGL, and remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, Any] = {}

    def set_options(self, options: object) -> None:
        self.given["options"] = options

    def set_color_table(self, table: object) -> None:
        self.given["table"] = table

    def set_lane(self, lane: str) -> None:
        self.given["lane"] = lane

    def set_banner(self, text: str | None, _level: str = "warn") -> None:
        self.given["banner"] = text

    def clear(self, _placeholder: str = "") -> None:
        self.given["cloud"] = None

    def show_cloud(self, _rgb: object, disparity: object, *_rest: object) -> None:
        self.given["cloud"] = disparity


def lane(model: str, level: int = 200, ms: float = 12.0) -> LaneResult:
    disparity = np.full(SIZE[::-1], 0.5, np.float32)
    levels = np.full(SIZE[::-1], level, np.uint8)
    depth = DepthMap(disparity, Unit.INVERSE_METRE, 0)
    return LaneResult(model, depth, levels, (0.1, 0.9), ms, False)


def result(failures: dict[str, str] | None = None, **lanes: LaneResult) -> FrameResult:
    return FrameResult(make_frame(size=SIZE), lanes, failures or {})


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def stage(qtbot: QtBot, cloud: Cloud) -> Iterator[Stage]:
    with stage_in_window(qtbot, (1000, 700), cloud) as made:
        yield made


@pytest.fixture
def display(stage: Stage, cloud: Cloud) -> Display:
    made = Display(stage, cloud)  # type: ignore[arg-type]
    made.apply(display_options(Settings(model_a=MODEL, model_b=TWIN)))
    return made


def brightness(stage: Stage, name: str) -> float:
    """Mean of the picture in a pane, its frame and words left out."""
    pane = stage.pane(name)
    return float(part(grabbed(pane), pane.picture_rect().adjusted(8, 8, -8, -8)).mean())  # type: ignore[attr-defined]


def test_near_levels_are_drawn_brighter_than_far_ones(display: Display, stage: Stage) -> None:
    display.apply(display_options(Settings(model_a=MODEL, model_b=TWIN, colormap="inferno")))
    display.show(result(a=lane(MODEL, 240), b=lane(TWIN, 20)))
    assert brightness(stage, "depth_a") > brightness(stage, "depth_b") + 60


def test_another_colour_map_redraws_what_is_on_screen(display: Display, stage: Stage) -> None:
    display.show(result(a=lane(MODEL)))
    before = grabbed(stage.depth_a)
    display.apply(display_options(Settings(model_a=MODEL, model_b=TWIN, colormap="grey")))
    assert (grabbed(stage.depth_a) != before).any()


def test_a_lane_that_reuses_the_other_ones_features_has_a_plus_before_its_time(
    display: Display, stage: Stage
) -> None:
    display.show(result(a=lane(MODEL), b=lane(TWIN)))
    assert stage.depth_a.header().caption == "12 ms"
    assert stage.depth_b.header().caption == "+12 ms"
    display.show(result(a=lane(MODEL), b=lane("ground-truth")))
    assert stage.depth_b.header().caption == "12 ms"


def test_a_lane_without_its_memory_is_marked(display: Display, stage: Stage) -> None:
    display.show(result(a=lane(TWIN), b=lane(TWIN)))
    assert stage.depth_a.header().badge == "memory off"
    assert stage.depth_b.header().badge == ""


def test_a_lane_that_fails_keeps_its_picture_under_a_sentence(
    display: Display, stage: Stage
) -> None:
    display.show(result(a=lane(MODEL)))
    shown = brightness(stage, "depth_a")
    display.show(result({"a": "It failed."}, b=lane(TWIN)))
    assert stage.depth_a.banner == ("It failed.", "warn")
    assert brightness(stage, "depth_a") > 0.4 * shown  # a part of it lies under the banner
    display.show(result(a=lane(MODEL)))
    assert stage.depth_a.banner is None


def test_a_lane_of_another_model_that_fails_keeps_no_foreign_picture(
    display: Display, stage: Stage
) -> None:
    display.show(result(a=lane(MODEL)))
    display.apply(display_options(Settings(model_a="flashdepth", model_b=TWIN)))
    display.show(result({"a": "Its weights are missing."}))
    assert stage.depth_a.picture_size.isEmpty()


def test_a_lane_that_is_off_shows_nothing(display: Display, stage: Stage) -> None:
    display.show(result(a=lane(MODEL), b=lane(TWIN)))
    display.show(result(a=lane(MODEL)))
    assert stage.depth_b.picture_size.isEmpty()
    assert stage.depth_b.placeholder == "This lane is off"


def test_a_wipe_needs_both_lanes(display: Display, stage: Stage) -> None:
    display.apply(display_options(Settings(model_a=MODEL, model_b=TWIN, view="wipe")))
    display.show(result(a=lane(MODEL)))
    assert stage.pane("wipe").placeholder == "This view needs both lanes; turn the other one on"


def test_a_view_that_was_just_chosen_waits_for_its_first_result(
    display: Display, stage: Stage
) -> None:
    display.apply(display_options(Settings(model_a=MODEL, model_b=TWIN, view="flicker")))
    display.show(result(a=lane(MODEL), b=lane(TWIN)))
    assert stage.pane("flicker_a").placeholder == "Waiting for the next frame"
    display.show(result())
    assert stage.pane("flicker_a").placeholder == "Both lanes are off"


def test_panes_without_a_picture_are_listed(display: Display) -> None:
    display.apply(display_options(Settings(model_a=MODEL, model_b="off", view="flicker")))
    display.show(result(a=lane(MODEL)))
    assert display.blank_panes() == {"depth_b", "flicker_a", "flicker_b"}
    display.apply(display_options(Settings(model_a=MODEL, model_b="off", view="wipe")))
    assert display.blank_panes() == {"depth_b", "wipe"}
    display.show(result(a=lane(MODEL), b=lane(TWIN)))
    assert display.blank_panes() == frozenset()


def test_a_source_that_fails_takes_the_picture_of_the_view_with_it(
    display: Display, stage: Stage
) -> None:
    display.apply(display_options(Settings(model_a=MODEL, model_b=TWIN, view="wipe")))
    display.show(result(a=lane(MODEL), b=lane(TWIN)))
    assert not stage.pane("wipe").picture_size.isEmpty()
    display.forget()
    display.set_source_message("", is_away=True)
    assert stage.pane("wipe").picture_size.isEmpty()


def test_a_wipe_says_how_ranges_that_differ_were_matched(display: Display, stage: Stage) -> None:
    same, other = lane(MODEL), dataclasses.replace(lane("ground-truth"), display_range=(2.0, 6.0))
    for settings, b, note in (
        (Settings(view="wipe"), same, ""),
        (Settings(view="wipe"), other, "matched by median and spread"),
        (Settings(view="wipe", range_mode="per-frame"), other, "each in its own range"),
    ):
        display.apply(display_options(settings))
        display.show(result(a=same, b=b))
        assert stage.pane("wipe").header().caption == note


@pytest.mark.parametrize("view", ["flicker", "xt"])
def test_a_view_of_lanes_that_all_fail_says_why(display: Display, stage: Stage, view: str) -> None:
    display.apply(display_options(Settings(model_a=MODEL, model_b=TWIN, view=view)))
    display.show(result({"a": "No weights."}))
    pane = stage.pane("flicker_a") if view == "flicker" else stage.pane("slice_a")
    assert pane.placeholder == "No weights."


def test_the_cloud_says_when_its_lane_shows_nothing(display: Display, cloud: Cloud) -> None:
    display.show(result(b=lane(TWIN)))
    assert cloud.given["cloud"] is None
    assert cloud.given["banner"] == (
        "Lane A has nothing to show in 3D; turn it on or choose the other lane."
    )
    display.show(result(a=lane(MODEL)))
    assert cloud.given["cloud"] is not None
    assert cloud.given["banner"] is None


def test_the_disparity_under_the_cursor_is_shown_in_every_lane(
    display: Display, stage: Stage
) -> None:
    display.show(result(a=lane(MODEL), b=lane(TWIN)))
    stage.hovered.emit("rgb", 32.0, 12.0)
    assert display.cursor == (0.5, 0.25)
    assert stage.depth_b.probe_text == "0.5 1/m · 2.00 m"
    stage.unhovered.emit()
    assert display.cursor is None


def test_a_cursor_beside_the_picture_points_at_nothing(display: Display, stage: Stage) -> None:
    display.show(result(a=lane(MODEL)))
    stage.hovered.emit("rgb", 64.0, 12.0)
    assert display.cursor is None


def test_the_range_on_screen_is_lane_a_s_or_else_lane_b_s(display: Display) -> None:
    assert display.range_on_screen() is None
    display.show(result(b=lane(TWIN)))
    assert display.range_on_screen() == (0.1, 0.9)


def test_a_source_that_fails_before_its_first_picture_leaves_no_old_one(
    display: Display, stage: Stage
) -> None:
    display.show(result(a=lane(MODEL)))
    display.forget()
    display.set_source_message("", is_away=True)
    assert stage.rgb.picture_size.isEmpty()
    assert not display.is_stale


def test_a_signal_that_is_lost_keeps_the_last_picture(display: Display, stage: Stage) -> None:
    display.show(result(a=lane(MODEL)))
    display.set_source_message("No signal.", is_away=True)
    assert not stage.rgb.picture_size.isEmpty()


def test_signal_loss_is_seen_whatever_panes_are_shown(display: Display, stage: Stage) -> None:
    settings = Settings(model_a=MODEL, model_b=TWIN, panes=("depth_b", "cloud"))
    display.show(result(a=lane(MODEL), b=lane(TWIN)))
    display.apply(display_options(settings))
    before = grabbed(stage.depth_b)
    display.set_source_message("No signal.")
    with_banner = grabbed(stage.depth_b)
    assert (with_banner != before).any()
    display.apply(display_options(settings))  # what is on screen is drawn again
    assert (grabbed(stage.depth_b) == with_banner).all()
    display.set_source_message("")
    assert (grabbed(stage.depth_b) == before).all()


def test_a_gain_of_zero_leaves_the_calibration_to_the_range() -> None:
    assert cloud_options(Settings(cloud_gain=0.0)).calibration is None
    assert cloud_options(Settings(cloud_gain=2.0, cloud_offset=0.5)).calibration == Calibration(
        0.5, 2.0
    )
    assert cloud_options(Settings(cloud_stride=0, cloud_fov_deg=0.0)).stride is None

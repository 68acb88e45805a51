"""Commands become settings, and settings become work for the engine."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.commands import CaptureRequest, CaptureStatus, Command, Play, PlaybackOptions
from app.engine.pipeline import PipelineConfig
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller


class _Capture:
    def __init__(self) -> None:
        self.status = CaptureStatus()
        self.commands: list[Command] = []

    def post(self, command: Command) -> None:
        self.commands.append(command)


class _Inference:
    def __init__(self) -> None:
        self.configs: list[PipelineConfig] = []

    def configure(self, config: PipelineConfig) -> None:
        self.configs.append(config)


class _Engine:
    """Remembers what it was asked for since `forget`."""

    def __init__(self) -> None:
        self.capture = _Capture()
        self.inference = _Inference()

    def forget(self) -> None:
        self.capture.commands.clear()
        self.inference.configs.clear()

    @property
    def asked(self) -> list[type]:
        return [type(each) for each in (*self.capture.commands, *self.inference.configs)]

    @property
    def requests(self) -> list[CaptureRequest]:
        return [each for each in self.capture.commands if isinstance(each, CaptureRequest)]


@pytest.fixture
def engine() -> _Engine:
    return _Engine()


def make(engine: _Engine, **settings: Any) -> Controller:
    """A controller that was started, on an engine that forgot what that asked for."""
    made = Controller(SettingsModel(Settings(**settings)), engine, lambda: None)  # type: ignore[arg-type]
    made.start()
    engine.forget()
    return made


@pytest.mark.parametrize(
    ("status", "playing"),
    [
        (CaptureStatus(playing=True), False),
        (CaptureStatus(playing=False), True),
        (CaptureStatus(playing=True, ended=True), True),
    ],
    ids=["playing", "paused", "at the end"],
)
def test_one_key_pauses_goes_on_and_starts_again(
    engine: _Engine, status: CaptureStatus, playing: bool
) -> None:
    engine.capture.status = status
    make(engine).toggle_pause()
    assert engine.capture.commands == [Play(playing)]


def test_the_start_asks_for_everything_once(engine: _Engine) -> None:
    model = SettingsModel()
    controller = Controller(model, engine, lambda: None)  # type: ignore[arg-type]
    for _ in range(2):
        controller.start()
    assert engine.asked == [PlaybackOptions, CaptureRequest, PipelineConfig]


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"sound_volume": 0.7}, []),
        ({"inspector": False, "cloud_grid": False, "colormap": "grey"}, []),
        ({"view": "wipe"}, []),
        ({"source_fps": 30.0}, []),
        ({"source_width": 640}, []),
        ({"mirror": True}, [PlaybackOptions]),
        ({"view": "xt"}, [PipelineConfig]),
        ({"threads": 3}, [PipelineConfig]),
        ({"source_width": 640, "source_height": 480}, [CaptureRequest]),
        ({"source": "a.mp4", "memory": False}, [CaptureRequest, PipelineConfig]),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)
def test_a_change_reaches_only_what_it_means_something_to(
    engine: _Engine, changes: dict[str, object], asked: list[type]
) -> None:
    controller = make(engine)
    controller.model.replace(**changes)
    assert engine.asked == asked


def test_another_camera_format_opens_the_camera_again(engine: _Engine) -> None:
    controller = make(engine, source="camera:0")
    controller.set("source_fps", 60.0)
    assert [request.camera_format for request in engine.requests] == [(60.0, "")]


def test_the_chosen_source_is_opened_again_on_demand(engine: _Engine) -> None:
    controller = make(engine, source="a.mp4")
    opened: list[str] = []
    controller.source_opened.connect(lambda: opened.append("opened"))
    controller.open_source("a.mp4")
    controller.show_chosen()
    assert [request.spec for request in engine.requests] == ["a.mp4", "a.mp4"]
    assert len(set(engine.requests)) == 2
    assert len(opened) == 2


def test_what_is_shown_instead_goes_when_another_source_is_chosen(engine: _Engine) -> None:
    controller = make(engine, source="a.mp4")
    controller.show_instead("synthetic")
    assert controller.instead == "synthetic"
    controller.set("colormap", "grey")
    assert controller.instead == "synthetic"
    controller.set("source", "b.mp4")
    assert controller.instead == ""
    assert [request.spec for request in engine.requests] == ["synthetic", "b.mp4"]


def test_choosing_what_is_shown_instead_opens_it_as_the_chosen_source(engine: _Engine) -> None:
    controller = make(engine, source="a.mp4")
    controller.show_instead("b.mp4")
    opened: list[str] = []
    controller.source_opened.connect(lambda: opened.append(controller.instead))
    controller.open_source("b.mp4")
    assert [request.spec for request in engine.requests] == ["b.mp4", "b.mp4"]
    assert opened == [""]


def test_a_source_that_cannot_be_opened_gives_its_name_back_without_opening_anything(
    engine: _Engine,
) -> None:
    controller = make(engine, source="a.mp4")
    controller.open_source("a.mp4")
    playing = engine.requests[-1]
    controller.set("source", "b.mp4")
    controller.take_back(engine.requests[-1], playing)
    assert controller.settings.source == "a.mp4"
    assert [request.spec for request in engine.requests] == ["a.mp4", "b.mp4"]
    controller.open_source("b.mp4")  # try again
    controller.open_source("a.mp4")
    assert [request.spec for request in engine.requests[2:]] == ["b.mp4", "a.mp4"]


def test_what_was_shown_instead_is_shown_instead_again(engine: _Engine) -> None:
    controller = make(engine, source="a.mp4")
    controller.show_instead("synthetic")
    playing = engine.requests[-1]
    controller.set("source", "b.mp4")
    controller.take_back(engine.requests[-1], playing)
    assert (controller.settings.source, controller.instead) == ("a.mp4", "synthetic")
    assert len(engine.requests) == 2


def test_a_source_requested_since_keeps_its_name(engine: _Engine) -> None:
    controller = make(engine, source="a.mp4")
    controller.open_source("a.mp4")
    playing = engine.requests[-1]
    controller.set("source", "b.mp4")
    refused = engine.requests[-1]
    controller.set("source", "c.mp4")
    controller.take_back(refused, playing)
    assert controller.settings.source == "c.mp4"


def test_what_is_shown_instead_gives_way_to_the_chosen_source(engine: _Engine) -> None:
    controller = make(engine, source="a.mp4")
    controller.show_instead("synthetic")
    controller.open_source("a.mp4")
    assert controller.instead == ""
    assert [request.spec for request in engine.requests] == ["synthetic", "a.mp4"]


def test_lanes_are_opened_again_and_pins_followed_without_a_changed_setting(
    engine: _Engine,
) -> None:
    controller = make(engine)
    controller.restart_lanes()
    controller.pin(0.25, 0.5)
    retried, pinned = engine.inference.configs
    assert (retried.attempt, retried.analysis.pins) == (1, ())
    assert (pinned.attempt, pinned.analysis.pins) == (1, ((0.25, 0.5),))
    assert engine.capture.commands == []


def test_a_subscriber_that_changes_a_setting_leaves_the_engine_with_the_newest(
    engine: _Engine,
) -> None:
    model = SettingsModel()
    model.subscribe(lambda settings, _: model.replace(memory=not settings.mirror))
    controller = Controller(model, engine, lambda: None)  # type: ignore[arg-type]
    controller.start()
    model.replace(mirror=True)
    assert not engine.inference.configs[-1].memory

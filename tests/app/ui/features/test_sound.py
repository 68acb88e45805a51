"""The tones, as the settings and the audio devices have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.audio.player import Sonifier
from app.core.flicker_values import FlickerResult, LaneFlicker
from app.core.results import Analysis, FrameResult
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.features.sound import SoundController
from models.frames import Float32
from tests.support.audio import Stream, fake_backend
from tests.support.display import FakeDisplay
from tests.support.fakes import make_frame

Make = Callable[..., SoundController]


@pytest.fixture
def backend() -> SimpleNamespace:
    made = fake_backend()
    found = [*made.query_devices(), {"name": "Hall", "max_output_channels": 2}]
    made.query_devices = lambda: found
    return made


@pytest.fixture
def model() -> SettingsModel:
    return SettingsModel(Settings())


@pytest.fixture
def controller(
    qtbot: QtBot, model: SettingsModel, backend: SimpleNamespace
) -> Iterator[SoundController]:
    made = SoundController(model, FakeDisplay(), Sonifier(lambda: backend))  # type: ignore[arg-type]
    yield made
    made.close()


def test_ticking_sound_plays_on_the_systems_choice_and_unticking_ends_it(
    controller: SoundController, model: SettingsModel
) -> None:
    controller.start()
    assert Stream.opened == []
    model.replace(sound=True)
    (stream,) = Stream.opened
    assert (stream.device, stream.active) == (None, True)
    model.replace(sound=False)
    assert stream.closed


def test_outputs_are_offered_by_name_and_the_chosen_one_is_played_on(
    controller: SoundController, model: SettingsModel
) -> None:
    assert controller.outputs() == ("Speakers", "Hall")
    model.replace(sound_device="Hall")
    assert Stream.opened == []
    model.replace(sound=True)
    model.replace(sound_device="Speakers")
    model.replace(sound_device="")
    assert [stream.device for stream in Stream.opened] == [2, 1, None]
    assert [stream.closed for stream in Stream.opened] == [True, True, False]


def test_a_chosen_device_that_is_not_there_is_named_and_sound_unticked(
    qtbot: QtBot, controller: SoundController, model: SettingsModel
) -> None:
    model.replace(sound_device="Balcony")
    with qtbot.waitSignal(controller.said) as said:
        model.replace(sound=True)
    assert "Can't find the audio output Balcony" in said.args[0]
    assert not model.value.sound
    assert Stream.opened == []


def test_a_device_that_goes_away_is_noticed_and_sound_unticked(
    qtbot: QtBot, controller: SoundController, model: SettingsModel
) -> None:
    model.replace(sound=True)
    Stream.opened[0].active = False
    with qtbot.waitSignal(controller.said, timeout=5_000) as said:
        pass
    assert "went away" in said.args[0]
    assert not model.value.sound
    assert Stream.opened[0].closed
    model.replace(sound=True)
    assert len(Stream.opened) == 2


def test_without_audio_the_reason_is_said_and_sound_unticked(
    qtbot: QtBot, model: SettingsModel
) -> None:
    def missing() -> Any:
        raise OSError("PortAudio library not found")

    controller = SoundController(model, FakeDisplay(), Sonifier(missing))  # type: ignore[arg-type]
    with qtbot.waitSignal(controller.said) as said:
        model.replace(sound=True)
    assert "PortAudio is missing" in said.args[0]
    assert not model.value.sound
    assert controller.outputs() == ()
    controller.close()


def test_the_tones_follow_the_flicker_of_the_frame_that_is_shown(
    controller: SoundController, model: SettingsModel
) -> None:
    def shown(recent: float) -> Float32:
        lane = LaneFlicker(recent, recent, recent, make_frame().rgb[..., 0] * 1.0, 1, 0, 1)
        flicker = FlickerResult(0, 0, True, 0, True, False, {"a": lane})
        controller.show(FrameResult(make_frame(), {}, analysis=Analysis(flicker=flicker)))
        for _ in range(40):
            block = Stream.opened[0].play(1024)
        return block

    model.replace(sound=True, sound_volume=0.5)
    steady, rough = shown(0.0), shown(1.0)
    assert abs(steady[:, 0]).max() == pytest.approx(0.5, abs=0.02)
    assert steady[:, 1].any() == rough[:, 1].any() == False  # noqa: E712 - lane B is off
    assert rough[:, 0].std() < 0.9 * steady[:, 0].std()

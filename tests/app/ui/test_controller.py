"""Wishes become settings, and settings become work."""

from __future__ import annotations

import pytest

from app.engine.commands import CaptureStatus, Command, Play
from app.settings.settings import SettingsModel
from app.ui.controller import Controller


class _Capture:
    def __init__(self) -> None:
        self.status = CaptureStatus()
        self.commands: list[Command] = []

    def post(self, command: Command) -> None:
        self.commands.append(command)


class _Engine:
    def __init__(self) -> None:
        self.capture = _Capture()


@pytest.mark.parametrize(
    ("status", "playing"),
    [
        (CaptureStatus(playing=True), False),
        (CaptureStatus(playing=False), True),
        (CaptureStatus(playing=True, ended=True), True),
    ],
    ids=["playing", "paused", "at the end"],
)
def test_one_key_pauses_goes_on_and_starts_again(status: CaptureStatus, playing: bool) -> None:
    engine = _Engine()
    engine.capture.status = status
    controller = Controller(SettingsModel(), engine, lambda: None)  # type: ignore[arg-type]
    controller.toggle_pause()
    assert engine.capture.commands == [Play(playing)]

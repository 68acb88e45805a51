"""What is loaded after the window opened."""

from __future__ import annotations

import sys
import threading
from types import ModuleType
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.settings.model import SettingsModel
from app.ui.features import loading
from app.ui.features.loading import ALWAYS, LoadingController
from models.devices import device
from models.devices.device import DeviceChoice


class _Controller:
    def __init__(self) -> None:
        self.model = SettingsModel()
        self.offered: list[str] = []

    def next_of(self, key: str, values: list[str]) -> None:
        assert key == "device"
        self.offered = values


@pytest.fixture
def controller() -> Any:
    return _Controller()


def test_every_machine_has_the_devices_that_are_known_at_the_start() -> None:
    assert [(one.name, one.title, one.reason) for one in device.choices()[:2]] == list(ALWAYS)


def test_the_devices_are_found_beside_the_window(
    qtbot: QtBot, controller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [*ALWAYS, ("cuda:0", "A GPU", ""), ("cuda:1", "Another", "it is not there")]
    monkeypatch.setattr(device, "choices", lambda: [DeviceChoice(*one) for one in found])
    monkeypatch.setattr(loading, "LATER", ())
    made = LoadingController(controller)
    made.next_device()
    assert controller.offered == ["auto", "cpu"]
    with qtbot.waitSignal(made.devices_found) as said:
        made.load()
    assert said.args == [found]
    made.next_device()
    assert controller.offered == ["auto", "cpu", "cuda:0"]
    made.close()


def test_closing_waits_for_what_is_being_loaded_and_loads_no_more(
    qtbot: QtBot, controller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, loaded = threading.Event(), threading.Event(), list[str]()

    def load(name: str) -> ModuleType:
        loaded.append(name)
        begun.set()
        may_end.wait(10)
        return sys

    monkeypatch.setattr("app.ui.features.loading.importlib.import_module", load)
    made = LoadingController(controller)
    made.load()
    assert begun.wait(10)
    threading.Timer(0.05, may_end.set).start()
    made.close()
    made.load()
    assert loaded == [loading.FIRST[0]]


def test_what_cannot_be_loaded_costs_nothing_but_itself(
    qtbot: QtBot, controller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "FIRST", ("no_such_module",))
    monkeypatch.setattr(loading, "LATER", ())
    made = LoadingController(controller)
    made.load()
    made.go_on()
    made.close()
    assert list(made.devices) == list(ALWAYS)

"""Undo: every change of a setting, pin or preset is taken back, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QObject, pyqtSignal

from app.settings.model import SettingsModel
from app.settings.presets import PresetStore
from app.settings.settings import Settings
from app.ui.features.presets import PresetsController
from app.ui.features.undo import UndoController


class Pins(QObject):
    """The part of the controller that pins points, and calibrates."""

    pins_changed = pyqtSignal()
    calibration_changed = pyqtSignal()
    calibration = None
    openings = 0

    def __init__(self) -> None:
        super().__init__()
        self.pins: tuple[tuple[float, float], ...] = ()
        self.is_taking_back = False

    def set_pins(self, pins: tuple[tuple[float, float], ...]) -> None:
        self.pins = pins
        self.pins_changed.emit()


class Bench:
    """An UndoController with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.model = SettingsModel()
        self.pins = Pins()
        self.presets = PresetsController(self.model, PresetStore.beside(folder / "default.json"))
        self.now_s = 0.0
        self.is_demo = False
        self.said: list[str] = []
        controller: Any = self.pins
        self.undo = UndoController(
            self.model, controller, self.presets, lambda: self.is_demo, clock_s=lambda: self.now_s
        )
        self.undo.said.connect(self.said.append)

    def change(self, **changes: Any) -> None:
        self.now_s += 10
        self.model.replace(**changes)


@pytest.fixture
def bench(tmp_path: Path, qapp: object) -> Bench:
    return Bench(tmp_path)


def test_thirty_changes_are_taken_back_and_made_again(bench: Bench) -> None:
    steps = [Settings()]
    for n in range(30):
        bench.change(flicker_window=n + 20) if n % 2 else bench.change(blink_hz=1.0 + n / 10)
        steps.append(bench.model.value)
    for before in reversed(steps[:-1]):
        bench.undo.undo()
        assert bench.model.value == before
    bench.undo.undo()
    assert bench.said[-1] == "Nothing to undo."
    for after in steps[1:]:
        bench.undo.redo()
        assert bench.model.value == after
    assert bench.said[-1] == "Redone: flicker window."


def test_one_drag_of_a_slider_is_one_step(bench: Bench) -> None:
    bench.change(colormap="turbo")
    for n in range(50):
        bench.now_s += 0.02
        bench.model.replace(ema_factor=n / 100)
    bench.undo.undo()
    assert bench.model.value.ema_factor == Settings().ema_factor
    assert bench.model.value.colormap == "turbo"


def test_a_setting_changed_by_a_subscriber_is_part_of_the_step(bench: Bench) -> None:
    def follow(settings: Settings, _changed: frozenset[str]) -> None:
        if settings.view == "wipe" and settings.charts is False:
            bench.model.replace(charts=True)

    unsubscribe = bench.model.subscribe(follow)
    bench.change(view="wipe")
    unsubscribe()
    while bench.model.value != Settings():
        bench.undo.undo()
        assert bench.said[-1] != "Nothing to undo."


def test_pins_come_back(bench: Bench) -> None:
    bench.pins.set_pins(((0.1, 0.2),))
    bench.pins.set_pins(((0.1, 0.2), (0.3, 0.4)))
    bench.pins.set_pins(())
    bench.undo.undo()
    assert bench.pins.pins == ((0.1, 0.2), (0.3, 0.4))
    bench.undo.undo()
    bench.undo.undo()
    assert bench.pins.pins == ()
    bench.undo.redo()
    assert bench.pins.pins == ((0.1, 0.2),)


def test_a_preset_stored_by_mistake_gives_way_to_the_one_before(
    bench: Bench, tmp_path: Path
) -> None:
    bench.presets.store(2, "good")
    bench.change(view="wipe")
    bench.presets.store(2, "mistake")
    store = PresetStore.beside(tmp_path / "default.json")
    bench.undo.undo()
    assert store.load()[0][2].name == "good"
    bench.undo.undo()  # the view
    bench.undo.undo()
    assert store.load()[0] == {}


def test_the_idle_demo_leaves_no_steps(bench: Bench) -> None:
    bench.change(colormap="turbo")
    bench.is_demo = True
    bench.change(view="wipe")
    bench.change(view="side")
    bench.is_demo = False
    bench.undo.undo()
    assert (bench.model.value.colormap, bench.model.value.view) == (Settings().colormap, "side")


def test_a_source_that_cannot_be_opened_is_no_step(bench: Bench) -> None:
    bench.change(colormap="grey")
    bench.change(source="/nowhere/clip.mp4")
    bench.pins.is_taking_back = True
    bench.change(source="synthetic")
    bench.pins.is_taking_back = False
    bench.undo.undo()
    assert bench.model.value.colormap == Settings().colormap
    bench.undo.redo()
    assert (bench.model.value.colormap, bench.model.value.source) == ("grey", "synthetic")


def test_what_was_changed_while_a_source_did_not_open_is_still_a_step(bench: Bench) -> None:
    bench.change(source="/nowhere/clip.mp4")
    bench.change(colormap="grey")
    bench.pins.is_taking_back = True
    bench.change(source="synthetic")
    bench.pins.is_taking_back = False
    bench.undo.undo()
    assert bench.model.value.colormap == Settings().colormap
    bench.undo.undo()
    assert bench.model.value.source == "synthetic"

"""The watchdog on a simulated clock; no thread runs."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from pytestqt.qtbot import QtBot

from app.ui.features import watchdog
from app.ui.features.watchdog import WatchdogController
from tests.support.timers import running_timers


class _Heartbeat:
    def __init__(self) -> None:
        self.beat_s = 0.0

    def silent_s(self, now_ns: int, since_ns: int = 0) -> float:
        return now_ns / 1e9 - max(self.beat_s, since_ns / 1e9)


class _Engine(QObject):
    crashed = pyqtSignal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.capture = SimpleNamespace(heartbeat=_Heartbeat())
        self.inference = SimpleNamespace(heartbeat=_Heartbeat())
        self.restarted: list[str] = []

    def restart(self, stage: str) -> None:
        self.restarted.append(stage)


class _Rig:
    """A watchdog that polls when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        clock = SimpleNamespace(
            monotonic_ns=lambda: int(self.now_s * 1e9), monotonic=lambda: self.now_s
        )
        monkeypatch.setattr(watchdog, "time", clock)
        self.engine = _Engine()
        self.engine.inference.heartbeat.beat_s = 1e9  # well for ever
        self.engine.capture.heartbeat.beat_s = self.now_s
        self.controller = WatchdogController(self.engine)  # type: ignore[arg-type]
        self.controller.start()
        (self.timer,) = running_timers(self.controller)
        self.timer.stop()

    def check(self, after_s: float) -> None:
        self.now_s += after_s
        self.timer.timeout.emit()


@pytest.fixture
def rig(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> _Rig:
    return _Rig(monkeypatch)


def test_a_stage_that_falls_silent_is_replaced_well_within_two_seconds(rig: _Rig) -> None:
    late_s = 0.0
    while not rig.engine.restarted:
        rig.check(0.1)
        late_s += 0.1
    assert late_s <= 1.7
    assert rig.engine.restarted == ["capture"]
    assert rig.timer.interval() <= 100
    rig.controller.close()


def test_a_window_that_was_held_up_once_lets_the_stages_come_round(rig: _Rig) -> None:
    rig.check(1.4)
    rig.check(1.0)
    assert rig.engine.restarted == []
    rig.check(0.6)
    assert rig.engine.restarted == ["capture"]
    rig.controller.close()


def test_a_window_that_is_held_up_all_the_time_still_replaces_a_dead_stage(rig: _Rig) -> None:
    for _ in range(8):
        rig.check(1.2)
    assert "capture" in rig.engine.restarted
    rig.controller.close()

"""The soak's monitor tells a first failure of a stage from one that recurs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from pytestqt.qtbot import QtBot

from app.soak import recovery_monitor
from app.soak.recovery_monitor import RECURS_S, RecoveryMonitor


class _Signals(QObject):
    shown = pyqtSignal(object)
    changed = pyqtSignal()
    replaced = pyqtSignal(str)
    failed = pyqtSignal(str)


class _Application(SimpleNamespace):
    def __init__(self) -> None:
        signals = self.signals = _Signals()
        self.status = SimpleNamespace(message="", info=SimpleNamespace(note=""), failed=False)
        capture = SimpleNamespace(status=self.status)
        self.display = SimpleNamespace(shown=signals.shown, last=None)
        self.engine = SimpleNamespace(
            changed=signals.changed, replaced=signals.replaced, capture=capture
        )
        self.recording = SimpleNamespace(failed=signals.failed)
        self.model = SimpleNamespace(
            value=SimpleNamespace(model_a="flashdepth-lite", model_b="off")
        )


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [1000.0]
    monkeypatch.setattr(recovery_monitor.time, "monotonic", lambda: clock[0])
    return clock


def _result(*lanes: str, failures: dict[str, str] | None = None) -> Any:
    return SimpleNamespace(lanes=dict.fromkeys(lanes), failures=failures or {})


def test_a_restart_is_timed_from_the_mark_and_a_recurrence_is_not(
    qtbot: QtBot, now: list[float]
) -> None:
    application = _Application()
    monitor = RecoveryMonitor(application)  # type: ignore[arg-type]
    monitor.mark()
    now[0] += 1.8
    application.signals.replaced.emit("capture")
    assert monitor.restart_s == pytest.approx(1.8)
    monitor.begin()
    monitor.mark()
    now[0] += 8.0
    application.signals.replaced.emit("capture")
    assert monitor.replaced["capture"] == 1
    assert monitor.restart_s is None
    now[0] += RECURS_S
    monitor.mark()
    now[0] += 1.2
    application.signals.replaced.emit("capture")
    assert monitor.restart_s == pytest.approx(1.2)


def test_only_whole_frames_of_the_chosen_source_count_as_well(qtbot: QtBot) -> None:
    application = _Application()
    monitor = RecoveryMonitor(application)  # type: ignore[arg-type]
    shown = application.signals.shown
    shown.emit(_result("a"))
    shown.emit(_result("a"))
    assert (monitor.well, monitor.lane_failures) == (2, 0)
    shown.emit(_result(failures={"a": "It failed."}))
    assert (monitor.well, monitor.lane_failures) == (0, 1)
    application.status.info.note = "Showing the built-in scene until it is back."
    shown.emit(_result("a"))
    application.signals.changed.emit()
    assert (monitor.well, monitor.source_troubles) == (0, 1)
    application.status.info.note = ""
    application.model.value.model_b = "flashdepth-lite+ema"
    shown.emit(_result("a"))
    assert monitor.well == 0
    shown.emit(_result("a", "b"))
    assert (monitor.well, monitor.shown) == (1, 6)

"""What every test is held to: it leaves no thread, no running timer and no window behind.

Workers of pytest-xdist share the cores, and pytest-xvfb gives each an X display of its own.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from PyQt6 import sip
from PyQt6.QtCore import QCoreApplication, QEvent, QThread, QTimer
from PyQt6.QtWidgets import QApplication, QWidget

from models.devices.openmp import PARKED
from tests.support.patient_bot import PatientBot
from tests.support.waiting import PATIENCE_S

# How fast this machine happens to be is no finding.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# Compiling for OpenVINO takes seconds; tests that are about it name the device.
os.environ.setdefault("FLASHDEPTH_AUTO_DEVICE", "cpu")

# Whoever starts the tests in the background may have told them to ignore these, as nohup does.
for _name, _usual in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, _name) and signal.getsignal(getattr(signal, _name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, _name), _usual)

GRACE_S = PATIENCE_S
"""How long a thread that was told to stop may take: drawing one frame, on a busy machine."""

TOLERATED_THREADS = ("tqdm_monitor", "TMonitor", "pydevd", PARKED)
TOLERATED_WINDOWS = ("QTipLabel",)
"""Qt keeps one tool-tip window for the life of the application."""

THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
    "LP_NUM_THREADS",
)
"""Read by torch, NumPy, OpenCV and Mesa's software OpenGL when they are loaded."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: Sequence[object]) -> None:
    """Give every worker its share of the cores; they inherit this process's environment."""
    share = max(1, (os.cpu_count() or 1) // len(specs))
    for name in THREAD_LIMITS:
        os.environ.setdefault(name, str(share))


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    """In place of pytest-qt's own, which closes its widgets after the test as well."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = []
    for thread in set(threading.enumerate()) - before:
        if _is_tolerated(thread):
            continue
        thread.join(GRACE_S)
        if thread.is_alive():
            left.append(thread.name)
    if left:
        pytest.fail(f"threads left behind: {', '.join(sorted(left))}", pytrace=False)


def _is_tolerated(thread: threading.Thread) -> bool:
    kind = type(thread).__name__
    return (
        isinstance(thread, threading._DummyThread)
        or kind in TOLERATED_THREADS
        or thread.name.startswith(TOLERATED_THREADS)
    )


@pytest.fixture(autouse=True)
def _no_qthread_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    started: weakref.WeakSet[QThread] = weakref.WeakSet()
    _remember_started(monkeypatch, QThread, started)
    yield
    left = [t for t in list(started) if not sip.isdeleted(t) and t.isRunning()]
    left = [t for t in left if not t.wait(round(1000 * GRACE_S))]
    if left:
        names = ", ".join(sorted(t.objectName() or type(t).__name__ for t in left))
        pytest.fail(f"QThreads left running: {names}", pytrace=False)


@pytest.fixture(autouse=True)
def _no_timer_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    started: weakref.WeakSet[QTimer] = weakref.WeakSet()
    _remember_started(monkeypatch, QTimer, started)
    monkeypatch.setattr(QTimer, "singleShot", staticmethod(_owned_single_shot(started)))
    yield
    _delete_what_waits()
    if _active(started):
        gc.collect()
    left = _active(started)
    if left:
        names = ", ".join(sorted(_timer_name(timer) for timer in left))
        for timer in left:
            timer.stop()
        pytest.fail(f"timers left running: {names}", pytrace=False)


@pytest.fixture(autouse=True)
def _no_window_left() -> Iterator[None]:
    before = {id(widget): widget for widget in _windows()}
    yield
    if QApplication.instance() is None:
        return
    _delete_what_waits()
    if _new_windows(before):
        gc.collect()
        _delete_what_waits()
    left = _new_windows(before)
    if left:
        names = ", ".join(sorted(_window_name(widget) for widget in left))
        for widget in left:
            widget.close()
            widget.deleteLater()
        del left
        _delete_what_waits()
        pytest.fail(f"windows left behind: {names}", pytrace=False)


def _remember_started(
    monkeypatch: pytest.MonkeyPatch, kind: Any, started: weakref.WeakSet[Any]
) -> None:
    start = kind.start

    def remembering(self: Any, *args: Any) -> None:
        started.add(self)
        start(self, *args)

    monkeypatch.setattr(kind, "start", remembering)


def _owned_single_shot(started: weakref.WeakSet[QTimer]) -> Callable[..., None]:
    """A QTimer.singleShot whose timer can be asked whether it still runs."""
    alive: set[QTimer] = set()

    def single_shot(interval_ms: int, *rest: Any) -> None:
        timer = QTimer()
        timer.setSingleShot(True)
        if len(rest) == 2:
            timer.setTimerType(rest[0])

        def fire() -> None:
            alive.discard(timer)
            rest[-1]()

        timer.timeout.connect(fire)
        alive.add(timer)
        started.add(timer)
        timer.start(interval_ms)

    return single_shot


def _active(timers: weakref.WeakSet[QTimer]) -> list[QTimer]:
    return [timer for timer in list(timers) if not sip.isdeleted(timer) and timer.isActive()]


def _timer_name(timer: QTimer) -> str:
    owner = timer.parent()
    return f"{timer.objectName() or 'QTimer'} of {type(owner).__name__ if owner else 'nobody'}"


def _windows() -> list[QWidget]:
    return QApplication.topLevelWidgets() if QApplication.instance() is not None else []


def _new_windows(before: dict[int, QWidget]) -> list[QWidget]:
    return [
        widget
        for widget in _windows()
        if before.get(id(widget)) is not widget
        and not widget.inherits(TOLERATED_WINDOWS[0])
        and widget.parent() is None
    ]


def _window_name(widget: QWidget) -> str:
    shown = "visible" if widget.isVisible() else "hidden"
    return f"{shown} {widget.objectName() or type(widget).__name__}"


def _delete_what_waits() -> None:
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

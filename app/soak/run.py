"""Drives a real window through its day and counts what it survived."""

from __future__ import annotations

import faulthandler
import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PyQt6.QtCore import QEventLoop, QObject, QTimer

from app.gui import make_application
from app.results import FrameResult
from app.session import AppSession
from app.settings import Settings
from app.settings_store import SettingsStore
from app.soak.actions import ACTIONS
from app.soak.faults import FAULTS, counted_crashes
from app.soak.props import Props, props
from app.sources.opening import open_source
from app.threads import abandoned_count

log = logging.getLogger(__name__)

ACTION_EVERY_S = 0.8
CALM_S = (4.0, 8.0)
RECOVERY_S = 20.0
SAMPLE_EVERY_S = 2.0
WARM_UP_SHARE = 0.3
DUMP_AFTER_S = 3.0
SHOWN_AGAIN = 3
"""Frames that must reach the screen after a fault."""


@dataclass(slots=True)
class Tally:
    """What happened; memory as (seconds since the start, MB resident)."""

    injected: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    recovery_s: dict[str, float] = field(default_factory=dict)
    actions: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)
    shown: int = 0
    stalls: list[tuple[float, str]] = field(default_factory=list)


def soak(minutes: float, seed: int, folder: Path) -> dict[str, Any]:
    """Run for that long with everything in `folder`; the figures of the public soak JSON."""
    application = make_application()  # kept until the end: without one there are no widgets
    process = psutil.Process()
    threads_before = set(threading.enumerate())
    files_before = _open_files(process)
    started_s = time.monotonic()
    with counted_crashes() as crashes, props(folder) as stage:
        session = _open_session(stage)
        driver = _Driver(session, stage, random.Random(seed), 60 * minutes)
        try:
            driver.run()
        finally:
            shown_s = time.monotonic() - started_s
            session.close()
    application.sendPostedEvents()
    _let_qt_delete()
    threads_left = [t.name for t in set(threading.enumerate()) - threads_before if _is_real(t)]
    if threads_left:
        log.warning("threads left: %s", ", ".join(threads_left))
    tally, stalls = driver.tally, session.health.stalls
    return {
        "minutes": shown_s / 60,
        "faults_injected": tally.injected.total(),
        "faults_survived": tally.survived.total(),
        "crashes": len(crashes),
        "fps": tally.shown / shown_s,
        "rss_slope_mb_per_10min": slope_mb_per_10min(tally.memory),
        "threads_left": len(threads_left) + abandoned_count(),
        "files_left": len(_open_files(process) - files_before),
        "gui_stall_ms": {"p99": stalls.percentile_ms(0.99), "max": stalls.max_ms},
        "seed": seed,
        "restarts": session.watchdog.restarts,
        "actions": tally.actions.total(),
        "faults": {
            name: {
                "injected": tally.injected[name],
                "survived": tally.survived[name],
                "slowest_recovery_s": tally.recovery_s.get(name),
            }
            for name in FAULTS
        },
        "crashed": crashes[:20],
        "memory_mb": thinned(tally.memory),
        "longest_stalls": sorted(tally.stalls, reverse=True)[:20],
        "rss_mb": tally.memory[-1][1] if tally.memory else 0.0,
    }


def slope_mb_per_10min(memory: list[tuple[float, float]]) -> float:
    """Least squares over the samples after the warm-up; 0 where there are too few."""
    settled = memory[round(len(memory) * WARM_UP_SHARE) :]
    if len(settled) < 10:
        return 0.0
    seconds, megabytes = np.asarray(settled, np.float64).T
    return float(np.polyfit(seconds, megabytes, 1)[0] * 600)


def thinned(memory: list[tuple[float, float]], most: int = 120) -> list[tuple[int, int]]:
    """At most so many of the samples, as whole (seconds, MB)."""
    every = max(1, -(-len(memory) // most))
    return [(round(seconds), round(megabytes)) for seconds, megabytes in memory[::every]]


def _open_session(stage: Props) -> AppSession:
    settings = Settings(
        source_width=320,
        source_height=240,
        input_size=140,
        fallback_after_s=2.0,
        fallback_clip=str(stage.clip),
        panic_clip=str(stage.clip),
        record_folder=str(stage.folder),
        hint_seen=True,
    )
    store = SettingsStore(stage.folder / "config" / "default.json")
    session = AppSession(settings, open_source, store)
    session.window.resize(1100, 720)
    session.window.show()
    session.start()
    return session


def _is_real(thread: threading.Thread) -> bool:
    """Python never forgets a QThread that ran Python code; app.threads counts those."""
    return thread.is_alive() and not isinstance(thread, threading._DummyThread)


def _open_files(process: psutil.Process) -> set[str]:
    return {file.path for file in process.open_files()}


def _let_qt_delete() -> None:
    loop = QEventLoop()
    QTimer.singleShot(300, loop.quit)
    loop.exec()


def _dump_if_held_up() -> None:
    """Every thread's stack goes to stderr if the window stands still for `DUMP_AFTER_S`."""
    faulthandler.dump_traceback_later(DUMP_AFTER_S)


class _Driver(QObject):
    """Plays the script: a generator that says for how many seconds to leave the window alone."""

    def __init__(
        self, session: AppSession, stage: Props, rng: random.Random, seconds: float
    ) -> None:
        super().__init__()
        self.tally = Tally()
        self._session = session
        self._stage = stage
        self._rng = rng
        self._seconds = seconds
        self._started_s = time.monotonic()
        self._loop = QEventLoop()
        self._process = psutil.Process()
        self._doing = "start"
        self._script = self._play()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        self._sampler = QTimer(self)
        self._sampler.setInterval(round(1000 * SAMPLE_EVERY_S))
        self._sampler.timeout.connect(self._sample)
        self._breath = QTimer(self)
        self._breath.setInterval(250)
        self._breath.timeout.connect(_dump_if_held_up)
        session.display.shown.connect(self._on_shown)
        session.health.stalled.connect(self._on_stalled)
        session.window.closing.connect(self._loop.quit)

    def run(self) -> None:
        """Until the time is over or the window closes."""
        self._sampler.start()
        self._breath.start()
        self._timer.start(0)
        self._loop.exec()
        self._timer.stop()
        self._sampler.stop()
        self._breath.stop()
        faulthandler.cancel_dump_traceback_later()
        self._script.close()

    def _go_on(self) -> None:
        wait_s: float | None = None
        try:
            wait_s = next(self._script, None)
        finally:  # also where something of the window's raised: that is counted, and it ends
            if wait_s is None:
                self._loop.quit()
            else:
                self._timer.start(round(1000 * wait_s))

    def _play(self) -> Generator[float, None, None]:
        yield from self._until_shown(60.0)
        self._session.health.stalls.reset()
        self.tally.stalls.clear()
        order: list[str] = []
        while self._passed_s() < self._seconds:
            if not order:
                order = list(FAULTS)
                self._rng.shuffle(order)
            yield from self._visit(self._rng.uniform(*CALM_S))
            yield from self._suffer(order.pop())

    def _visit(self, seconds: float) -> Iterator[float]:
        """Random actions. Each runs by itself, so that one that raises ends nothing else."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            name = self._rng.choice(list(ACTIONS))
            self.tally.actions[name] += 1
            self._doing = name
            QTimer.singleShot(0, partial(ACTIONS[name], self._session, self._stage, self._rng))
            yield ACTION_EVERY_S

    def _suffer(self, name: str) -> Iterator[float]:
        self._make_moving()
        self.tally.injected[name] += 1
        self._doing = name
        log.info("fault %s", name)
        yield from FAULTS[name](self._session, self._stage)
        healed_s = time.monotonic()
        self._make_moving()
        if (yield from self._until_shown(RECOVERY_S)):
            self.tally.survived[name] += 1
            took_s = time.monotonic() - healed_s
            self.tally.recovery_s[name] = max(took_s, self.tally.recovery_s.get(name, 0.0))
        else:
            log.error("nothing moved %.0f s after %s", RECOVERY_S, name)

    def _make_moving(self) -> None:
        """What a visitor left paused or ended says nothing about a fault."""
        self._session.controller.set_paused(False)
        self._session.controller.set("loop", True)

    def _until_shown(self, seconds: float) -> Generator[float, None, bool]:
        """Wait until frames with a lane reach the screen; True if they do."""
        wanted, until_s = self.tally.shown + SHOWN_AGAIN, time.monotonic() + seconds
        while time.monotonic() < until_s:
            yield 0.1
            last = self._session.display.last
            if self.tally.shown >= wanted and last is not None and last.lanes:
                return True
        return False

    def _on_shown(self, _result: FrameResult) -> None:
        self.tally.shown += 1

    def _on_stalled(self, late_ms: float) -> None:
        self.tally.stalls.append((round(late_ms), self._doing))

    def _sample(self) -> None:
        self.tally.memory.append((self._passed_s(), self._process.memory_info().rss / 1e6))

    def _passed_s(self) -> float:
        return time.monotonic() - self._started_s

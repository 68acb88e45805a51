"""Plays the script of a soak: visitors' actions, faults, and checks of the window's recovery."""

from __future__ import annotations

import faulthandler
import logging
import random
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial

import psutil
from PyQt6.QtCore import QEventLoop, QObject, QTimer

from app.soak.actions import ACTIONS
from app.soak.counts import Sample, SoakCounts
from app.soak.faults import FAULTS, NotNoticed
from app.soak.fixtures import Fixtures
from app.soak.recovery_monitor import RecoveryMonitor
from app.soak.warm_up import go_to_baseline, warm_up
from app.system.memory import collect_garbage, release_memory
from app.ui.application import Application

log = logging.getLogger(__name__)

ACTION_EVERY_S = 0.8
CALM_S = (3.0, 6.0)
FAULT_INTERVAL_S = 14.0
"""Time from one fault until the visitors' actions stop; they get less if recovery took longer."""
RECOVERY_S = 20.0
BASELINE_EVERY_S = 55.0
MEASURABLE_RECOVERY_S = 9.0
"""After a fault that took longer, there is no time to read the memory before the next one."""
WARM_UP_SHARE = 0.2
"""Largest fraction of the run that the warm-up may take."""
PLACE_S = 4.0
"""Longest wait for each place of the warm-up to run well; a paused one never does."""
SAMPLE_EVERY_S = 2.0
MINUTE_S = 60.0
DUMP_AFTER_S = 3.0
WELL_AGAIN = 3
"""Frames in a row, from the chosen source and with every lane, that end a fault."""


class Driver(QObject):
    """Plays the script: a generator that yields the seconds to leave the window alone.

    Parameters
    ----------
    seconds
        Duration of the run.
    on_minute
        Called once a minute, with the seconds that passed.

    Attributes
    ----------
    counts
        What was counted so far.
    monitor
        Watches how the window reacts.
    is_complete
        The script ran to its end; the window stayed open and none of our code raised.
    """

    def __init__(
        self,
        application: Application,
        fixtures: Fixtures,
        rng: random.Random,
        seconds: float,
        on_minute: Callable[[float], None],
    ) -> None:
        super().__init__()
        self.counts = SoakCounts()
        self.monitor = RecoveryMonitor(application)
        self.is_complete = False
        self._application = application
        self._fixtures = fixtures
        self._rng = rng
        self._seconds = seconds
        self._on_minute = on_minute
        self._last_minute_s = 0.0
        self._started_s = time.monotonic()
        self._loop = QEventLoop()
        self._process = psutil.Process()
        self._initial = application.model.value
        self._doing = "start"
        self._script = self._play()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        self._sampler = QTimer(self)
        self._sampler.setInterval(round(1000 * SAMPLE_EVERY_S))
        self._sampler.timeout.connect(self._sample)
        self._hang_timer = QTimer(self)
        self._hang_timer.setInterval(250)
        self._hang_timer.timeout.connect(_dump_if_hung)
        application.health.stalled.connect(self._on_stalled)
        application.window.closing.connect(self._loop.quit)

    def run(self) -> None:
        """Run until the time is over or the window closes."""
        self._sampler.start()
        self._hang_timer.start()
        self._timer.start(0)
        self._loop.exec()
        self._timer.stop()
        self._sampler.stop()
        self._hang_timer.stop()
        faulthandler.cancel_dump_traceback_later()
        self._script.close()

    def passed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started_s

    def _go_on(self) -> None:
        wait_s: float | None = None
        try:
            wait_s = next(self._script, None)
        finally:  # also after an exception in the window, which is counted and ends the run
            if wait_s is None:
                self._loop.quit()
            else:
                self._timer.start(round(1000 * wait_s))

    # -- the script ----------------------------------------------------------------------------

    def _play(self) -> Generator[float, None, None]:
        yield from self._until_well(60.0)
        self._application.health.stalls.reset()
        self.counts.stalls.clear()
        yield from self._warm_up()
        injected_s, order = self.passed_s(), shuffled(self._rng)
        while self.passed_s() < self._seconds:
            left_s = FAULT_INTERVAL_S - (self.passed_s() - injected_s)
            yield from self._visit(max(1.0, min(self._rng.uniform(*CALM_S), left_s)))
            yield from self._wait_until_well()
            injected_s = self.passed_s()
            name = order.pop()
            yield from self._suffer(name)
            yield from self._measure(injected_s)
            order = order or shuffled(self._rng)
        self.is_complete = True

    def _warm_up(self) -> Iterator[float]:
        """Visit everything once; a run that is too short continues without."""
        until_s = self.passed_s() + WARM_UP_SHARE * self._seconds
        self._doing = "the warm-up"
        for _ in warm_up(self._application, self._fixtures):
            self.monitor.begin()
            yield 0.3
            yield from self._until_well(PLACE_S)
            if self.passed_s() > until_s:
                log.warning("the run was too short for a warm-up; its memory figures mean nothing")
                break
        else:
            self.counts.warmed_up_s = self.passed_s()
        go_to_baseline(self._application, self._fixtures, self._initial)
        self.monitor.begin()
        yield from self._until_well(RECOVERY_S)

    def _measure(self, injected_s: float) -> Iterator[float]:
        """Read the memory in the baseline state, once a minute, if a fault leaves time."""
        baselines, now_s = self.counts.baselines, self.passed_s()
        if now_s - injected_s > MEASURABLE_RECOVERY_S or (
            baselines and now_s - baselines[-1][0] < BASELINE_EVERY_S
        ):
            return
        self._doing = "the baseline"
        go_to_baseline(self._application, self._fixtures, self._initial)
        self._resume_source()
        self.monitor.begin()
        if not (yield from self._until_well(RECOVERY_S)) or self._application.recording.is_saving:
            return
        # While frames are in flight, the memory in use varies; paused, only what is kept remains.
        self._application.controller.set_paused(True)
        yield 1.0
        read_mb = []
        for _ in range(5):
            yield 0.2
            collect_garbage()  # both as the app does once a minute
            release_memory()
            read_mb.append(self._process.memory_info().rss / 1e6)
        baselines.append((self.passed_s(), min(read_mb)))
        self._resume_source()

    def _visit(self, seconds: float) -> Iterator[float]:
        """Do random actions, each in its own timer event: an exception ends only that one."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            name = self._rng.choice(list(ACTIONS))
            self.counts.actions[name] += 1
            self._doing = name
            QTimer.singleShot(
                0, partial(ACTIONS[name], self._application, self._fixtures, self._rng)
            )
            yield ACTION_EVERY_S

    def _wait_until_well(self) -> Iterator[float]:
        """Wait until the window runs well; else surviving the next fault would prove nothing."""
        self._resume_source()
        self.monitor.begin()
        if not (yield from self._until_well(RECOVERY_S)):
            self._note(f"unhealthy after {self._doing}: {self.monitor.reason_unwell()}")
            self._application.controller.open_source(str(self._fixtures.clip))

    def _suffer(self, name: str) -> Iterator[float]:
        self.counts.injected[name] += 1
        self.counts.injected_s.append(self.passed_s())
        self._doing = name
        log.info("fault %s", name)
        self.monitor.begin()
        try:
            yield from FAULTS[name](self._application, self._fixtures, self.monitor)
        except NotNoticed as error:
            self._note(f"{name}: {error}")
        else:
            self.counts.noticed[name] += 1
        yield from self._recover(name)

    def _recover(self, name: str) -> Iterator[float]:
        counts, monitor, healed_s = self.counts, self.monitor, time.monotonic()
        was_noticed = counts.noticed[name] == counts.survived[name] + 1
        self._resume_source()
        monitor.well = 0
        is_well = yield from self._until_well(RECOVERY_S)
        if monitor.restart_s is not None:
            counts.keep_longest(counts.restart_s, name, monitor.restart_s)
        if not is_well:
            self._note(f"{name}: unhealthy after {RECOVERY_S:.0f} s: {monitor.reason_unwell()}")
            return
        counts.keep_longest(counts.recovery_s, name, time.monotonic() - healed_s)
        counts.survived[name] += was_noticed

    def _resume_source(self) -> None:
        """Resume a source that a visitor paused or that ended."""
        self._application.controller.set_paused(False)
        self._application.controller.set("loop", True)

    def _until_well(self, seconds: float) -> Generator[float, None, bool]:
        until_s = time.monotonic() + seconds
        while self.monitor.well < WELL_AGAIN:
            if time.monotonic() > until_s:
                return False
            yield 0.1
        return True

    # -- what is noted -------------------------------------------------------------------------

    def _note(self, trouble: str) -> None:
        log.error("soak: %s", trouble)
        self.counts.trouble.append(f"{self.passed_s():.0f} s: {trouble}")

    def _on_stalled(self, late_ms: float) -> None:
        self.counts.stalls.append((round(late_ms), self._doing))

    def _sample(self) -> None:
        process, passed_s = self._process, self.passed_s()
        with process.oneshot():
            rss_mb, threads = process.memory_info().rss / 1e6, process.num_threads()
        self.counts.samples.append(Sample(passed_s, rss_mb, threads, open_files(process)))
        if passed_s - self._last_minute_s >= MINUTE_S:
            self._last_minute_s = passed_s
            self._on_minute(passed_s)


def open_files(process: psutil.Process) -> int:
    """Number of file descriptors or handles of the process."""
    count = getattr(process, "num_fds", None) or getattr(process, "num_handles", None)
    return int(count()) if count is not None else 0


def shuffled(rng: random.Random) -> list[str]:
    """Every fault once, to be taken from the end.

    Faults that end a stage are far apart, so that each stage has time to count as recovered: the
    watchdog deliberately waits longer for what fails repeatedly.
    """
    hangs = ["capture_hangs", "lane_hangs"]
    others = [name for name in FAULTS if name not in (*hangs, "threads_crash")]
    rng.shuffle(hangs)
    rng.shuffle(others)
    half = len(others) // 2
    return [*others[:half], "threads_crash", *others[half:], *hangs]


def _dump_if_hung() -> None:
    """Write every thread's stack to stderr unless called again within `DUMP_AFTER_S`."""
    faulthandler.dump_traceback_later(DUMP_AFTER_S)

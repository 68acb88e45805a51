"""Drives a real window and counts what it survives."""

from __future__ import annotations

import logging
import random
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from PyQt6.QtCore import QEventLoop, QTimer

from app.recording.format import INDEX
from app.recording.verify import verify
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.soak.driver import Driver
from app.soak.faults import counted_crashes
from app.soak.figures import figures_of
from app.soak.fixtures import Fixtures, make_fixtures
from app.sources.opening import open_source
from app.system.memory import freeze_modules
from app.ui.application import Application
from app.ui.gui import closing_on_signals, make_qt_application
from app.ui.threads import abandoned_count
from models.errors import UserError

log = logging.getLogger(__name__)


def soak(
    minutes: float, seed: int, folder: Path, on_minute: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Run for `minutes` with everything in `folder`; returns the figures of the public soak JSON.

    Parameters
    ----------
    minutes
        Duration.
    seed
        Of the random actions.
    folder
        For all files.
    on_minute
        Gets incomplete figures once a minute, in case the process dies before its end.
    """
    qt_application = make_qt_application()  # kept until the end: widgets need it
    freeze_modules()
    process = psutil.Process()
    threads_before = set(threading.enumerate())
    files_before = _open_files(process)
    with counted_crashes() as crashes, make_fixtures(folder) as fixtures:
        application = _open_application(fixtures)

        def figures(passed_s: float) -> dict[str, Any]:
            return {"seed": seed} | _figures(driver, application, crashes, passed_s)

        def on_driver_minute(passed_s: float) -> None:
            on_minute(figures(passed_s))

        rng = random.Random(seed)
        driver = Driver(application, fixtures, rng, 60 * minutes, on_driver_minute)
        try:
            with closing_on_signals(application.window):  # which ends the run
                driver.run()
        finally:
            shown_s = driver.passed_s()
            application.close()
    qt_application.sendPostedEvents()
    _let_qt_delete()
    threads_left = [t.name for t in set(threading.enumerate()) - threads_before if _is_real(t)]
    if threads_left:
        log.warning("threads left: %s", ", ".join(threads_left))
    return figures(shown_s) | {
        "complete": driver.is_complete,
        "threads_left": len(threads_left) + abandoned_count(),
        "files_left": len(_open_files(process) - files_before),
        "recordings": recordings_in(folder),
    }


def _figures(
    driver: Driver, application: Application, crashes: list[str], passed_s: float
) -> dict[str, Any]:
    stalls = application.health.stalls
    return figures_of(driver.counts) | {
        "complete": False,
        "minutes": passed_s / 60,
        "crashes": len(crashes),
        "crashed": crashes[:20],
        "fps": driver.monitor.shown / passed_s,
        "dropped": application.engine.dropped,
        "restarts": application.watchdog.restarts,
        "gui_stall_ms": {"p99": stalls.percentile_ms(0.99), "max": stalls.max_ms},
    }


def recordings_in(folder: Path) -> dict[str, int]:
    """How many of the recordings are complete, ended before their first frame, or damaged."""
    found: Counter[str] = Counter()
    for recording in sorted(folder.glob("recording*")):
        try:
            problems = verify(recording).problems
        except UserError as error:
            problems = (str(error),) if _has_frames(recording) else ()
            found["empty"] += not problems
        else:
            found["whole"] += not problems
        if problems:
            log.error("%s: %s", recording.name, "; ".join(problems))
            found["damaged"] += 1
    return {kind: found[kind] for kind in ("whole", "empty", "damaged")}


def _has_frames(recording: Path) -> bool:
    try:
        return b'"kind":"frame"' in (recording / INDEX).read_bytes()
    except FileNotFoundError:
        return False


def _open_application(fixtures: Fixtures) -> Application:
    settings = Settings(
        source_width=320,
        source_height=240,
        input_size=140,
        fallback_after_s=2.0,
        fallback_clip=str(fixtures.clip),
        panic_clip=str(fixtures.clip),
        record_folder=str(fixtures.folder),
        hint_seen=True,
    )
    store = SettingsStore(fixtures.folder / "config" / "default.json")
    application = Application(settings, open_source, store)
    application.window.resize(1100, 720)
    application.window.show()
    application.start()
    return application


def _is_real(thread: threading.Thread) -> bool:
    """Python never forgets a QThread that ran Python code; app.ui.threads counts those."""
    return thread.is_alive() and not isinstance(thread, threading._DummyThread)


def _open_files(process: psutil.Process) -> set[str]:
    return {file.path for file in process.open_files()}


def _let_qt_delete() -> None:
    loop = QEventLoop()
    QTimer.singleShot(300, loop.quit)
    loop.exec()

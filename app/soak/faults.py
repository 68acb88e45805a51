"""The faults, as generators: each injects one, yields seconds to wait, and removes it.

Each raises NotNoticed if the window did not notice it: then either it was not injected at all or it
was overlooked, and surviving it proves nothing.
"""

from __future__ import annotations

import errno
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from PyQt6.QtCore import QSize

from app.recording import writer
from app.settings.store import SettingsStore
from app.soak.camera import SoakCamera
from app.soak.fixtures import Fixtures
from app.soak.recovery_monitor import RecoveryMonitor
from app.ui.application import Application
from app.ui.engine import CAPTURE, INFERENCE
from models.estimator import FrameMemo, Prediction
from models.estimators.neural import NeuralSession
from models.frames import Frame, Unit

Fault = Callable[[Application, Fixtures, RecoveryMonitor], Iterator[float]]

HANG_S = 3.0
NOTICED_S = 6.0
"""Longest time until an injected fault is noticed."""


class NotNoticed(Exception):  # noqa: N818
    """The window did not notice a fault."""


def _until(is_noticed: Callable[[], bool], what: str) -> Iterator[float]:
    """Wait for the window to notice.

    Raises
    ------
    NotNoticed
        When `NOTICED_S` are over.
    """
    until_s = time.monotonic() + NOTICED_S
    while not is_noticed():
        if time.monotonic() > until_s:
            raise NotNoticed(what)
        yield 0.1


def source_vanishes(
    application: Application, fixtures: Fixtures, monitor: RecoveryMonitor
) -> Iterator[float]:
    """The camera is unplugged and plugged in again; the fallback clip replaces it meanwhile."""
    camera = fixtures.camera
    return _camera_fails(application, camera, monitor, camera.unplug, camera.plug_in)


def camera_stalls(
    application: Application, fixtures: Fixtures, monitor: RecoveryMonitor
) -> Iterator[float]:
    """The camera keeps its connection and sends nothing."""
    camera = fixtures.camera
    return _camera_fails(application, camera, monitor, camera.stall, camera.resume)


def _camera_fails(
    application: Application,
    camera: SoakCamera,
    monitor: RecoveryMonitor,
    fail: Callable[[], None],
    recover: Callable[[], None],
) -> Iterator[float]:
    application.controller.open_source(camera.url)
    yield from _until(lambda: monitor.well > 0, "the camera was never shown")
    monitor.begin()
    fail()
    try:
        yield 3.5
        yield from _until(lambda: monitor.source_troubles > 0, "no message about the camera")
    finally:
        recover()


def corrupt_file(
    application: Application, fixtures: Fixtures, _monitor: RecoveryMonitor
) -> Iterator[float]:
    """A user opens a damaged video."""
    application.controller.open_source(str(fixtures.damaged_clip))
    try:
        yield 1.0
        yield from _until(
            lambda: application.engine.capture.status.failed, "a damaged video was accepted"
        )
    finally:
        application.controller.open_source(str(fixtures.clip))


def lane_raises(
    _application: Application, _fixtures: Fixtures, monitor: RecoveryMonitor
) -> Iterator[float]:
    """Every network fails on every frame."""

    def fail(_self: NeuralSession, _frame: Frame, _memo: FrameMemo) -> Prediction:
        raise RuntimeError("a kernel failed (soak fault)")

    yield from _in_every_network(fail, monitor)


def lane_returns_nan(
    _application: Application, _fixtures: Fixtures, monitor: RecoveryMonitor
) -> Iterator[float]:
    """Every network returns nothing but NaN."""

    def nothing(_self: NeuralSession, frame: Frame, _memo: FrameMemo) -> Prediction:
        unknown = np.full(frame.rgb.shape[:2], np.nan, np.float32)
        return Prediction(unknown, Unit.RELATIVE, frame.index, frame.size, frame.size)

    yield from _in_every_network(nothing, monitor)


def _in_every_network(
    predict: Callable[[NeuralSession, Frame, FrameMemo], Prediction],
    monitor: RecoveryMonitor,
) -> Iterator[float]:
    with mock.patch.object(NeuralSession, "predict", predict):
        yield 2.0
        yield from _until(lambda: monitor.lane_failures > 0, "no lane reported the failure")


def lane_hangs(
    _application: Application, _fixtures: Fixtures, monitor: RecoveryMonitor
) -> Iterator[float]:
    """One call into a network takes `HANG_S` seconds."""
    released, hangs = threading.Event(), itertools.count()
    predict = NeuralSession.predict

    def hang_once(self: NeuralSession, frame: Frame, memo: FrameMemo) -> Prediction:
        if next(hangs) == 0:
            monitor.mark()
            released.wait(HANG_S + NOTICED_S)
        return predict(self, frame, memo)

    try:
        with mock.patch.object(NeuralSession, "predict", hang_once):
            yield HANG_S
            yield from _until(
                lambda: monitor.replaced[INFERENCE] > 0, "a hung network was not restarted"
            )
    finally:
        released.set()


def capture_hangs(
    application: Application, _fixtures: Fixtures, monitor: RecoveryMonitor
) -> Iterator[float]:
    """A driver's read does not return."""
    released = threading.Event()

    def hang(*_args: object) -> None:
        monitor.mark()
        released.wait(HANG_S + NOTICED_S)

    try:
        with mock.patch.object(application.engine.capture, "_handle", hang):
            yield HANG_S
            yield from _until(
                lambda: monitor.replaced[CAPTURE] > 0, "a hung source was not restarted"
            )
    finally:
        released.set()


def threads_crash(
    application: Application, _fixtures: Fixtures, monitor: RecoveryMonitor
) -> Iterator[float]:
    """A bug ends the capture thread, and then the inference thread."""

    def bug(*_args: object) -> None:
        monitor.mark()
        raise KeyError("soak fault")

    with mock.patch.object(application.engine.capture, "_handle", bug):
        yield from _until(lambda: monitor.replaced[CAPTURE] > 0, "the source did not recover")
    with mock.patch.object(application.engine.inference, "_publish", bug):
        yield from _until(
            lambda: monitor.replaced[INFERENCE] > 0, "depth estimation did not recover"
        )


def full_disk(
    application: Application, fixtures: Fixtures, monitor: RecoveryMonitor
) -> Iterator[float]:
    """The disk becomes full during a recording."""
    application.recording.stop()
    application.recording.record(fixtures.new_recording())
    yield 1.0

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with mock.patch.object(writer.RecordingWriter, "write", full):
        yield 1.0
        yield from _until(
            lambda: monitor.recording_failures > 0, "a full disk did not stop the recording"
        )
    application.recording.stop()


def settings_damage(
    application: Application, _fixtures: Fixtures, _monitor: RecoveryMonitor
) -> Iterator[float]:
    """The settings file is overwritten with garbage and read again."""
    path = application.settings_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(range(256)) * 4)
    yield 0.5
    settings, note = SettingsStore(path).load()
    if not note or path.exists():
        raise NotNoticed("a damaged settings file was accepted")
    SettingsStore(path).save(settings)
    _remove_damaged(path)


def window_storm(
    application: Application, _fixtures: Fixtures, _monitor: RecoveryMonitor
) -> Iterator[float]:
    """The window changes its size twenty times a second."""
    before = application.window.size()
    widths = [640, 1200, 900, 1366, 700, 1024, 1280, 800]
    for number, width in enumerate(widths * 4):
        application.window.resize(QSize(width, 480 + 37 * (number % 9)))
        yield 0.05
    application.window.resize(before)


FAULTS: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        source_vanishes,
        lane_raises,
        corrupt_file,
        lane_hangs,
        camera_stalls,
        capture_hangs,
        threads_crash,
        full_disk,
        lane_returns_nan,
        window_storm,
        settings_damage,
    )
}


def _remove_damaged(path: Path) -> None:
    for aside in path.parent.glob(f"{path.stem}.damaged-*"):
        aside.unlink(missing_ok=True)


@contextmanager
def counted_crashes() -> Iterator[list[str]]:
    """Collect uncaught exceptions of all threads instead of ending the process."""
    crashes: list[str] = []
    before, before_threads = sys.excepthook, threading.excepthook

    def on_main(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        crashes.append(f"{kind.__name__}: {error}")
        before(kind, error, trace)

    def on_thread(args: Any) -> None:
        crashes.append(f"{args.exc_type.__name__}: {args.exc_value}")
        before_threads(args)

    sys.excepthook, threading.excepthook = on_main, on_thread
    try:
        yield crashes
    finally:
        sys.excepthook, threading.excepthook = before, before_threads

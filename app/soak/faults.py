"""The faults of a booth, as generators: each injects, yields seconds to wait, and heals."""

from __future__ import annotations

import errno
import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from PyQt6.QtCore import QSize

from app.recording import writer
from app.session import AppSession
from app.settings_store import SettingsStore
from app.soak.props import Props
from models.estimator import FrameMemo
from models.estimators.neural import NeuralSession
from models.frames import DepthMap, Frame, Unit

Fault = Callable[[AppSession, Props], Iterator[float]]

HANG_S = 3.0


def source_vanishes(session: AppSession, props: Props) -> Iterator[float]:
    """The camera's cable is pulled and put back."""
    session.controller.open_source(props.camera.url)
    yield 2.0
    props.camera.unplug()
    try:
        yield 4.0
    finally:
        props.camera.plug_in()


def camera_stalls(session: AppSession, props: Props) -> Iterator[float]:
    """The camera keeps its connection and sends nothing."""
    session.controller.open_source(props.camera.url)
    yield 2.0
    props.camera.stall()
    try:
        yield 4.0
    finally:
        props.camera.resume()


def corrupt_file(session: AppSession, props: Props) -> Iterator[float]:
    """Somebody opens a damaged video."""
    session.controller.open_source(str(props.damaged_clip))
    yield 3.0
    session.controller.open_source(str(props.clip))


def lane_raises(_session: AppSession, _props: Props) -> Iterator[float]:
    """Every network fails on every frame."""

    def fail(_self: NeuralSession, _frame: Frame, _memo: FrameMemo) -> DepthMap:
        raise RuntimeError("a kernel failed; the soak did this")

    with mock.patch.object(NeuralSession, "step", fail):
        yield 2.0


def lane_returns_nan(_session: AppSession, _props: Props) -> Iterator[float]:
    """Every network returns nothing but NaN."""

    def nothing(_self: NeuralSession, frame: Frame, _memo: FrameMemo) -> DepthMap:
        unknown = np.full(frame.rgb.shape[:2], np.nan, np.float32)
        return DepthMap(unknown, Unit.RELATIVE, frame.index)

    with mock.patch.object(NeuralSession, "step", nothing):
        yield 2.0


def lane_hangs(_session: AppSession, _props: Props) -> Iterator[float]:
    """One call into a network takes `HANG_S` seconds."""
    released, hangs = threading.Event(), itertools.count()
    step = NeuralSession.step

    def hang_once(self: NeuralSession, frame: Frame, memo: FrameMemo) -> DepthMap:
        if next(hangs) == 0:
            released.wait(HANG_S)
        return step(self, frame, memo)

    with mock.patch.object(NeuralSession, "step", hang_once):
        yield HANG_S + 0.5
    released.set()


def full_disk(session: AppSession, props: Props) -> Iterator[float]:
    """The disk fills up while a recording is being made."""
    session.recording.stop()
    session.recording.start(props.new_recording())
    yield 1.0

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with mock.patch.object(writer.RecordingWriter, "write", full):
        yield 1.5
    session.recording.stop()


def threads_crash(session: AppSession, _props: Props) -> Iterator[float]:
    """A bug ends the capture thread, and then the inference thread."""

    def bug(*_args: object) -> None:
        raise KeyError("a bug; the soak put it there")

    with mock.patch.object(session.engine.capture, "_handle", bug):
        yield 1.0
    with mock.patch.object(session.engine.inference, "_step", bug):
        yield 1.0


def settings_damage(session: AppSession, _props: Props) -> Iterator[float]:
    """The settings file is overwritten with rubbish and read again."""
    path = session.settings_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(range(256)) * 4)
    yield 0.5
    settings, note = SettingsStore(path).load()
    if not note or path.exists():
        raise AssertionError("a damaged settings file was taken for a sound one")
    SettingsStore(path).save(settings)
    _remove_damaged(path)


def window_storm(session: AppSession, _props: Props) -> Iterator[float]:
    """The window changes its size twenty times a second."""
    before = session.window.size()
    widths = [640, 1200, 900, 1366, 700, 1024, 1280, 800]
    for number, width in enumerate(widths * 4):
        session.window.resize(QSize(width, 480 + 37 * (number % 9)))
        yield 0.05
    session.window.resize(before)


FAULTS: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        source_vanishes,
        lane_raises,
        corrupt_file,
        lane_hangs,
        camera_stalls,
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
    """Collects what nobody caught on any thread, in place of ending the process."""
    seen: list[str] = []
    before, before_threads = sys.excepthook, threading.excepthook

    def on_main(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        seen.append(f"{kind.__name__}: {error}")
        before(kind, error, trace)

    def on_thread(args: Any) -> None:
        seen.append(f"{args.exc_type.__name__}: {args.exc_value}")
        before_threads(args)

    sys.excepthook, threading.excepthook = on_main, on_thread
    try:
        yield seen
    finally:
        sys.excepthook, threading.excepthook = before, before_threads

"""The faults of a booth, as generators: each injects, yields seconds to wait, and heals.

Each raises NotNoticed where the window took no notice of it: then either it was not injected at
all or something looks away, and to have survived that proves nothing.
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

from app.engine import CAPTURE, INFERENCE
from app.recording import writer
from app.session import AppSession
from app.settings_store import SettingsStore
from app.soak.props import Props
from app.soak.witness import Witness
from models.estimator import FrameMemo
from models.estimators.neural import NeuralSession
from models.frames import Frame, Unit
from models.restore import NetworkDepth

Fault = Callable[[AppSession, Props, Witness], Iterator[float]]

HANG_S = 3.0
NOTICED_S = 6.0
"""So long may it take until a fault is noticed after it was injected."""


class NotNoticed(Exception):  # noqa: N818
    """The window did not notice a fault."""


def _until(is_noticed: Callable[[], bool], what: str) -> Iterator[float]:
    """Wait for the window to notice; raises NotNoticed after `NOTICED_S`."""
    until_s = time.monotonic() + NOTICED_S
    while not is_noticed():
        if time.monotonic() > until_s:
            raise NotNoticed(what)
        yield 0.1


def source_vanishes(session: AppSession, props: Props, witness: Witness) -> Iterator[float]:
    """The camera's cable is pulled and put back; the clip takes its place meanwhile."""
    session.controller.open_source(props.camera.url)
    yield from _until(lambda: witness.well > 0, "the camera was never shown")
    witness.begin()
    props.camera.unplug()
    try:
        yield 3.5
        yield from _until(lambda: witness.source_troubles > 0, "nothing was said of the camera")
    finally:
        props.camera.plug_in()


def camera_stalls(session: AppSession, props: Props, witness: Witness) -> Iterator[float]:
    """The camera keeps its connection and sends nothing."""
    session.controller.open_source(props.camera.url)
    yield from _until(lambda: witness.well > 0, "the camera was never shown")
    witness.begin()
    props.camera.stall()
    try:
        yield 3.5
        yield from _until(lambda: witness.source_troubles > 0, "nothing was said of the camera")
    finally:
        props.camera.resume()


def corrupt_file(session: AppSession, props: Props, _witness: Witness) -> Iterator[float]:
    """Somebody opens a damaged video."""
    session.controller.open_source(str(props.damaged_clip))
    try:
        yield 1.0
        yield from _until(
            lambda: session.engine.capture.status.failed, "a damaged video was taken for sound"
        )
    finally:
        session.controller.open_source(str(props.clip))


def lane_raises(_session: AppSession, _props: Props, witness: Witness) -> Iterator[float]:
    """Every network fails on every frame."""

    def fail(_self: NeuralSession, _frame: Frame, _memo: FrameMemo) -> NetworkDepth:
        raise RuntimeError("a kernel failed; the soak did this")

    yield from _in_every_network(fail, witness)


def lane_returns_nan(_session: AppSession, _props: Props, witness: Witness) -> Iterator[float]:
    """Every network returns nothing but NaN."""

    def nothing(_self: NeuralSession, frame: Frame, _memo: FrameMemo) -> NetworkDepth:
        unknown = np.full(frame.rgb.shape[:2], np.nan, np.float32)
        return NetworkDepth(unknown, Unit.RELATIVE, frame.index, frame.size, frame.size)

    yield from _in_every_network(nothing, witness)


def _in_every_network(
    see: Callable[[NeuralSession, Frame, FrameMemo], NetworkDepth], witness: Witness
) -> Iterator[float]:
    with mock.patch.object(NeuralSession, "see", see):
        yield 2.0
        yield from _until(lambda: witness.lane_failures > 0, "no lane said that it failed")


def lane_hangs(_session: AppSession, _props: Props, witness: Witness) -> Iterator[float]:
    """One call into a network takes `HANG_S` seconds."""
    released, hangs = threading.Event(), itertools.count()
    see = NeuralSession.see

    def hang_once(self: NeuralSession, frame: Frame, memo: FrameMemo) -> NetworkDepth:
        if next(hangs) == 0:
            witness.mark()
            released.wait(HANG_S + NOTICED_S)
        return see(self, frame, memo)

    try:
        with mock.patch.object(NeuralSession, "see", hang_once):
            yield HANG_S
            yield from _until(
                lambda: witness.replaced[INFERENCE] > 0, "a hanging network was left alone"
            )
    finally:
        released.set()


def capture_hangs(session: AppSession, _props: Props, witness: Witness) -> Iterator[float]:
    """A driver does not come back from a read."""
    released = threading.Event()

    def hang(*_args: object) -> None:
        witness.mark()
        released.wait(HANG_S + NOTICED_S)

    try:
        with mock.patch.object(session.engine.capture, "_handle", hang):
            yield HANG_S
            yield from _until(
                lambda: witness.replaced[CAPTURE] > 0, "a hanging source was left alone"
            )
    finally:
        released.set()


def threads_crash(session: AppSession, _props: Props, witness: Witness) -> Iterator[float]:
    """A bug ends the capture thread, and then the inference thread."""

    def bug(*_args: object) -> None:
        witness.mark()
        raise KeyError("a bug; the soak put it there")

    with mock.patch.object(session.engine.capture, "_handle", bug):
        yield from _until(lambda: witness.replaced[CAPTURE] > 0, "the source stayed dead")
    with mock.patch.object(session.engine.inference, "_publish", bug):
        yield from _until(lambda: witness.replaced[INFERENCE] > 0, "the depth stage stayed dead")


def full_disk(session: AppSession, props: Props, witness: Witness) -> Iterator[float]:
    """The disk fills up while a recording is being made."""
    session.recording.stop()
    session.recording.start(props.new_recording())
    yield 1.0

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with mock.patch.object(writer.RecordingWriter, "write", full):
        yield 1.0
        yield from _until(
            lambda: witness.recording_failures > 0, "a full disk did not end the recording"
        )
    session.recording.stop()


def settings_damage(session: AppSession, _props: Props, _witness: Witness) -> Iterator[float]:
    """The settings file is overwritten with rubbish and read again."""
    path = session.settings_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(range(256)) * 4)
    yield 0.5
    settings, note = SettingsStore(path).load()
    if not note or path.exists():
        raise NotNoticed("a damaged settings file was taken for a sound one")
    SettingsStore(path).save(settings)
    _remove_damaged(path)


def window_storm(session: AppSession, _props: Props, _witness: Witness) -> Iterator[float]:
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

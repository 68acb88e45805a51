"""The window on a source of its own: frames shown, latency, and time on the GUI thread."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from PyQt6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PyQt6.QtGui import QPaintEvent

from app.benchmark.gui_clock import GuiClock
from app.benchmark.headless import network_sizes
from app.benchmark.processor_time import per_frame_ms, thread_seconds
from app.benchmark.statistics import spread
from app.core.results import FrameResult
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.system.signals import noted_stop_signals
from app.ui.application import Application
from app.ui.engine import OpenSource
from widgets.image_pane import ImagePane

_SETTLE_FRAMES = 10


class ShownFrames:
    """Times at which results were on screen: when the last pane that painted one had done so.

    A result that another one replaced before any pane painted it was never shown.
    """

    def __init__(self) -> None:
        self.latency_ms: list[float] = []
        self.analysis_ms: list[float] = []
        self._result: FrameResult | None = None
        self._painted_ns = 0

    def put(self, result: FrameResult | None) -> None:
        """Note that `result` was handed to the panes; the previous one is complete."""
        if self._result is not None and self._painted_ns:
            late_ns = self._painted_ns - self._result.frame.captured_ns
            self.latency_ms.append(late_ns / 1e6)
            if "analysis" in self._result.stages_ms:
                self.analysis_ms.append(self._result.stages_ms["analysis"])
        self._result, self._painted_ns = result, 0

    def clear(self) -> None:
        """Discard what was measured; the next result is the first."""
        self.put(None)
        self.latency_ms.clear()
        self.analysis_ms.clear()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Observe each pane's first paint of every picture inside this context."""
        paint = ImagePane.paintEvent

        @functools.wraps(paint)
        def watched(pane: ImagePane, event: QPaintEvent | None) -> None:
            before = pane.frames_painted
            paint(pane, event)
            if pane.frames_painted != before:
                self._painted_ns = time.monotonic_ns()

        with mock.patch.object(ImagePane, "paintEvent", watched):
            yield


def measure_window(
    open_source: OpenSource,
    settings: Settings,
    seconds: float,
    size: tuple[int, int],
    folder: Path,
    pins: Sequence[tuple[float, float]] = (),
) -> dict[str, object]:
    """Measure the window and return its figures.

    They are `window_fps`, `shown_fps`, `gui_thread_ms`, `latency_ms`, `analysis_ms` (empty if no
    view requests anything), `dropped`, `input_size`, `processor_ms` (processor time per finished
    frame, by thread) and `gui_gl_ms`, OpenGL's time on the GUI thread. Needs a QApplication.

    Parameters
    ----------
    open_source
        Opens what is played.
    settings
        Of the window.
    seconds
        Duration of the measurement.
    size
        (width, height) of the window.
    folder
        For its settings.
    pins
        Picture points (x, y), as fractions, that are pinned once there is a picture.
    """
    clock, shown = GuiClock(), ShownFrames()
    with shown.watching(), clock.installed():
        application = Application(settings, open_source, SettingsStore(folder / "bench.json"))

        def on_shown(result: FrameResult) -> None:
            shown.put(result)
            clock.lap()

        application.display.shown.connect(on_shown)
        try:
            application.window.resize(*size)
            application.window.show()
            application.start()
            run_until(
                lambda: (
                    len(shown.latency_ms) >= _SETTLE_FRAMES
                    and application.first_frames.is_everything_shown()
                ),
                60.0,
            )
            for pin in pins:
                application.controller.pin(*pin)
            return _measured(application, shown, clock, seconds)
        finally:
            application.close()
            # Delete the window now: the interpreter would delete Qt first.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _measured(
    application: Application, shown: ShownFrames, clock: GuiClock, seconds: float
) -> dict[str, object]:
    """Let a window that shows everything run on, and return its figures."""
    shown.clear()
    clock.clear()
    engine, started = application.engine, time.perf_counter()
    finished, dropped = engine.inference.finished, engine.dropped
    spent_s = thread_seconds()
    run_until(_never, seconds)
    passed = time.perf_counter() - started
    finished, dropped = engine.inference.finished - finished, engine.dropped - dropped
    processor_ms = per_frame_ms(spent_s, thread_seconds(), finished)
    shown.put(None)
    last = application.display.last
    sizes = network_sizes(last) if last is not None else set()
    return {
        "input_size": max(sizes, default=None),
        "source_size": list(last.frame.size) if last is not None else None,
        "processor_ms": processor_ms,
        "window_fps": finished / passed,
        "shown_fps": len(shown.latency_ms) / passed,
        "gui_thread_ms": spread(clock.per_frame_ms),
        "gui_gl_ms": spread(clock.gl_per_frame_ms),
        "latency_ms": spread(shown.latency_ms),
        "analysis_ms": spread(shown.analysis_ms),
        "dropped": dropped,
    }


def _never() -> bool:
    return False


def run_until(done: Callable[[], bool], seconds: float) -> None:
    """Run Qt's loop until `done()` or for `seconds`.

    Raises
    ------
    KeyboardInterrupt
        After a signal to stop; raised inside a slot it would abort the process.
    """
    loop = QEventLoop()
    timer = QTimer()
    deadline = time.monotonic() + seconds

    def check() -> None:
        if done() or is_stopped() or time.monotonic() > deadline:
            loop.quit()

    with noted_stop_signals() as is_stopped:
        timer.timeout.connect(check)
        timer.start(20)
        loop.exec()
        timer.stop()
        if is_stopped():
            raise KeyboardInterrupt

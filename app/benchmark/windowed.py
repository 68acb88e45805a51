"""The window itself, fed from memory: what is shown, how late, and what it costs the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer

from app.benchmark.gui_clock import GuiClock
from app.benchmark.preloaded import PreloadedSource
from app.benchmark.statistics import spread
from app.results import FrameResult
from app.session import AppSession
from app.settings import Settings
from app.settings_store import SettingsStore
from app.sources.base import Source
from models.frames import Frame

_SETTLE_FRAMES = 10


def measure_window(
    frames: Sequence[Frame],
    settings: Settings,
    seconds: float,
    size: tuple[int, int],
    folder: Path,
    pins: Sequence[tuple[float, float]] = (),
) -> dict[str, object]:
    """`window_fps`, `shown_fps`, `gui_thread_ms`, `latency_ms`, `analysis_ms`, `dropped`.

    pins : picture points, as shares (x, y), that are pinned once there is a picture. `analysis_ms`
    is empty where no view wants anything. Needs a QApplication.
    """

    def open_preloaded(_spec: str, _size: tuple[int, int] | None) -> Source:
        return PreloadedSource(frames)

    clock = GuiClock()
    with clock.installed():
        session = AppSession(settings, open_preloaded, SettingsStore(folder / "bench.json"))
    shown: list[tuple[int, float]] = []
    analysed_ms: list[float] = []

    def on_shown(result: FrameResult) -> None:
        now = time.monotonic_ns()
        shown.append((now, (now - result.frame.captured_ns) / 1e6))
        if "analysis" in result.stages_ms:
            analysed_ms.append(result.stages_ms["analysis"])
        clock.lap()

    session.display.shown.connect(on_shown)
    try:
        session.window.resize(*size)
        session.window.show()
        session.start()
        _run_until(
            lambda: len(shown) >= _SETTLE_FRAMES and session.first_look.is_everything_shown(), 60.0
        )
        for pin in pins:
            session.controller.pin(*pin)
        shown.clear()
        analysed_ms.clear()
        clock.per_frame_ms.clear()
        finished, started = session.engine.inference.finished, time.perf_counter()
        _run_until(_never, seconds)
        passed = time.perf_counter() - started
        finished = session.engine.inference.finished - finished
        return {
            "window_fps": finished / passed,
            "shown_fps": len(shown) / passed,
            "gui_thread_ms": spread(clock.per_frame_ms),
            "latency_ms": spread([latency for _, latency in shown]),
            "analysis_ms": spread(analysed_ms),
            "dropped": session.engine.dropped,
        }
    finally:
        session.close()
        # The window goes now, not with the interpreter, which would take Qt away first.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _never() -> bool:
    return False


def _run_until(done: object, seconds: float) -> None:
    """Run Qt's loop until `done()` or for `seconds`."""
    loop = QEventLoop()
    timer = QTimer()
    deadline = time.monotonic() + seconds

    def look() -> None:
        if (callable(done) and done()) or time.monotonic() > deadline:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(20)
    loop.exec()
    timer.stop()

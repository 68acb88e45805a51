"""Cost of outputs: one window, with none, with each and with both of them, in turns."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import QCoreApplication, QEvent

from app.benchmark.processor_time import per_frame_ms, thread_seconds
from app.benchmark.windowed import run_until
from app.outputs.table import parse_output
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.ui.application import Application
from app.ui.engine import OpenSource
from models.opencv import cv2

VIEWERS = 5
ROUNDS = 4
_THREADS = ("output", "page server")
_OPENS_WITHIN_S = 60.0
_SETTLES_S = 1.0


class StandInDevice:
    """Takes the place of a camera device where there is none: converts and copies as one does."""

    def __init__(self, *, width: int, height: int, **_asked: Any) -> None:
        self._shape = (height, width, 3)
        self._last: object = None

    def device(self) -> str:
        """Its name."""
        return "stand-in"

    def native_fourcc(self) -> None:
        """It takes RGB as it is."""

    def send(self, frame: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
        """Convert a picture to what a camera device takes, and keep it."""
        self._last = cv2.cvtColor(frame.reshape(self._shape), cv2.COLOR_RGB2YUV_I420)

    def close(self) -> None:
        """Forget the last picture."""
        self._last = None


def measure_outputs(
    open_source: OpenSource, settings: Settings, seconds: float, size: tuple[int, int], folder: Path
) -> dict[str, object]:
    """Return frame rates and processor time with and without outputs. Needs a QApplication.

    `outputs_CASE_fps` and `outputs_CASE_processor_ms` (by thread) are for the cases `none`, `page`
    (with five viewers), `camera` and `both`; `outputs_CASE_share` is the case's frame rate as a
    share of that without outputs, the median over rounds; `outputs_CASE_cores` is what the outputs'
    own threads take, in processor cores, which other programs on the machine hardly change.
    """
    import pyvirtualcam

    pyvirtualcam.register_backend("stand-in", StandInDevice)
    application = Application(settings, open_source, SettingsStore(folder / "bench.json"))
    try:
        application.window.resize(*size)
        application.window.show()
        application.start()
        run_until(application.first_frames.is_everything_shown, _OPENS_WITHIN_S)
        turn_s = max(0.2, seconds / ROUNDS)
        rounds = [
            {case: _turn(application, start, turn_s) for case, start in _CASES.items()}
            for _ in range(ROUNDS)
        ]
    finally:
        application.close()
        # Delete the window now: the interpreter would delete Qt first.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return _figures(rounds)


Turn = tuple[float, dict[str, float]]
"""Frames per second, and processor time per frame by thread."""


def _turn(
    application: Application,
    start: Callable[[Application], AbstractContextManager[None]],
    seconds: float,
) -> Turn:
    with start(application):
        run_until(_never, _SETTLES_S)
        inference, before = application.engine.inference, thread_seconds()
        finished, started_s = inference.finished, time.perf_counter()
        run_until(_never, seconds)
        passed_s = time.perf_counter() - started_s
        finished = inference.finished - finished
        return finished / passed_s, per_frame_ms(before, thread_seconds(), finished)


def _figures(rounds: list[dict[str, Turn]]) -> dict[str, object]:
    figures: dict[str, object] = {"outputs_viewers": VIEWERS}
    for case in _CASES:
        turns = [one[case] for one in rounds]
        shares = [one[case][0] / max(1e-9, one["none"][0]) for one in rounds]
        figures[f"outputs_{case}_fps"] = statistics.median(fps for fps, _ in turns)
        figures[f"outputs_{case}_share"] = statistics.median(shares)
        figures[f"outputs_{case}_cores"] = statistics.median(
            fps * sum(spent.get(name, 0.0) for name in _THREADS) / 1000 for fps, spent in turns
        )
        names = sorted({name for _, spent in turns for name in spent})
        figures[f"outputs_{case}_processor_ms"] = {
            name: statistics.median(spent.get(name, 0.0) for _, spent in turns) for name in names
        }
    return figures


@contextmanager
def _none(_application: Application) -> Iterator[None]:
    yield


@contextmanager
def _camera(application: Application) -> Iterator[None]:
    outputs = application.outputs
    outputs.begin(parse_output("camera"))
    try:
        yield
        if not outputs.is_running("camera"):
            raise RuntimeError("the camera ended while it was measured")
    finally:
        outputs.end("camera")


@contextmanager
def _page(application: Application) -> Iterator[None]:
    outputs = application.outputs
    outputs.begin(parse_output("page"))
    try:
        page = application.page.page
        assert page is not None
        run_until(lambda: bool(page.address), _OPENS_WITHIN_S)
        with _watching(page.address):
            run_until(lambda: page.hub.viewers == VIEWERS, _OPENS_WITHIN_S)
            yield
            if page.hub.viewers != VIEWERS:
                raise RuntimeError("a viewer left while it was measured")
    finally:
        outputs.end("page")


@contextmanager
def _both(application: Application) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(_camera(application))
        stack.enter_context(_page(application))
        yield


@contextmanager
def _watching(address: str) -> Iterator[None]:
    """Viewers in a process of their own, as they are on machines of their own."""
    command = [sys.executable, "-m", "app.benchmark.viewers", address, str(VIEWERS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        try:
            yield
        finally:
            assert process.stdin is not None
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5.0)
            process.kill()


_CASES: Mapping[str, Callable[[Application], AbstractContextManager[None]]] = {
    "none": _none, "page": _page, "camera": _camera, "both": _both,
}  # fmt: skip


def _never() -> bool:
    return False

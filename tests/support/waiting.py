"""Waiting for what another thread does, and a clock that moves only when a test moves it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

PATIENCE_S = 60.0
"""When a test that waits in vain fails; far beyond what a loaded machine needs."""


def attempts(step_s: float = 0.002, most_s: float = PATIENCE_S) -> Iterator[None]:
    """One turn after another for as long as a test may wait."""
    until_s = time.monotonic() + most_s
    pause = threading.Event()
    while time.monotonic() < until_s:
        yield
        pause.wait(step_s)


def wait_until(done: Callable[[], bool]) -> None:
    """Return as soon as `done()` holds; fails if it never does."""
    for _ in attempts():
        if done():
            return
    raise AssertionError("what was waited for did not happen")


def stays(value: Callable[[], object], for_s: float = 0.1) -> None:
    """Fails if `value()` changes soon. A loaded machine may hide a fault, but makes none up."""
    before, until_s, pause = value(), time.monotonic() + for_s, threading.Event()
    while time.monotonic() < until_s:
        pause.wait(for_s / 10)
        assert value() == before


class ManualClock:
    """Stands in for time.monotonic: it shows `now_s` until `advance` moves it."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        self.now_s += seconds

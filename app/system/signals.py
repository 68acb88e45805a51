"""Requests to stop from outside: Ctrl+C, a system that shuts down, a terminal that closes."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows lacks the last


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask this process to end; one that it was told to ignore is left out.

    `nohup` starts a program that way.
    """
    known = [signal.Signals[name] for name in _NAMES if hasattr(signal, name)]
    return tuple(number for number in known if signal.getsignal(number) is not signal.SIG_IGN)


@contextlib.contextmanager
def on_stop_signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Call `handler` for every such signal; does nothing outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in stop_signals()}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt on each of them, as Python does on Ctrl+C alone."""
    with on_stop_signals(signal.default_int_handler):
        yield


@contextlib.contextmanager
def noted_stop_signals() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether to stop, for work that ends between two frames.

    The second signal raises KeyboardInterrupt.
    """
    wanted = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        if wanted.is_set():
            signal.default_int_handler(number, frame)
        wanted.set()

    with on_stop_signals(note):
        yield wanted.is_set

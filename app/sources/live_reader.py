"""Reads a device in a thread of its own, robust against anything that the device does.

A call into a camera driver may take half a minute or never return, and nothing can interrupt it. A
worker thread therefore makes those calls, and the reader only waits for the worker, with a timeout:
it notices silence, reports it, gives up on a worker that does not return and starts another. A
worker reopens a broken device, at first soon and then less often.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from app.core.source import SignalLost
from app.sources.live_worker import (
    USUAL_PATIENCE,
    Clock,
    Connection,
    LiveWorker,
    Patience,
    Picture,
)

log = logging.getLogger(__name__)

_MOST_ABANDONED = 3
_RATE_WINDOW = 60


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A picture and its arrival.

    Attributes
    ----------
    number
        Counts all pictures of the device since the source was opened, from 0.
    connection
        Counts the openings; another one means a break.
    captured_ns
        time.monotonic_ns() when the device delivered it.
    """

    picture: Picture
    number: int
    connection: int
    captured_ns: int
    delivered: str


class LiveReader:
    """The newest picture of a device that `connect` opens; older ones are dropped.

    connect() opens the device and may block; it raises SourceError with a sentence for the user if
    it cannot, and is called again later. `clock` measures the device's silence.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        title: str,
        patience: Patience = USUAL_PATIENCE,
        clock: Clock = time.monotonic,
    ) -> None:
        self._connect = connect
        self._title = title
        self._patience = patience
        self._clock = clock
        self._changed = threading.Condition()
        self._closed = False
        self._newest: Arrival | None = None
        self._count = 0
        self._connections = 0
        self._arrivals_s: deque[float] = deque(maxlen=_RATE_WINDOW)
        self._trouble = ""  # why no pictures come, as reported by the worker
        self._told = ""  # the last sentence returned; empty while pictures come
        self._abandoned: list[LiveWorker] = []
        self._heard_s = clock()
        self._worker = self._new_worker()
        self._worker.start()

    @property
    def abandoned(self) -> int:
        """Number of threads that are stuck inside a driver."""
        with self._changed:
            self._abandoned = [worker for worker in self._abandoned if worker.is_alive()]
            return len(self._abandoned)

    @property
    def fps(self) -> float | None:
        """Recent pictures per second; None if there were too few."""
        with self._changed:
            times = self._arrivals_s
            if len(times) < 2 or self._clock() - times[-1] > self._patience.stall_s:
                return None
            return (len(times) - 1) / max(times[-1] - times[0], 1e-6)

    def take(self, timeout_s: float) -> Arrival | SignalLost | None:
        """The newest unread picture; why there is none, once; or None on timeout."""
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            while not self._closed:
                if self._newest is not None:
                    arrival, self._newest = self._newest, None
                    self._told = ""
                    return arrival
                self._supervise_worker()
                sentence = self._sentence()
                if sentence and sentence != self._told:
                    self._told = sentence
                    return SignalLost(sentence)
                remaining_s = deadline_s - time.monotonic()
                if remaining_s <= 0:
                    return None
                self._changed.wait(min(remaining_s, self._patience.stall_s / 4))
            return None

    def close(self) -> None:
        """Stop; waits a bounded time for the release of the device. May be called twice."""
        with self._changed:
            self._closed = True
            self._newest = None
            worker = self._worker
            worker.retire()
            self._changed.notify_all()
        worker.join(self._patience.closing_s)
        if worker.is_alive():
            with self._changed:
                self._abandoned = [*(old for old in self._abandoned if old is not worker), worker]
            log.warning("%s does not respond; its thread is left behind", self._title)

    def _new_worker(self) -> LiveWorker:
        return LiveWorker(self, self._connect, self._title, self._patience, self._clock)

    def _sentence(self) -> str:
        if self._trouble:
            return self._trouble
        if self._clock() - self._heard_s < self._patience.stall_s:
            return ""
        if self._connections == 0:
            return f"Waiting for the first frame from {self._title}."
        return f"{self._title} sends no frames; reconnecting."

    def _supervise_worker(self) -> None:
        worker = self._worker
        if worker.is_alive() and not worker.is_stuck():
            return
        if worker.is_alive():
            self._abandoned = [old for old in self._abandoned if old.is_alive()]
            if len(self._abandoned) >= _MOST_ABANDONED:
                self._trouble = (
                    f"{self._title} does not respond; unplug it and plug it in again, "
                    "or pick another source."
                )
                return
            log.warning("%s: a call into the driver does not return", self._title)
            self._abandoned.append(worker)
        worker.retire()
        self._worker = self._new_worker()
        self._worker.start()

    # Called by workers:

    def publish(self, worker: LiveWorker, picture: Picture, delivered: str) -> None:
        """Publish `picture`."""
        now_s = self._clock()
        with self._changed:
            if worker is not self._worker:
                return
            if worker.is_first_picture:
                worker.is_first_picture = False
                self._connections += 1
                self._arrivals_s.clear()
            self._newest = Arrival(
                picture, self._count, self._connections, round(now_s * 1e9), delivered
            )
            self._count += 1
            self._arrivals_s.append(now_s)
            self._heard_s = now_s
            self._trouble = ""
            self._changed.notify_all()

    def report(self, worker: LiveWorker, trouble: str) -> None:
        """Report why no pictures come."""
        with self._changed:
            if worker is self._worker:
                if trouble != self._trouble:
                    log.info("%s: %s", self._title, trouble)
                self._trouble = trouble
                self._changed.notify_all()

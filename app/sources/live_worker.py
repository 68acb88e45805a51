"""The thread that makes every call into a device: opens it, reads it, opens it again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import SourceError

log = logging.getLogger(__name__)


class Picture(Protocol):
    """A complete picture of a live source, converted only when needed."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        ...

    def rgb(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8, C-contiguous, not shared with the device."""
        ...


@dataclass(frozen=True, slots=True)
class NoPicture:
    """A working device without a picture; `sentence` says why. Reading continues."""

    sentence: str


class Connection(Protocol):
    """An open device or stream. Only one thread uses it."""

    @property
    def delivered(self) -> str:
        """The delivered format, as text."""
        ...

    def grab(self) -> Picture | NoPicture | None:
        """Wait for the next picture; None if it was incomplete.

        Raises
        ------
        SourceError
            When the signal ended.
        """
        ...

    def close(self) -> None:
        """Release the device."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a device, in seconds.

    Attributes
    ----------
    stall_s
        Silence after which the signal counts as lost.
    reading_s, opening_s
        Time after which a call that does not return is given up.
    retry_s, retry_most_s
        The first and the longest pause before opening again; each pause doubles the last, until an
        opening lasted longer than the longest.
    closing_s
        How long close() waits for the worker.
    """

    stall_s: float = 1.5
    reading_s: float = 4.0
    opening_s: float = 20.0
    retry_s: float = 0.25
    retry_most_s: float = 4.0
    closing_s: float = 1.0

    def pause_after(self, last_s: float, lasted_s: float) -> float:
        """Seconds to wait before opening again, given the previous pause `last_s`.

        Parameters
        ----------
        lasted_s
            How long the opening in between delivered pictures.
        """
        if lasted_s > self.retry_most_s or last_s == 0.0:
            return self.retry_s
        return min(2 * last_s, self.retry_most_s)


USUAL_PATIENCE = Patience()
Clock = Callable[[], float]
"""Seconds, like time.monotonic()."""


class Listener(Protocol):
    """Receives a worker's pictures, on the worker's thread."""

    def publish(self, worker: LiveWorker, picture: Picture, delivered: str) -> None:
        """Take `picture`."""
        ...

    def report(self, worker: LiveWorker, trouble: str) -> None:
        """Note why no pictures come."""
        ...


class LiveWorker(threading.Thread):
    """Opens, reads and reopens until it is retired."""

    def __init__(
        self,
        listener: Listener,
        connect: Callable[[], Connection],
        title: str,
        patience: Patience,
        clock: Clock = time.monotonic,
    ) -> None:
        # A daemon, because a thread stuck inside a driver cannot be ended and would keep the
        # process alive.
        super().__init__(name=f"live {title}", daemon=True)
        self.is_first_picture = True
        self._listener = listener
        self._connect = connect
        self._title = title
        self._patience = patience
        self._clock = clock
        self._fault = ""
        self._retired = threading.Event()
        self._call: tuple[float, float] | None = None  # (start, limit) of the current call

    def retire(self) -> None:
        """End as soon as the current call returns."""
        self._retired.set()

    def is_stuck(self) -> bool:
        """Whether the current call takes longer than it may."""
        call = self._call
        return call is not None and self._clock() - call[0] > call[1]

    def run(self) -> None:
        pause_s = 0.0
        while not self._retired.is_set():
            self.is_first_picture = True
            began_s = self._clock()
            try:
                self._live_once()
            except SourceError as error:
                self._listener.report(self, str(error))
            except Exception as error:  # drivers and codecs may raise anything
                if repr(error) != self._fault:
                    log.exception("%s failed", self._title)
                self._fault = repr(error)
                self._listener.report(self, f"{self._title} failed; reconnecting.")
            finally:
                self._call = None
            lasted_s = 0.0 if self.is_first_picture else self._clock() - began_s
            pause_s = self._patience.pause_after(pause_s, lasted_s)
            self._retired.wait(pause_s)

    def _live_once(self) -> None:
        self._call = (self._clock(), self._patience.opening_s)
        connection = self._connect()
        try:
            self._read(connection)
        finally:
            self._call = (self._clock(), self._patience.reading_s)
            connection.close()

    def _read(self, connection: Connection) -> None:
        heard_s = self._clock()
        while not self._retired.is_set():
            self._call = (self._clock(), self._patience.reading_s)
            picture = connection.grab()
            if picture is not None:
                heard_s = self._clock()
            if isinstance(picture, NoPicture):
                self._listener.report(self, picture.sentence)
            elif picture is not None:
                self._listener.publish(self, picture, connection.delivered)
            elif self._clock() - heard_s > self._patience.reading_s:
                raise SourceError(f"{self._title} sends nothing that can be shown; reconnecting.")

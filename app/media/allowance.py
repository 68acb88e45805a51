"""What a live stream may send before its next picture, in bytes and seconds.

FFmpeg keeps what it read until a picture is complete. A server that never completes one, lies about
its length or sends a byte at a time would fill the memory or hold a thread for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from models.errors import SourceError

PICTURE_BYTES = 32 << 20
"""Far above any compressed picture of `PICTURE_PIXELS`."""
PICTURE_PIXELS = 36_000_000
"""8K. Decoding and converting one takes about 216 MB."""


class Allowance:
    """Counts what arrives; one thread reads, another one may set `closing`.

    Parameters
    ----------
    title : str
        Of the source, for the sentence.
    closing : threading.Event
        Set when the source is being closed.
    seconds : float
        From the first byte of a picture to its last.
    clock : callable
        Seconds, like time.monotonic().
    """

    def __init__(
        self,
        title: str,
        closing: threading.Event,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title = title
        self._closing = closing
        self._seconds = seconds
        self._clock = clock
        self.renew()

    def renew(self) -> None:
        """A picture came: the next one has the whole allowance again."""
        self._left_bytes = PICTURE_BYTES
        self._until_s: float | None = None  # from the first byte on: a server may have nothing yet

    def spend(self, count: int) -> None:
        """Note that `count` bytes arrived.

        Raises
        ------
        SourceError
            If that was too much or took too long, or the source is being closed.
        """
        self._left_bytes -= count
        if self._closing.is_set():
            raise SourceError(f"{self._title} was closed.")
        if self._left_bytes < 0:
            raise SourceError(
                f"{self._title} sent {PICTURE_BYTES >> 20} MB without a complete picture; check "
                "the address and the camera."
            )
        if self._until_s is None:
            self._until_s = self._clock() + self._seconds
        elif self._clock() > self._until_s:
            raise SourceError(f"{self._title} sends too slowly for pictures; reconnecting.")

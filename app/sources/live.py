"""A live reader as a source: frames, breaks in continuity and information about the device."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

from app.core.source import Reading, SignalLost, SourceInfo
from app.sources.live_reader import Arrival, LiveReader
from app.sources.live_worker import USUAL_PATIENCE, Clock, Connection, Patience
from models.frames import Frame

_TELL_RATE_EVERY_S = 1.0


class LiveSource:
    """Base of cameras, streams and the screen. Opening never waits for the device.

    `Frame.index` counts the device's pictures, so that gaps are pictures that were not taken in
    time. A new segment starts after every loss of signal, silence, reopening and change of size.

    Parameters
    ----------
    size
        (width, height) to report until the first frame comes.
    asked
        What is requested of the device, as text.
    clock
        Clock for the silence of the device.
    """

    def __init__(
        self,
        spec: str,
        title: str,
        connect: Callable[[], Connection],
        *,
        size: tuple[int, int],
        asked: str = "",
        patience: Patience = USUAL_PATIENCE,
        clock: Clock = time.monotonic,
    ) -> None:
        self._info = SourceInfo(spec=spec, title=title, live=True, size=size, asked=asked)
        self._segment = 0
        self._last: Arrival | None = None
        self._lost = False
        self._first_ns: int | None = None
        self._rate_told_s = 0.0
        self._silence_ns = round(patience.stall_s * 1e9)
        self._reader = LiveReader(connect, title, patience, clock)

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def abandoned_threads(self) -> int:
        """Number of threads stuck inside a driver; they end if their call returns."""
        return self._reader.abandoned

    def read(self, timeout_s: float) -> Reading:
        """The newest picture, SignalLost once per reason, or None on timeout."""
        taken = self._reader.take(timeout_s)
        if isinstance(taken, SignalLost):
            self._lost = True
            self._info = dataclasses.replace(self._info, fps=None)
            self._rate_told_s = 0.0
            return taken
        return None if taken is None else self._frame(taken)

    def seek(self, index: int) -> None:
        """Ignored: a live source cannot seek."""

    def close(self) -> None:
        """Release the device, within a bounded time."""
        self._reader.close()

    def _frame(self, arrival: Arrival) -> Frame:
        last = self._last
        if last is not None and (
            self._lost
            or arrival.captured_ns - last.captured_ns > self._silence_ns
            or arrival.connection != last.connection
            or arrival.picture.size != last.picture.size
        ):
            self._segment += 1
        self._lost = False
        self._last = arrival
        if self._first_ns is None:
            self._first_ns = arrival.captured_ns
        rgb = arrival.picture.rgb()
        self._describe(arrival)
        return Frame(
            rgb,
            arrival.number,
            self._segment,
            arrival.captured_ns,
            (arrival.captured_ns - self._first_ns) / 1e9,
        )

    def _describe(self, arrival: Arrival) -> None:
        now_s = time.monotonic()
        same = (arrival.picture.size, arrival.delivered) == (self._info.size, self._info.delivered)
        if same and now_s - self._rate_told_s < _TELL_RATE_EVERY_S:
            return
        self._rate_told_s = now_s
        fps = self._reader.fps
        self._info = dataclasses.replace(
            self._info,
            size=arrival.picture.size,
            delivered=arrival.delivered,
            fps=None if fps is None else round(fps, 1),
        )

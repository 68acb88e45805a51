"""The bounded way into the recorder's thread: by number, by memory and by age."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.slots import Closed

T = TypeVar("T")

_REMEMBERED = 5  # items whose median tells the pace, so that one hiccup does not


@dataclass(frozen=True, slots=True)
class InboxLimits:
    """What may wait.

    age_s : nothing more is let in once the oldest item has waited this long, or once a new one
        would, at the pace at which items were dealt with lately; so what a crash would lose stays
        small however slow disk and processor are.
    """

    items: int = 64
    size_bytes: int = 256 << 20
    age_s: float = 0.3


class Inbox(Generic[T]):
    """First in, first out. Any thread may use it; `clock` is time.monotonic but in tests."""

    def __init__(self, limits: InboxLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._waiting: deque[tuple[T, int, float]] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()
        self._taken_s: float | None = None
        self._took_s: deque[float] = deque(maxlen=_REMEMBERED)

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting)

    def offer(self, item: T, size_bytes: int) -> bool:
        """Let `item` in if there is room and nothing is late; never blocks."""
        with self._changed:
            if self._closed or self._is_late() or not self._has_room(size_bytes):
                return False
            self._append(item, size_bytes)
            return True

    def put(self, item: T, size_bytes: int, timeout_s: float) -> bool:
        """Wait for room, then let `item` in. False if there was none in time, or when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(size_bytes), timeout_s)
            if self._closed or not self._has_room(size_bytes):
                return False
            self._append(item, size_bytes)
            return True

    def take(self, timeout_s: float) -> T | None:
        """The oldest item, or None if none came in time. Raises Closed when closed and empty."""
        with self._changed:
            if self._taken_s is not None:
                self._took_s.append(self._clock() - self._taken_s)
                self._taken_s = None
            self._changed.wait_for(lambda: bool(self._waiting) or self._closed, timeout_s)
            if self._waiting:
                self._taken_s = self._clock()
                item, size_bytes, _ = self._waiting.popleft()
                self._bytes -= size_bytes
                self._changed.notify_all()
                return item
            if self._closed:
                raise Closed
            return None

    def close(self) -> None:
        """Let nothing more in; what waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_late(self) -> bool:
        if not self._waiting:
            return False
        waited_s = self._clock() - self._waiting[0][2]
        ahead_s = len(self._waiting) * statistics.median(self._took_s or (0.0,))
        return max(waited_s, ahead_s) > self._limits.age_s

    def _has_room(self, size_bytes: int) -> bool:
        if not self._waiting:  # one item is always let in, however large
            return True
        room = self._limits.size_bytes - self._bytes
        return len(self._waiting) < self._limits.items and size_bytes <= room

    def _append(self, item: T, size_bytes: int) -> None:
        self._waiting.append((item, size_bytes, self._clock()))
        self._bytes += size_bytes
        self._changed.notify_all()

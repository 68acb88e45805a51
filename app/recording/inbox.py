"""The bounded queue into the recorder's thread: limited by number, memory and age."""

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

_REMEMBERED = 5  # items whose median gives the pace, so that a single slow one does not matter


@dataclass(frozen=True, slots=True)
class InboxLimits:
    """Limits of the queue.

    Attributes
    ----------
    items
        Number of items.
    size_bytes
        Their memory.
    age_s
        No item is accepted once the oldest has waited this long, or once a new one would, at the
        recent pace of writing; this bounds what a crash would lose, however slow disk and processor
        are.
    """

    items: int = 64
    size_bytes: int = 256 << 20
    age_s: float = 0.3


class Inbox(Generic[T]):
    """First in, first out, thread-safe. `clock` is time.monotonic except in tests."""

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
        """Add `item` if there is room and nothing is late; never blocks."""
        with self._changed:
            if self._closed or self._is_late() or not self._has_room(size_bytes):
                return False
            self._append(item, size_bytes)
            return True

    def put(self, item: T, size_bytes: int, timeout_s: float) -> bool:
        """Wait for room, then add `item`. False on timeout, or when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(size_bytes), timeout_s)
            if self._closed or not self._has_room(size_bytes):
                return False
            self._append(item, size_bytes)
            return True

    def take(self, timeout_s: float) -> T | None:
        """The oldest item, or None on timeout.

        Raises
        ------
        Closed
            When closed and empty.
        """
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
        """Accept no more items; waiting ones can still be taken."""
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
        if not self._waiting:  # one item is always accepted, however large
            return True
        room = self._limits.size_bytes - self._bytes
        return len(self._waiting) < self._limits.items and size_bytes <= room

    def _append(self, item: T, size_bytes: int) -> None:
        self._waiting.append((item, size_bytes, self._clock()))
        self._bytes += size_bytes
        self._changed.notify_all()

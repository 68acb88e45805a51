"""The bounded way into the recorder's thread: by number, by memory and by age."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.mailbox import Closed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InboxLimits:
    """What may wait.

    age_s : once the oldest item has waited this long nothing more is let in, so that what a crash
        would lose stays small however slow the disk is.
    """

    items: int = 64
    size_bytes: int = 256 << 20
    age_s: float = 0.35


class Inbox(Generic[T]):
    """First in, first out. Any thread may use it; `clock` is time.monotonic but in tests."""

    def __init__(self, limits: InboxLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._waiting: deque[tuple[T, int, float]] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    def __len__(self) -> int:
        with self._changed:
            return len(self._waiting)

    def offer(self, item: T, size_bytes: int) -> bool:
        """Let `item` in if there is room and nothing is late; never blocks."""
        with self._changed:
            late = bool(self._waiting) and (
                self._clock() - self._waiting[0][2] > self._limits.age_s
            )
            if self._closed or late or not self._has_room(size_bytes):
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
            self._changed.wait_for(lambda: bool(self._waiting) or self._closed, timeout_s)
            if self._waiting:
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

    def _has_room(self, size_bytes: int) -> bool:
        if not self._waiting:  # one item is always let in, however large
            return True
        room = self._limits.size_bytes - self._bytes
        return len(self._waiting) < self._limits.items and size_bytes <= room

    def _append(self, item: T, size_bytes: int) -> None:
        self._waiting.append((item, size_bytes, self._clock()))
        self._bytes += size_bytes
        self._changed.notify_all()

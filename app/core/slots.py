"""Where threads hand things over: nothing here grows without a bound, and losses are counted."""

from __future__ import annotations

import threading
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Closed(Exception):  # noqa: N818 - a state, not a failure
    """The mailbox was closed; nothing more will come."""


class LatestSlot(Generic[T]):
    """Holds one item; a newer one replaces it and the loss is counted. Any thread may use it."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._item: T | None = None
        self._closed = False
        self.dropped = 0

    def put(self, item: T) -> None:
        """Leave `item` for the reader; replaces what was not read. Ignored after close()."""
        with self._ready:
            if self._closed:
                return
            self.dropped += self._item is not None
            self._item = item
            self._ready.notify_all()

    def put_when_free(self, item: T, timeout_s: float) -> bool:
        """Leave `item` once the last one was read, so that nothing is lost. False if not in time.

        Raises Closed when closed.
        """
        with self._ready:
            self._ready.wait_for(lambda: self._item is None or self._closed, timeout_s)
            if self._closed:
                raise Closed
            if self._item is not None:
                return False
            self._item = item
            self._ready.notify_all()
            return True

    def take(self, timeout_s: float | None = None) -> T | None:
        """The newest item, or None if none came in time. Raises Closed when closed and empty."""
        with self._ready:
            self._ready.wait_for(lambda: self._item is not None or self._closed, timeout_s)
            item, self._item = self._item, None
            if item is None and self._closed:
                raise Closed
            self._ready.notify_all()
            return item

    def clear(self) -> None:
        """Forget what waits, without counting it as dropped."""
        with self._ready:
            self._item = None

    def close(self) -> None:
        """Wake every reader; what waits is forgotten."""
        with self._ready:
            self._closed = True
            self._item = None
            self._ready.notify_all()


class Slot(Protocol[T]):
    """What a loop needs of a LatestSlot; see there."""

    @property
    def dropped(self) -> int: ...

    def put(self, item: T) -> None: ...

    def put_when_free(self, item: T, timeout_s: float) -> bool: ...

    def take(self, timeout_s: float | None = None) -> T | None: ...

    def clear(self) -> None: ...


class RevocableSlot(Generic[T]):
    """One loop's way to a slot, which can be cut while the loop hangs somewhere.

    Once revoked it raises Closed at every use, so a loop that was replaced and comes back after
    all neither takes what is not its own any more nor leaves anything behind.
    """

    def __init__(self, slot: LatestSlot[T]) -> None:
        self._slot = slot
        self._lock = threading.Lock()
        self._is_revoked = False

    @property
    def dropped(self) -> int:
        """As counted by the slot, whoever uses it."""
        return self._slot.dropped

    def revoke(self) -> None:
        """Cut the way; returns at once, whatever the loop is doing."""
        with self._lock:
            self._is_revoked = True

    def put(self, item: T) -> None:
        """See LatestSlot."""
        with self._lock:
            self._check()
            self._slot.put(item)

    def put_when_free(self, item: T, timeout_s: float) -> bool:
        """See LatestSlot."""
        self._check()
        return self._slot.put_when_free(item, timeout_s)

    def take(self, timeout_s: float | None = None) -> T | None:
        """See LatestSlot; what was taken in the moment of revoking is lost."""
        self._check()
        item = self._slot.take(timeout_s)
        self._check()
        return item

    def clear(self) -> None:
        """See LatestSlot."""
        with self._lock:
            self._check()
            self._slot.clear()

    def _check(self) -> None:
        if self._is_revoked:
            raise Closed

"""Hand-over of items between threads: every slot is bounded, and dropped items are counted."""

from __future__ import annotations

import threading
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Closed(Exception):  # noqa: N818 - a state, not a failure
    """The slot was closed; no more items will come."""


class LatestSlot(Generic[T]):
    """Holds one item; a newer one replaces it, and the drop is counted. Thread-safe."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._item: T | None = None
        self._closed = False
        self.dropped = 0

    def put(self, item: T) -> None:
        """Put `item`; it replaces one that was not taken. Ignored after close()."""
        with self._ready:
            if self._closed:
                return
            self.dropped += self._item is not None
            self._item = item
            self._ready.notify_all()

    def put_when_free(self, item: T, timeout_s: float) -> bool:
        """Put `item` once the previous one was taken, so that nothing is dropped. False on timeout.

        Raises
        ------
        Closed
            When closed.
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

    def wait_until_taken(self, timeout_s: float) -> None:
        """Wait until no item is waiting, at most `timeout_s`."""
        with self._ready:
            self._ready.wait_for(lambda: self._item is None or self._closed, timeout_s)

    def take(self, timeout_s: float | None = None) -> T | None:
        """The newest item, or None on timeout.

        Raises
        ------
        Closed
            When closed and empty.
        """
        with self._ready:
            self._ready.wait_for(lambda: self._item is not None or self._closed, timeout_s)
            item, self._item = self._item, None
            if item is None and self._closed:
                raise Closed
            self._ready.notify_all()
            return item

    def peek(self) -> T | None:
        """The item that waits, if there is one; it stays."""
        with self._ready:
            return self._item

    def clear(self) -> None:
        """Remove the waiting item without counting it as dropped."""
        with self._ready:
            self._item = None

    def close(self) -> None:
        """Wake every reader and remove the waiting item."""
        with self._ready:
            self._closed = True
            self._item = None
            self._ready.notify_all()


class Slot(Protocol[T]):
    """The part of a LatestSlot that a loop uses."""

    @property
    def dropped(self) -> int:
        """Number of items that were replaced unread."""

    def put(self, item: T) -> None:
        """See `LatestSlot.put`."""

    def put_when_free(self, item: T, timeout_s: float) -> bool:
        """See `LatestSlot.put_when_free`."""

    def wait_until_taken(self, timeout_s: float) -> None:
        """See `LatestSlot.wait_until_taken`."""

    def take(self, timeout_s: float | None = None) -> T | None:
        """See `LatestSlot.take`."""

    def clear(self) -> None:
        """See `LatestSlot.clear`."""


class RevocableSlot(Generic[T]):
    """Access of one loop to a slot, which can be revoked while the loop hangs.

    Once revoked, every call raises Closed, so that a loop that was replaced and resumes later
    neither takes an item nor leaves one behind.
    """

    def __init__(self, slot: LatestSlot[T]) -> None:
        self._slot = slot
        self._lock = threading.Lock()
        self._is_revoked = False

    @property
    def dropped(self) -> int:
        """Number of items that the slot dropped, through all of its handles."""
        return self._slot.dropped

    def revoke(self) -> None:
        """Revoke the access; returns at once, whatever the loop is doing."""
        with self._lock:
            self._is_revoked = True

    def put(self, item: T) -> None:
        """See `LatestSlot.put`."""
        with self._lock:
            self._check()
            self._slot.put(item)

    def put_when_free(self, item: T, timeout_s: float) -> bool:
        """See `LatestSlot.put_when_free`."""
        self._check()
        return self._slot.put_when_free(item, timeout_s)

    def wait_until_taken(self, timeout_s: float) -> None:
        """See `LatestSlot.wait_until_taken`."""
        self._check()
        self._slot.wait_until_taken(timeout_s)

    def take(self, timeout_s: float | None = None) -> T | None:
        """See `LatestSlot.take`; an item taken at the moment of revoking is lost."""
        self._check()
        item = self._slot.take(timeout_s)
        self._check()
        return item

    def clear(self) -> None:
        """See `LatestSlot.clear`."""
        with self._lock:
            self._check()
            self._slot.clear()

    def _check(self) -> None:
        if self._is_revoked:
            raise Closed

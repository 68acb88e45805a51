"""What the page's viewers share: the newest pictures and facts, and who is there.

The output's thread puts in, the server's loop takes out, the GUI thread reads counts and commands.
Nothing here grows: one picture per content, the newest result, a short queue of commands.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from app.core.results import FrameResult
from app.outputs.web.facts import Facts
from app.outputs.web.messages import Remote

MOST_VIEWERS = 64
MOST_PER_ADDRESS = 16
_MOST_COMMANDS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An encoded picture, the same for every viewer; numbers grow.

    `content` is the place of its content among those that viewers may choose among.
    """

    number: int
    content: int
    jpeg: bytes

    def as_bytes(self) -> bytes:
        """One message to a viewer: number (8 bytes, big-endian), content (1), JPEG."""
        return self.number.to_bytes(8, "big") + bytes((self.content,)) + self.jpeg


@dataclass(slots=True, eq=False)
class Seat:
    """One viewer's place: what it looks at, and whether anything is sent to it."""

    address: str
    content: str
    is_frozen: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """The newest of everything.

    Parameters
    ----------
    contents
        Keys of what viewers may choose among; the first is what they see at first.
    notify
        Called on the server's thread when a viewer came, left or sent a command.

    Attributes
    ----------
    looked_at
        The contents that viewers look at now. Any thread.
    facts, result
        What belongs to the newest picture.
    commands
        Of the remote control.
    """

    def __init__(self, contents: tuple[str, ...], notify: Callable[[], None]) -> None:
        self.contents = contents
        self._notify = notify
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_waking = False
        self._number = 0
        self._pictures: dict[str, Picture] = {}
        self._seats: list[Seat] = []
        self._has_remote = False
        self.looked_at: frozenset[str] = frozenset()
        self.facts = Facts()
        self.result: FrameResult | None = None
        self.commands: queue.Queue[Remote] = queue.Queue(_MOST_COMMANDS)

    # -- the output's thread -------------------------------------------------------------------

    def attach(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Wake this loop's viewers from now on; None: the server has ended."""
        with self._lock:
            self._loop = loop

    def take_wanted(self) -> frozenset[str]:
        """The contents that are looked at now; pictures of others are dropped, as they get old."""
        with self._lock:
            wanted = self.looked_at
            for content in self._pictures.keys() - wanted:
                del self._pictures[content]
        return wanted

    def publish(self, content: str, jpeg: bytes, facts: Facts, result: FrameResult) -> None:
        """Replace the newest picture of `content`; wakes the viewers once, however often called."""
        with self._lock:
            self._number += 1
            at = self.contents.index(content)
            self._pictures[content] = Picture(self._number, at, jpeg)
            self.facts, self.result = facts, result
            is_asleep = self._loop is not None and not self._is_waking
            if is_asleep and self._loop is not None:
                self._is_waking = True
                self._loop.call_soon_threadsafe(self._wake)

    # -- the server's loop ---------------------------------------------------------------------

    def picture(self, content: str) -> Picture | None:
        """The newest picture of `content`, if there is one."""
        with self._lock:
            return self._pictures.get(content)

    def take_seat(self, address: str) -> Seat | None:
        """A place for a viewer, or None where there are enough of them."""
        per_address = Counter(seat.address for seat in self._seats)
        if len(self._seats) >= MOST_VIEWERS or per_address[address] >= MOST_PER_ADDRESS:
            return None
        seat = Seat(address, self.contents[0])
        self._seats.append(seat)
        self._on_seats()
        return seat

    def leave(self, seat: Seat) -> None:
        """Give a place back."""
        self._seats.remove(seat)
        self._on_seats()

    def look_at(self, seat: Seat, content: str) -> None:
        """Show another content in this place."""
        if content in self.contents:
            seat.content = content
            self._on_seats()
            seat.changed.set()

    def freeze(self, seat: Seat, is_frozen: bool) -> None:
        """Hold the picture of this place, or go on."""
        seat.is_frozen = is_frozen
        self._on_seats()
        seat.changed.set()

    def take_remote(self) -> bool:
        """Become the remote control; False while another viewer is."""
        had, self._has_remote = self._has_remote, True
        self._notify()
        return not had

    def leave_remote(self) -> None:
        """Let another viewer be the remote control."""
        self._has_remote = False
        self._notify()

    def command(self, command: Remote) -> None:
        """Hand a command on; dropped while the queue is full."""
        try:
            self.commands.put_nowait(command)
        except queue.Full:
            return
        self._notify()

    def _on_seats(self) -> None:
        looked_at = frozenset(seat.content for seat in self._seats if not seat.is_frozen)
        self.looked_at = looked_at
        self._notify()

    def _wake(self) -> None:
        with self._lock:
            self._is_waking = False
        for seat in self._seats:
            seat.changed.set()

    # -- the GUI thread ------------------------------------------------------------------------

    @property
    def viewers(self) -> int:
        """Number of viewers."""
        return len(self._seats)

    @property
    def has_remote(self) -> bool:
        """Whether a viewer is the remote control now."""
        return self._has_remote

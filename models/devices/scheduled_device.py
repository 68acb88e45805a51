"""What the schedule asks of a device: streams that keep their order, and events between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, Protocol, TypeVar

E = TypeVar("E")
"""A device's own kind of event."""

HOST = "host"
"""The stream that stands for the calling thread."""


class Stage(Enum):
    """What happens to a frame, in this order."""

    FILL = "fill"
    UPLOAD = "upload"
    ENCODE = "encode"
    DECODE = "decode"
    DOWNLOAD = "download"
    TAKE = "take"


class Wait(Enum):
    """Why a task waits for another: the whole list of what joins the streams.

    Half of them say that what is read has been written, the other half that what is overwritten
    has been read.
    """

    UPLOADED = "the picture has arrived on the device"
    ENCODED = "the features are there"
    DECODED = "the disparity is there"
    DOWNLOADED = "the disparity has arrived on the host"
    PICTURE_SENT = "the pinned picture of an earlier frame has left"
    PICTURE_READ = "every network has read the picture of an earlier frame"
    FEATURES_READ = "every lane has read the features of an earlier frame"
    DISPARITY_SENT = "the disparity of an earlier frame has left the device"
    ROOM = "an earlier frame has left, so that no more than agreed are on their way"


@dataclass(frozen=True, slots=True)
class Buffer:
    """One slot of a ring. `owner` is the network or lane it belongs to, where there are several."""

    ring: str
    slot: int = 0
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """A buffer, and the number of the frame whose content is meant."""

    buffer: Buffer
    frame: int


def _nothing() -> None:
    """Work that is only pretended."""


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work on one stream.

    stream : HOST, or a stream of the device; tasks of one stream run in the order of submission.
    owner : the network or lane it is for, where there are several.
    reads, writes : everything it touches that others touch too.
    run : does it, or enqueues it on the stream that is current when it is called.
    """

    stage: Stage
    frame: int
    stream: str
    reads: tuple[Access, ...] = ()
    writes: tuple[Access, ...] = ()
    owner: str = ""
    run: Callable[[], None] = field(default=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class After(Generic[E]):
    """An event to wait for, and why."""

    reason: Wait
    event: E


class Device(Protocol[E]):
    """Streams and events. Used from one thread."""

    def submit(self, task: Task, after: Sequence[After[E]]) -> E:
        """Enqueue `task` on its stream behind those events; returns the event of its end.

        Raises what `task.run` raises while it is enqueued; nothing was recorded then.
        """
        ...

    def wait(self, after: After[E]) -> None:
        """Block the calling thread until that event has happened."""
        ...

    def is_done(self, event: E) -> bool:
        """Whether that event has happened; returns at once. Raises what the device failed with."""
        ...

    def call(self, task: Task) -> None:
        """Run a task of the HOST stream now, on the calling thread."""
        ...

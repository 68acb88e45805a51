"""Frames on their way to a device, through its networks, and back: the schedule itself.

    host        upload         compute          a lane's own           download        host
    fill ─▶ pinned ─▶ picture ─encode─▶ features ─decode─▶ disparity ─▶ pinned ─take─▶ answer

Every arrow ends in a ring of buffers. A task waits for whoever wrote what it reads, and for
whoever still reads what it overwrites; within a stream the order of submission does that by
itself. The first lane decodes on the compute stream, every further lane on one of its own, so it
overlaps with the next frame's encoder where the device has room.

No more than `in_flight` frames are on their way. Results are taken oldest first, one frame behind
the newest, so the device has work while the host shows a result; in steady state a frame comes
back within two periods of the slowest stream after it went in. What is newest at the entrance is
the caller's choice: it hands over a frame only when there is room.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from models.devices.scheduled_device import (
    HOST,
    Access,
    After,
    Buffer,
    Device,
    E,
    Stage,
    Task,
    Wait,
)

T = TypeVar("T")

UPLOAD, COMPUTE, DOWNLOAD = "upload", "compute", "download"
MEMORY = "memory"
NOBODY = -1
"""The frame of a buffer whose writing broke off."""


class OvertakenError(RuntimeError):
    """What was asked for has left its ring: newer frames took its place."""


@dataclass(frozen=True, slots=True)
class RingSizes:
    """Slots per ring, each at least 1; ValueError otherwise.

    pinned_pictures, pictures : on the host and on the device, for the way in.
    features : per network. One slot saves memory and keeps a second lane from overlapping with
        the next frame's encoder.
    disparities : per lane, on the device.
    in_flight : frames on their way at most, and pinned disparities per lane on the host.
    """

    pinned_pictures: int = 2
    pictures: int = 2
    features: int = 2
    disparities: int = 2
    in_flight: int = 2

    def __post_init__(self) -> None:
        sizes = (self.pinned_pictures, self.pictures, self.features, self.disparities)
        if min(*sizes, self.in_flight) < 1:
            raise ValueError(f"every ring has at least one slot: {self}")


@dataclass(frozen=True, slots=True)
class Encoded:
    """The features of a frame: a claim on a slot, good until newer frames take it."""

    access: Access

    @property
    def frame(self) -> int:
        """The number `admit` gave."""
        return self.access.frame


@dataclass(frozen=True, slots=True)
class Estimated:
    """A lane's disparity of a frame on its way to the host."""

    access: Access


class Conveyor(Generic[E]):
    """Submits frames to a device so that no buffer is touched too early. Used from one thread.

    What the buffers hold is the caller's business: work gets the old content of the slot it
    writes and returns the new one.
    """

    def __init__(self, device: Device[E], sizes: RingSizes | None = None) -> None:
        self._device = device
        self._sizes = sizes or RingSizes()
        self._frames = 0
        self._flying: deque[list[E]] = deque()
        self._lanes: set[int] = set()
        self._contents: dict[Buffer, Any] = {}
        self._held: dict[Buffer, int] = {}
        self._written: dict[Buffer, tuple[str, E]] = {}
        self._readers: dict[Buffer, list[tuple[str, E]]] = {}

    @property
    def sizes(self) -> RingSizes:
        """Slots per ring."""
        return self._sizes

    def enter(self) -> int:
        """A lane's number, for `decode`; the smallest that is free. `leave` gives it back."""
        lane = next(n for n in range(len(self._lanes) + 1) if n not in self._lanes)
        self._lanes.add(lane)
        return lane

    def leave(self, lane: int) -> None:
        """The lane is over. Its buffers go when the device is done with them."""
        self.drain()
        self._lanes.discard(lane)
        self._forget({b for b in self._held if b.owner == _lane_name(lane) or not self._lanes})

    def admit(self, fill: Callable[[Any], Any], upload: Callable[[Any, Any], Any]) -> int:
        """Take the next frame in and send it on its way; returns its number.

        fill : old content of a pinned slot, or None, to its new one.
        upload : the pinned content and the old content of a device slot, or None, to its new one.
        Blocks while `in_flight` frames are on their way; what was not taken of the oldest is lost.
        If it raises, it is as if the frame had never come.
        """
        while len(self._flying) >= self._sizes.in_flight:
            for event in self._flying[0]:
                self._device.wait(After(Wait.ROOM, event))
            self._flying.popleft()
        frame = self._frames
        self._flying.append([])
        try:
            self._send_up(frame, fill, upload)
        except BaseException:
            # The number and the room are given back: the next frame with the number after this
            # one would take the slots of one that has not been taken home.
            self._flying.pop()
            raise
        self._frames += 1
        return frame

    def _send_up(
        self, frame: int, fill: Callable[[Any], Any], upload: Callable[[Any, Any], Any]
    ) -> None:
        pinned = Access(Buffer("pinned picture", frame % self._sizes.pinned_pictures), frame)
        picture = Access(Buffer("picture", frame % self._sizes.pictures), frame)
        for _, event in self._readers.get(pinned.buffer, ()):
            self._device.wait(After(Wait.PICTURE_SENT, event))
        filling = Task(Stage.FILL, frame, HOST, (), (pinned,), run=self._work(fill, (), pinned))
        self._spoil(filling)
        self._device.call(filling)
        self._wrote(pinned, None)
        self._submit(
            Task(
                Stage.UPLOAD, frame, UPLOAD, (pinned,), (picture,),
                run=self._work(upload, (pinned,), picture),
            ),
            None,
            Wait.PICTURE_READ,
        )  # fmt: skip

    def encode(self, frame: int, network: str, run: Callable[[Any, Any], Any]) -> Encoded:
        """Run `network`'s encoder on a frame: picture and old features, or None, to new ones.

        Raises OvertakenError if the frame's picture has left.
        """
        picture = Access(Buffer("picture", frame % self._sizes.pictures), frame)
        features = Access(Buffer("features", frame % self._sizes.features, network), frame)
        self._submit(
            Task(
                Stage.ENCODE, frame, COMPUTE, (picture,), (features,), network,
                self._work(run, (picture,), features),
            ),
            Wait.UPLOADED,
            Wait.FEATURES_READ,
        )  # fmt: skip
        return Encoded(features)

    def decode(
        self,
        encoded: Encoded,
        lane: int,
        run: Callable[[Any, Any], Any],
        download: Callable[[Any, Any], Any],
    ) -> Estimated:
        """Run a lane's decoder and send what came out home.

        run : features and old disparity on the device, or None, to a new one. What it remembers
            of the lane's past it keeps itself: a lane's decoders run one after another.
        download : disparity on the device and old content of a pinned slot to its new one.
        Raises OvertakenError if the features have left.
        """
        frame, owner = encoded.frame, _lane_name(lane)
        stream = COMPUTE if lane == 0 else owner
        memory = Buffer(MEMORY, 0, owner)
        disparity = Access(Buffer("disparity", frame % self._sizes.disparities, owner), frame)
        pinned = Access(Buffer("pinned disparity", frame % self._sizes.in_flight, owner), frame)
        before = self._held.get(memory)
        remembered = () if before is None else (Access(memory, before),)
        self._submit(
            Task(
                Stage.DECODE, frame, stream,
                (encoded.access, *remembered), (disparity, Access(memory, frame)), owner,
                self._work(run, (encoded.access,), disparity),
            ),
            Wait.ENCODED,
            Wait.DISPARITY_SENT,
        )  # fmt: skip
        self._submit(
            Task(
                Stage.DOWNLOAD, frame, DOWNLOAD, (disparity,), (pinned,), owner,
                self._work(download, (disparity,), pinned),
            ),
            Wait.DECODED,
            None,
        )  # fmt: skip
        return Estimated(pinned)

    def is_home(self, estimated: Estimated) -> bool:
        """Whether `take` would not wait; it would not for what has left its ring either."""
        access = estimated.access
        if self._held.get(access.buffer) != access.frame:
            return True
        return self._device.is_done(self._written[access.buffer][1])

    def take(self, estimated: Estimated, read: Callable[[Any], T]) -> T:
        """Wait until the disparity is home and read it; `read` keeps no reference to the slot.

        Raises OvertakenError if newer frames have taken its place.
        """
        access = estimated.access
        self._require(access)
        _, event = self._written[access.buffer]
        self._device.wait(After(Wait.DOWNLOADED, event))
        answers: list[T] = []

        def run() -> None:
            answers.append(read(self._contents.get(access.buffer)))

        self._device.call(Task(Stage.TAKE, access.frame, HOST, (access,), (), "", run))
        return answers[0]

    def drain(self) -> None:
        """Block until nothing is on its way. What has not been taken may still be taken."""
        for events in self._flying:
            for event in events:
                self._device.wait(After(Wait.ROOM, event))

    def release(self, network: str) -> None:
        """Drain, then let go of a network's features; they may be claimed no more."""
        self.drain()
        self._forget({b for b in self._held if b.ring == "features" and b.owner == network})

    def _work(
        self, work: Callable[..., Any], inputs: tuple[Access, ...], output: Access
    ) -> Callable[[], None]:
        """`work` on the contents of buffers, whenever the device gets to it."""
        contents = self._contents

        def run() -> None:
            values = [contents.get(access.buffer) for access in inputs]
            contents[output.buffer] = work(*values, contents.get(output.buffer))

        return run

    def _submit(self, task: Task, written: Wait | None, read: Wait | None) -> None:
        """Submit behind the writers of what is read and the readers of what is overwritten."""
        after: list[After[E]] = []
        for access in task.reads:
            self._require(access)
            writer = self._written.get(access.buffer)
            if written is not None and writer is not None and writer[0] != task.stream:
                after.append(After(written, writer[1]))
        for access in task.writes:
            for stream, event in self._readers.get(access.buffer, ()):
                if read is not None and stream != task.stream:
                    after.append(After(read, event))
        try:
            event = self._device.submit(task, after)
        except BaseException:
            self._spoil(task)
            raise
        for access in task.reads:
            self._readers.setdefault(access.buffer, []).append((task.stream, event))
        for access in task.writes:
            self._wrote(access, (task.stream, event))
        self._flying[-1].append(event)

    def _wrote(self, access: Access, by: tuple[str, E] | None) -> None:
        self._held[access.buffer] = access.frame
        self._readers[access.buffer] = []
        if by is not None:
            self._written[access.buffer] = by

    def _spoil(self, task: Task) -> None:
        """A task broke off: nobody may claim what it was to write. A lane's memory is its own."""
        for access in task.writes:
            if access.buffer.ring != MEMORY:
                self._held[access.buffer] = NOBODY

    def _require(self, access: Access) -> None:
        if self._held.get(access.buffer) != access.frame:
            raise OvertakenError(f"{access.buffer.ring} of frame {access.frame} has left its ring")

    def _forget(self, buffers: set[Buffer]) -> None:
        for buffer in buffers:
            for known in (self._contents, self._held, self._written, self._readers):
                known.pop(buffer, None)


def _lane_name(lane: int) -> str:
    return f"lane {lane}"

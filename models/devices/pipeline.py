"""Frames through a device with streams: up, through the networks, and back, two at a time.

    host            upload          one stream a lane               download        host
    pinned ───────▶ picture ─encode─▶ features ─decode─▶ disparity ───────▶ pinned ─▶ answer

Frame n has slot n % 2. Within a frame each stream waits for the event of what it reads. A slot is
used again only when everything that was done in it is over, so nothing is overwritten, or given
back to the allocator, while a stream still reads it.

Never run on a GPU yet: tested against a device that works late and in any order that streams and
events allow, and by tests/models/devices/test_cuda.py wherever there is a GPU.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from models.frames import Float32, UInt8

FRAMES_IN_FLIGHT = 2
UPLOAD, DOWNLOAD = "upload", "download"

E = TypeVar("E")
"""A device's own kind of event."""


class Device(Protocol[E]):
    """A device whose streams keep their order. Used from one thread."""

    @property
    def place(self) -> torch.device:
        """Where its tensors live."""
        ...

    def run(self, stream: str, work: Callable[[], None], after: Sequence[E] = ()) -> E:
        """Enqueue `work` on a stream behind those events; returns the event of its end.

        Raises what `work` raises; none of its work is running then.
        """
        ...

    def wait(self, event: E) -> None:
        """Block the calling thread until the event has happened."""
        ...

    def is_done(self, event: E) -> bool:
        """Whether the event has happened; returns at once."""
        ...

    def pinned(self, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Page-locked memory of that shape, from and to which the device copies asynchronously."""
        ...

    def is_out_of_memory(self, error: Exception) -> bool:
        """Whether the error means that the device's memory is full."""
        ...

    def trim(self) -> None:
        """Release cached memory."""
        ...


@dataclass(slots=True, eq=False)
class Task(Generic[E]):
    """Work on a stream for the frame in a slot; `value` is its result, valid once `event` is done.

    Attributes
    ----------
    is_dropped
        The value was released to make room.
    """

    slot: Slot[E]
    frame: int
    stream: str
    event: E | None = None
    value: Any = None
    is_dropped: bool = False


@dataclass(slots=True, eq=False)
class Slot(Generic[E]):
    """Buffers of one frame in flight. They are kept for the next frame of the same size.

    Attributes
    ----------
    answers
        By lane, pinned disparity (h, w) float32, whether all of it is finite, () bool, and the
        intermediate results that were requested.
    """

    frame: int = -1
    tasks: list[Task[E]] = field(default_factory=list)
    pinned: Tensor | None = None
    picture: Tensor | None = None
    answers: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)


class DevicePipeline(Generic[E]):
    """Orders the work of all lanes of one device. Used from one thread.

    Attributes
    ----------
    ceilings
        By network, the input size to which it was reduced when memory ran out.
    """

    def __init__(self, device: Device[E]) -> None:
        self.device = device
        self.ceilings: dict[str, int] = {}
        self._slots: list[Slot[E]] = [Slot() for _ in range(FRAMES_IN_FLIGHT)]
        self._frames = 0
        self._lanes: set[str] = set()

    def enter(self) -> str:
        """Return the stream of a new lane; `leave` releases it."""
        names = (f"lane {number}" for number in range(len(self._lanes) + 1))
        lane = next(name for name in names if name not in self._lanes)
        self._lanes.add(lane)
        return lane

    def leave(self, lane: str) -> None:
        """Wait for frames in flight and release the lane's buffers; with the last lane, all.

        Networks may then try their full input size again.
        """
        self.make_room()
        self.ceilings.clear()
        self._lanes.discard(lane)
        for slot in self._slots:
            slot.answers.pop(lane, None)
            if not self._lanes:
                slot.tasks.clear()
                slot.pinned = slot.picture = None

    def upload(self, rgb: UInt8) -> Task[E]:
        """Send an (H, W, 3) picture to the device; waits until a slot is free."""
        slot = self._slots[self._frames % FRAMES_IN_FLIGHT]
        self._wait_for(slot)
        slot.tasks.clear()
        slot.frame = self._frames
        if slot.pinned is None or slot.pinned.shape != rgb.shape:
            slot.pinned = slot.picture = None
            slot.pinned = self.device.pinned(rgb.shape, torch.uint8)
        pinned = slot.pinned
        np.copyto(pinned.numpy(), rgb)

        def copy() -> Tensor:
            if slot.picture is None:
                slot.picture = torch.empty_like(pinned, device=self.device.place)
            return slot.picture.copy_(pinned, non_blocking=True)

        task = self._run(Task(slot, slot.frame, UPLOAD), copy)
        self._frames += 1
        return task

    def run(self, stream: str, work: Callable[[Any], Any], read: Task[E]) -> Task[E]:
        """Run `work` on the value of `read` on a stream, once that is ready."""
        return self._run(Task(read.slot, read.frame, stream), work, read)

    def download(self, lane: str, answer: Task[E]) -> Task[E]:
        """Copy the tensors of a lane's result to the host."""
        answers = answer.slot.answers

        def copy(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            pinned = answers.get(lane)
            if pinned is None or [t.shape for t in pinned] != [t.shape for t in tensors]:
                pinned = tuple(self.device.pinned(tuple(t.shape), t.dtype) for t in tensors)
                answers[lane] = pinned
            for ours, theirs in zip(pinned, tensors, strict=True):
                ours.copy_(theirs, non_blocking=True)
            return pinned

        return self.run(DOWNLOAD, copy, answer)

    def is_ready(self, download: Task[E]) -> bool:
        """Whether `collect` would not wait."""
        return download.event is None or self.device.is_done(download.event)

    def collect(self, download: Task[E]) -> tuple[Float32, ...] | None:
        """Wait for a result; returns a copy of it, or None if not all its disparity is finite.

        The disparity (h, w) comes first, then what was downloaded behind its flag.

        Raises
        ------
        RuntimeError
            If it was not collected before its slot was used again.
        """
        if download.slot.frame != download.frame:
            raise RuntimeError(f"frame {download.frame} was collected too late")
        if download.event is not None:
            self.device.wait(download.event)
        disparity, usable, *others = download.value
        if not bool(usable):
            return None
        return tuple(tensor.numpy().copy() for tensor in (disparity, *others))

    def make_room(self) -> None:
        """Wait for frames in flight, then release everything that the networks made on the device.

        Pictures, and results on the host, are kept.
        """
        for slot in self._slots:
            self._wait_for(slot)
            for task in slot.tasks:
                if task.stream not in (UPLOAD, DOWNLOAD):
                    task.value, task.is_dropped = None, True

    def _wait_for(self, slot: Slot[E]) -> None:
        for task in slot.tasks:
            if task.event is not None:
                self.device.wait(task.event)

    def _run(self, task: Task[E], work: Callable[..., Any], *reads: Task[E]) -> Task[E]:
        def run() -> None:
            task.value = work(*(read.value for read in reads))

        after = [r.event for r in reads if r.event is not None and r.stream != task.stream]
        task.event = self.device.run(task.stream, run, after)
        task.slot.tasks.append(task)
        return task

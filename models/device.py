"""Everything about devices: which there are, and all that is CUDA. Nobody else says "cuda"."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils import _pytree as pytree

from models.errors import UsageError
from models.scheduling import After, Task

log = logging.getLogger(__name__)

EAGER_CALLS = 2
"""Calls before one is recorded: they choose kernels and fill caches, which a recording must not."""
MOST_RECORDINGS = 2
"""Recordings kept per function; each holds the memory of a whole run."""


def resolve(name: str) -> torch.device:
    """The device meant by "auto", "cpu", "cuda", "cuda:N" or "mps".

    "auto" takes CUDA, then Apple's MPS, then the CPU. Raises UsageError if it is not there.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(
            f"There is no device {name!r}; use auto, cpu, cuda, cuda:N or mps."
        ) from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise UsageError(f"No NVIDIA GPU answers to {name!r} here; use --device cpu.")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise UsageError("Apple's MPS is not available here; use --device cpu.")
    return device


def choices() -> list[tuple[str, str]]:
    """What can be chosen on this machine: (name, words for a menu)."""
    found = [("auto", "Automatic"), ("cpu", "CPU")]
    found += [
        (f"cuda:{number}", str(torch.cuda.get_device_name(number)))
        for number in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        found.append(("mps", "Apple GPU"))
    return found


def describe(name: str) -> str:
    """A few words for the status strip, such as "CPU, 2 threads"."""
    device = resolve(name)
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    if device.type == "mps":
        return "Apple GPU"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' if threads != 1 else ''}"


def gpu_name() -> str | None:
    """What the NVIDIA GPU that answers first is called, or None."""
    return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else None


def set_cpu_threads(count: int) -> None:
    """Use `count` threads for CPU networks; 0 takes what the machine's cores bear.

    Up to four cores all are used: capture and drawing are short beside a network. Above that one
    core is left to them.
    """
    cores = os.cpu_count() or 1
    torch.set_num_threads(count or (cores if cores <= 4 else cores - 1))


def threads_beside_a_window() -> int:
    """CPU threads for networks that run beside a window: all cores but one.

    A network's threads wait for each other many hundred times a frame. Where a window and a camera
    take a core away now and then, all of them stand still, so that on two cores one thread is
    faster than two.
    """
    return max(1, (os.cpu_count() or 1) - 1)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 runs in hardware, so that it pays to use it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False


def has_streams(device: torch.device) -> bool:
    """Whether the device is one that `StreamDevice` drives."""
    return device.type == "cuda"


class StreamDevice:
    """A CUDA device as the schedule sees it (`models.scheduling.Device`). Used from one thread."""

    def __init__(self, place: torch.device) -> None:
        self._place = torch.device(place.type, place.index or 0)
        self._streams: dict[str, torch.cuda.Stream] = {}

    @property
    def place(self) -> torch.device:
        """Where its tensors live."""
        return self._place

    def submit(self, task: Task, after: Sequence[After[torch.cuda.Event]]) -> torch.cuda.Event:
        """Enqueue `task` on its stream behind those events; returns the event of its end.

        If it raises while it is enqueued, what got onto the stream is waited for first, because
        nobody else would know that its buffers are in use.
        """
        stream = self._stream(task.stream)
        for wait in after:
            stream.wait_event(wait.event)
        with torch.cuda.stream(stream):
            try:
                task.run()
            except BaseException:
                stream.synchronize()
                raise
            event = torch.cuda.Event()
            event.record(stream)
        return event

    def wait(self, after: After[torch.cuda.Event]) -> None:
        """Block until that event has happened."""
        after.event.synchronize()

    def is_done(self, event: torch.cuda.Event) -> bool:
        """Whether that event has happened."""
        return bool(event.query())

    def call(self, task: Task) -> None:
        """Run a task of the host now."""
        task.run()

    def pinned(self, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
        """Page-locked memory of the host."""
        return torch.empty(shape, dtype=dtype, pin_memory=True)

    def recorded(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, recorded as a CUDA graph for each set of shapes that comes again."""
        return Recorded(work)

    def is_out_of_memory(self, error: Exception) -> bool:
        """Whether that error means that the device's memory is full."""
        return isinstance(error, torch.OutOfMemoryError)

    def trim(self) -> None:
        """Give memory back that is kept for later."""
        torch.cuda.empty_cache()

    def _stream(self, name: str) -> torch.cuda.Stream:
        if name not in self._streams:
            self._streams[name] = torch.cuda.Stream(self._place)
        return self._streams[name]


class Recorded:
    """A function of tensors that a CUDA graph replays: one launch instead of hundreds.

    Arguments and answers are nested tuples; whatever in them is no tensor is part of the key, with
    the tensors' shapes. The first calls run as they are. The answers are copies, so that a replay
    does not reach into those of the call before. What cannot be recorded runs as it is for good.
    """

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work
        self._calls: dict[object, int] = {}
        self._recordings: dict[object, _Recording] = {}
        self._refused = False

    def __call__(self, *arguments: Any) -> Any:
        if self._refused:
            return self._work(*arguments)
        leaves, shape = pytree.tree_flatten(arguments)
        key = (*(_signature(leaf) for leaf in leaves), str(shape))
        if key in self._recordings:
            return self._recordings[key].replay(leaves)
        self._calls[key] = self._calls.get(key, 0) + 1
        if self._calls[key] <= EAGER_CALLS or len(self._recordings) >= MOST_RECORDINGS:
            return self._work(*arguments)
        try:
            self._recordings[key] = _Recording(self._work, leaves, shape)
        except RuntimeError as error:
            log.warning("runs without a recording: %s", error)
            self._refused = True
            self._recordings.clear()
            return self._work(*arguments)
        return self._recordings[key].replay(leaves)


class _Recording:
    """One graph with its own inputs and outputs, which live as long as it does."""

    def __init__(self, work: Callable[..., Any], leaves: list[Any], shape: pytree.TreeSpec) -> None:
        self._inputs = [x.clone() if isinstance(x, torch.Tensor) else x for x in leaves]
        self._graph = torch.cuda.CUDAGraph()
        stream = torch.cuda.current_stream()
        stream.synchronize()
        with torch.cuda.graph(self._graph, stream=stream, capture_error_mode="thread_local"):
            answer = work(*pytree.tree_unflatten(self._inputs, shape))
        self._outputs, self._shape = pytree.tree_flatten(answer)

    def replay(self, leaves: list[Any]) -> Any:
        for kept, given in zip(self._inputs, leaves, strict=True):
            if isinstance(kept, torch.Tensor):
                kept.copy_(given)
        self._graph.replay()
        copies = [x.clone() if isinstance(x, torch.Tensor) else x for x in self._outputs]
        return pytree.tree_unflatten(copies, self._shape)


def _signature(leaf: Any) -> object:
    if isinstance(leaf, torch.Tensor):
        return tuple(leaf.shape), leaf.dtype, leaf.stride()
    return leaf

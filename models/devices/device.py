"""Which devices there are, and all that is CUDA: no other file of the app calls torch.cuda."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import torch

from models.devices.cores import usable_cores
from models.errors import UsageError
from models.opencv import cv2

_FULL = re.compile(r"out of memory|(CUBLAS|CUDNN|CUSOLVER|CUFFT)\w*_ALLOC(ATION)?_FAILED", re.I)


def resolve(name: str) -> torch.device:
    """The device meant by "auto", "cpu", "cuda", "cuda:N" or "mps".

    "auto" takes CUDA, then Apple's MPS, then the CPU.

    Raises
    ------
    UsageError
        If it is not there.
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
    """Use `count` threads for CPU networks; 0 takes what the cores we may use bear.

    Up to four cores all are used: capture and drawing are short beside a network. Above that one
    core is left to them. OpenCV, whose threads spin while they wait for each other, gets half as
    many, at least one: the capture thread and the inference thread call it at once.
    """
    cores = usable_cores()
    threads = count or (cores if cores <= 4 else cores - 1)
    torch.set_num_threads(threads)
    cv2.setNumThreads(max(1, threads // 2))


def threads_beside_a_window() -> int:
    """CPU threads for networks that run beside a window: all cores but one.

    A network's threads wait for each other many hundred times a frame. Where a window and a camera
    take a core away now and then, all of them stand still, so that on two cores one thread is
    faster than two.
    """
    return max(1, usable_cores() - 1)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 runs in hardware, so that it pays to use it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False


def is_out_of_memory(error: Exception) -> bool:
    """Whether that error of a GPU's means that its memory is full.

    PyTorch's allocator has a type of its own for it. CUDA's libraries and the driver, which take
    memory past it, only have words.
    """
    return isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and _FULL.search(str(error)) is not None
    )


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all that it was asked, on whatever stream."""
    if has_streams(device):
        torch.cuda.synchronize(device)


def has_streams(device: torch.device) -> bool:
    """Whether the device is one that `StreamDevice` drives."""
    return device.type == "cuda"


class StreamDevice:
    """A CUDA device as `models.devices.pipeline` uses it (`Device` there)."""

    def __init__(self, place: torch.device) -> None:
        self.place = torch.device(place.type, place.index or 0)
        self._streams: dict[str, torch.cuda.Stream] = {}

    def run(
        self, stream: str, work: Callable[[], None], after: Sequence[torch.cuda.Event] = ()
    ) -> torch.cuda.Event:
        """See Device. If `work` raises, what got onto the stream is waited for first."""
        on = self._stream(stream)
        for event in after:
            on.wait_event(event)
        with torch.cuda.stream(on):
            try:
                work()
            except BaseException:
                on.synchronize()
                raise
            end = torch.cuda.Event(blocking=True)  # a thread that waits for it sleeps
            end.record(on)
        return end

    def wait(self, event: torch.cuda.Event) -> None:
        """See Device."""
        event.synchronize()

    def is_done(self, event: torch.cuda.Event) -> bool:
        """See Device."""
        return bool(event.query())

    def pinned(self, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
        """See Device."""
        return torch.empty(shape, dtype=dtype, pin_memory=True)

    def is_out_of_memory(self, error: Exception) -> bool:
        """See Device."""
        return is_out_of_memory(error)

    def trim(self) -> None:
        """See Device."""
        torch.cuda.empty_cache()

    def _stream(self, name: str) -> torch.cuda.Stream:
        if name not in self._streams:
            self._streams[name] = torch.cuda.Stream(self.place)
        return self._streams[name]

"""Available devices, and everything about CUDA: no other file of the app calls torch.cuda."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from models.devices import openvino
from models.devices.cores import usable_cores
from models.devices.openmp import keep_idle_threads_asleep
from models.errors import UsageError
from models.opencv import cv2

_FULL = re.compile(r"out of memory|(CUBLAS|CUDNN|CUSOLVER|CUFFT)\w*_ALLOC(ATION)?_FAILED", re.I)


AUTO_VARIABLE = "FLASHDEPTH_AUTO_DEVICE"
"""Environment variable with the device that "auto" stands for."""


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """A line in the menu of devices; `reason` says why it cannot be chosen, "" if it can."""

    name: str
    title: str
    reason: str = ""


def in_force(name: str) -> str:
    """The device that networks run on if `name` is chosen; OpenVINO only where it is installed.

    "auto" takes CUDA, then Apple's MPS, then OpenVINO on the CPU, then the CPU.
    """
    if name == "auto":
        name = os.environ.get(AUTO_VARIABLE) or _automatic()
    return "cpu" if openvino.is_name(name) and not openvino.is_installed() else name


def replaced(name: str) -> str:
    """A sentence if `name` is chosen and another device is in force instead, else ""."""
    return openvino.MISSING if in_force(name) != name and openvino.is_name(name) else ""


def _automatic() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else openvino.PREFIX


def resolve(name: str) -> torch.device:
    """Where tensors live on "auto", "cpu", "cuda", "cuda:N", "mps" or "openvino[:DEVICE]".

    Raises
    ------
    UsageError
        If it is not there.
    """
    if sentence := replaced(name):
        raise UsageError(sentence)
    name = in_force(name)
    if openvino.is_name(name):
        return torch.device("cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(
            f"There is no device {name!r}; use auto, cpu, cuda, cuda:N, mps or "
            "openvino[:CPU|GPU|NPU]."
        ) from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise UsageError(f"No NVIDIA GPU is available as {name!r}; use --device cpu.")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise UsageError("Apple's MPS is not available here; use --device cpu.")
    return device


def choices() -> list[DeviceChoice]:
    """Devices for the menu: those of this machine, and what could be installed."""
    found = [DeviceChoice("auto", "Automatic"), DeviceChoice("cpu", "CPU")]
    missing = "" if openvino.is_installed() else openvino.MISSING
    found.append(DeviceChoice(openvino.PREFIX, "OpenVINO CPU", missing))
    found += [
        DeviceChoice(f"cuda:{number}", str(torch.cuda.get_device_name(number)))
        for number in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        found.append(DeviceChoice("mps", "Apple GPU"))
    return found


def describe(name: str) -> str:
    """Text for the status strip, such as "CPU, 2 threads" or "OpenVINO CPU, 1 thread"."""
    device = resolve(name)
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    if device.type == "mps":
        return "Apple GPU"
    place, used = "CPU", in_force(name)
    if openvino.is_name(used):
        place = f"OpenVINO {openvino.device_of(used)}"
        if not place.endswith("CPU"):
            return place
    threads = torch.get_num_threads()
    return f"{place}, {threads} thread{'s' if threads != 1 else ''}"


def runs_on_cpu(name: str) -> bool:
    """Whether the networks run on the CPU; False for a device that is not there."""
    try:
        return resolve(name).type == "cpu"
    except UsageError:
        return False


def gpu_name() -> str | None:
    """Name of the first NVIDIA GPU, or None."""
    return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else None


def set_cpu_threads(count: int) -> None:
    """Use `count` threads for CPU networks; 0 chooses by the number of usable cores.

    Up to four cores all are used: capture and drawing are short compared with a network. Above that
    one core is left to them. OpenCV, whose threads spin while they wait for each other, gets half
    as many, at least one, because the capture thread and the inference thread call it at the same
    time.
    """
    keep_idle_threads_asleep()
    cores = usable_cores()
    threads = count or (cores if cores <= 4 else cores - 1)
    torch.set_num_threads(threads)
    cv2.setNumThreads(max(1, threads // 2))


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 runs in hardware and is worth using."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False


def is_out_of_memory(error: Exception) -> bool:
    """Whether a GPU's error means that its memory is full.

    PyTorch's allocator has its own type for that. CUDA's libraries and the driver, which allocate
    separately, only have error texts.
    """
    return isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and _FULL.search(str(error)) is not None
    )


def visible_gpus() -> list[str]:
    """Identifiers of the NVIDIA GPUs of this process, as CUDA_VISIBLE_DEVICES has them."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return named.split(",") if named else [str(at) for at in range(torch.cuda.device_count())]


def training_device(number: int) -> torch.device:
    """CUDA device `number`, from now on the current one; the CPU where there is none."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", number)
    torch.cuda.set_device(device)
    return device


def synchronise(device: torch.device) -> None:
    """Wait until the device has finished everything, on all streams."""
    if has_streams(device):
        torch.cuda.synchronize(device)


def has_streams(device: torch.device) -> bool:
    """Whether `StreamDevice` can drive the device."""
    return device.type == "cuda"


class StreamDevice:
    """A CUDA device for `models.devices.pipeline` (`Device` there)."""

    def __init__(self, place: torch.device) -> None:
        self.place = torch.device(place.type, place.index or 0)
        self._streams: dict[str, torch.cuda.Stream] = {}

    def run(
        self, stream: str, work: Callable[[], None], after: Sequence[torch.cuda.Event] = ()
    ) -> torch.cuda.Event:
        """See Device. If `work` raises, waits for what is on the stream already."""
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

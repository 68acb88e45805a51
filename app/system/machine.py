"""State of the machine: battery, free memory, and the GPU if NVIDIA's library is installed."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil

from app.system.memory import release_memory

log = logging.getLogger(__name__)

BATTERY_LOW_PERCENT = 20.0
MEMORY_LOW_MB = 500.0
GPU_FULL = 0.92
GPU_HOT_C = 87.0
_READINGS_PER_TRIM = 6


@dataclass(frozen=True, slots=True)
class GpuReading:
    """State of one GPU.

    Attributes
    ----------
    used_mb, total_mb
        Memory in megabytes.
    temperature_c
        Degrees Celsius.
    throttle
        Reason for reduced clocks, worded to follow "The GPU is throttling"; else empty.
    """

    used_mb: float
    total_mb: float
    temperature_c: float
    throttle: str = ""


@dataclass(frozen=True, slots=True)
class MachineReading:
    """State of the machine.

    Attributes
    ----------
    battery_percent
        None if there is no battery.
    on_mains
        The machine does not run on its battery.
    free_mb
        Memory that is still available in megabytes, None if unknown.
    gpu
        None if there is none, or no library to ask.
    """

    battery_percent: float | None = None
    on_mains: bool = True
    free_mb: float | None = None
    gpu: GpuReading | None = None


def warnings(reading: MachineReading) -> list[str]:
    """Warnings for the user, most serious first, one short sentence each."""
    found = []
    battery = reading.battery_percent
    if battery is not None and not reading.on_mains:
        if battery <= BATTERY_LOW_PERCENT:
            found.append(f"The battery is at {battery:.0f} %; plug in the charger.")
        else:
            found.append(f"On battery ({battery:.0f} %): the machine may throttle.")
    if reading.free_mb is not None and reading.free_mb < MEMORY_LOW_MB:
        found.append(f"Only {reading.free_mb:.0f} MB of memory are free; close other programs.")
    gpu = reading.gpu
    if gpu is not None:
        if gpu.throttle:
            found.append(f"The GPU is throttling{gpu.throttle}.")
        elif gpu.temperature_c >= GPU_HOT_C:
            found.append(f"The GPU is at {gpu.temperature_c:.0f} °C; improve its cooling.")
        if gpu.used_mb > GPU_FULL * gpu.total_mb:
            found.append("The GPU's memory is nearly full; choose a smaller input size.")
    return found


class MachineReader:
    """Reads the state through psutil and, if installed, nvidia-ml-py. Calls may take a while."""

    def __init__(self) -> None:
        self._nvml = _nvml()

    def read(self) -> MachineReading:
        """Read the state now; unknown values are None."""
        percent, on_mains = _battery()
        free_mb = psutil.virtual_memory().available / 1e6
        return MachineReading(percent, on_mains, free_mb, self._gpu())

    def close(self) -> None:
        """Release the driver's library."""
        nvml, self._nvml = self._nvml, None
        if nvml is not None:
            with contextlib.suppress(nvml.NVMLError):
                nvml.nvmlShutdown()

    def _gpu(self) -> GpuReading | None:
        nvml = self._nvml
        if nvml is None:
            return None
        try:
            handle = nvml.nvmlDeviceGetHandleByIndex(0)
            memory = nvml.nvmlDeviceGetMemoryInfo(handle)
            celsius = nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)
            reasons = int(nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle))
        except nvml.NVMLError as error:
            log.warning("cannot query the GPU: %s", error)
            self.close()
            return None
        return GpuReading(
            memory.used / 1e6, memory.total / 1e6, float(celsius), throttle_text(reasons)
        )


_THROTTLES = (
    (0x0000000000000040, ": it is too hot"),  # hardware thermal
    (0x0000000000000020, ": it is too hot"),  # software thermal
    (0x0000000000000080, ": power supply limit"),
    (0x0000000000000008, " because of a power or cooling fault"),  # hardware slowdown
    (0x0000000000000004, ": power limit reached"),
)


def throttle_text(reasons: int) -> str:
    """Text for NVML's throttle bits, for the most serious one only; idle clocks are ignored."""
    return next((text for bit, text in _THROTTLES if reasons & bit), "")


def _battery() -> tuple[float | None, bool]:
    query = getattr(psutil, "sensors_battery", None)  # psutil lacks it on some systems
    try:
        battery = query() if query is not None else None
    except (OSError, ValueError, NotImplementedError) as error:
        log.debug("cannot query the battery: %s", error)
        return None, True
    if battery is None:
        return None, True
    return float(battery.percent), battery.power_plugged is not False


def _nvml() -> Any:
    try:
        nvml = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        log.info("NVML does not respond: %s", error)
        return None
    return nvml


class MachineWatch:
    """Reads the machine every `every_s` seconds on a thread of its own.

    `reading` holds the newest values; notify() is called on that thread for each. Once a minute the
    thread also returns freed memory to the system, because nothing waits for it here.
    """

    def __init__(self, notify: Callable[[], None], every_s: float = 10.0) -> None:
        self._notify = notify
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="machine", daemon=True)
        self.reading = MachineReading()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread, within two seconds."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        reader = MachineReader()
        for count in itertools.count(1):
            self.reading = reader.read()
            self._notify()
            if self._stop.wait(self._every_s):
                break
            if count % _READINGS_PER_TRIM == 0:
                release_memory()
        reader.close()

"""What the machine tells becomes one short sentence, the worst first."""

from __future__ import annotations

import dataclasses
import sys
import threading
from types import ModuleType, SimpleNamespace

import psutil
import pytest

from app.system.machine import (
    GpuReading,
    MachineReader,
    MachineReading,
    MachineWatch,
    throttle_text,
    warnings,
)


def test_a_machine_in_order_is_not_worth_a_word() -> None:
    gpu = GpuReading(1_000, 8_000, 60.0)
    assert warnings(MachineReading(80.0, True, 8_000, gpu)) == []


def test_a_low_battery_comes_before_a_hot_gpu() -> None:
    gpu = GpuReading(7_900, 8_000, 91.0)
    found = warnings(MachineReading(12.0, False, 8_000, gpu))
    assert found[0] == "The battery is at 12 %; plug in the charger."
    assert "91 °C" in found[1] and "nearly full" in found[2]


def test_the_gravest_throttle_reason_is_told_and_idling_is_none() -> None:
    assert throttle_text(0x40 | 0x4) == ": it is too hot"
    assert throttle_text(0x4) == ": power limit reached"
    assert throttle_text(0x1) == ""


def test_the_watch_reads_on_its_own_thread_and_ends() -> None:
    told = threading.Event()
    watch = MachineWatch(told.set, every_s=60)
    watch.start()
    assert told.wait(10)
    assert watch.reading.free_mb
    watch.close()
    assert not any("machine" in thread.name for thread in threading.enumerate())


class FakeNvml(ModuleType):
    """What we use of nvidia-ml-py, with one GPU that is as the test says."""

    class NVMLError(Exception):
        pass

    NVML_TEMPERATURE_GPU = 0

    def __init__(self) -> None:
        super().__init__("pynvml")
        self.used, self.total, self.celsius, self.reasons = 1 << 30, 8 << 30, 60, 0x1
        self.answers = self.starts = True
        self.is_open = False

    def nvmlInit(self) -> None:
        if not self.starts:
            raise self.NVMLError("driver not loaded")
        self.is_open = True

    def nvmlShutdown(self) -> None:
        self.is_open = False

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        if not self.answers:
            raise self.NVMLError("GPU is lost")
        return index

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:
        return SimpleNamespace(used=self.used, total=self.total)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> int:
        assert sensor == self.NVML_TEMPERATURE_GPU
        return self.celsius

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, handle: int) -> int:
        return self.reasons


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch) -> FakeNvml:
    made = FakeNvml()
    monkeypatch.setitem(sys.modules, "pynvml", made)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    return made


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, None),
        ({"reasons": 0x40 | 0x4}, "The GPU is throttling: it is too hot."),
        ({"reasons": 0x20, "celsius": 95}, "The GPU is throttling: it is too hot."),
        ({"reasons": 0x80}, "The GPU is throttling: power supply limit."),
        ({"reasons": 0x8}, "The GPU is throttling because of a power or cooling fault."),
        ({"reasons": 0x4}, "The GPU is throttling: power limit reached."),
        ({"celsius": 91}, "The GPU is at 91 °C; improve its cooling."),
        ({"used": 7.7 * 2**30}, "The GPU's memory is nearly full; choose a smaller input size."),
    ],
)
def test_what_nvml_tells_becomes_one_short_sentence(
    nvml: FakeNvml, facts: dict[str, int], sentence: str | None
) -> None:
    for name, value in facts.items():
        setattr(nvml, name, value)
    reader = MachineReader()
    reading = dataclasses.replace(reader.read(), free_mb=8_000)
    reader.close()
    assert warnings(reading) == ([] if sentence is None else [sentence])
    assert not nvml.is_open


def test_memory_is_read_in_megabytes(nvml: FakeNvml) -> None:
    gpu = MachineReader().read().gpu
    assert gpu is not None
    assert gpu.used_mb == pytest.approx(1073.7, abs=0.1)
    assert gpu.total_mb == pytest.approx(8589.9, abs=0.1)


def test_a_gpu_that_stops_answering_is_asked_no_more_and_the_library_is_let_go(
    nvml: FakeNvml,
) -> None:
    reader = MachineReader()
    nvml.answers = False
    assert reader.read().gpu is None
    assert not nvml.is_open
    nvml.answers = True
    assert reader.read().gpu is None
    reader.close()


def test_without_a_driver_or_the_library_there_is_no_gpu_and_no_word(
    nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    nvml.starts = False
    assert MachineReader().read().gpu is None
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert MachineReader().read().gpu is None


@pytest.mark.parametrize(
    ("percent", "plugged", "sentence"),
    [
        (12, False, "The battery is at 12 %; plug in the charger."),
        (80, False, "On battery (80 %): the machine may throttle."),
        (12, True, None),
        (50, None, None),
    ],
)
def test_what_the_battery_tells_becomes_one_short_sentence(
    monkeypatch: pytest.MonkeyPatch, percent: int, plugged: bool | None, sentence: str | None
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    battery = SimpleNamespace(percent=percent, power_plugged=plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    reading = dataclasses.replace(MachineReader().read(), free_mb=8_000)
    assert warnings(reading) == ([] if sentence is None else [sentence])


def test_a_battery_that_cannot_be_asked_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no such device")

    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setattr(psutil, "sensors_battery", broken, raising=False)
    assert MachineReader().read().battery_percent is None

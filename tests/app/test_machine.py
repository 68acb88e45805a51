"""What the machine tells becomes one short sentence, the worst first."""

from __future__ import annotations

import threading

from app.machine import GpuReading, MachineReading, MachineWatch, throttle_text, warnings


def test_a_machine_in_order_is_not_worth_a_word() -> None:
    gpu = GpuReading(1_000, 8_000, 60.0)
    assert warnings(MachineReading(80.0, True, 8_000, gpu)) == []


def test_a_low_battery_comes_before_a_hot_gpu() -> None:
    gpu = GpuReading(7_900, 8_000, 91.0)
    found = warnings(MachineReading(12.0, False, 8_000, gpu))
    assert found[0] == "The battery is at 12 %; plug the charger in."
    assert "91 °C" in found[1] and "nearly full" in found[2]


def test_the_gravest_throttle_reason_is_told_and_idling_is_none() -> None:
    assert throttle_text(0x40 | 0x4) == "it is too hot"
    assert throttle_text(0x4) == "it is at its power limit"
    assert throttle_text(0x1) == ""


def test_the_watch_reads_on_its_own_thread_and_ends() -> None:
    told = threading.Event()
    watch = MachineWatch(told.set, every_s=60)
    watch.start()
    assert told.wait(10)
    assert watch.reading.free_mb
    watch.close()
    assert not watch._thread.is_alive()

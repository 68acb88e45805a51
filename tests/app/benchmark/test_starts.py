"""Starts are measured in turns with the import of torch, and summed up by medians."""

from __future__ import annotations

import threading
import time

import pytest

from app.benchmark.processor_time import per_frame_ms, thread_seconds
from app.benchmark.starts import measure_starts


def test_starts_and_imports_take_turns_and_give_their_medians() -> None:
    order: list[str] = []

    def start() -> dict[str, float]:
        order.append("start")
        at = float(len(order))
        return {"window": at, "first_picture": at + 1, "first_depth": at + 2}

    def import_torch() -> float:
        order.append("import")
        return float(len(order))

    figures = measure_starts(3, start, import_torch)
    assert order == ["start", "import"] * 3
    assert figures["startup_stages_s"] == {"window": 3.0, "first_picture": 4.0, "first_depth": 5.0}
    assert (figures["startup_s"], figures["import_torch_s"], figures["starts"]) == (5.0, 4.0, 3)


def test_processor_time_counts_for_the_thread_that_took_it() -> None:
    before = thread_seconds()
    if not before:
        pytest.skip("only Linux tells")
    found: list[dict[str, float]] = []

    def work() -> None:
        while time.thread_time() < 0.1:
            pass
        found.append(thread_seconds())

    worker = threading.Thread(target=work, name="worker_3")
    worker.start()
    worker.join(60)
    spent = per_frame_ms(before, found[0], 2)
    assert spent["worker"] >= 40
    assert spent["all"] >= spent["worker"]


def test_processor_time_per_frame_leaves_out_what_is_next_to_nothing() -> None:
    before, after = {"gui": 1.0, "idle": 2.0}, {"gui": 1.5, "idle": 2.0, "new": 0.25}
    assert per_frame_ms(before, after, 10) == {"all": 75.0, "gui": 50.0, "new": 25.0}
    assert per_frame_ms({}, {}, 10) == {}
